// @ts-check
'use strict';

/** State charts in Mermaid, from transition tables. */

/**
 * @typedef {{
 *   readonly initial: string,
 *   readonly commands: readonly string[],
 *   readonly transitions: Readonly<Record<string, Readonly<Partial<Record<string, string>>>>>,
 * }} Machine
 */

/**
 * What leads from a state to another stands on one arrow; what people do is marked with a person.
 *
 * @param {Machine} machine
 */
function chartOf({ initial, commands, transitions }) {
  const lines = [`    [*] --> ${initial}`];
  for (const [from, acts] of Object.entries(transitions)) {
    /** @type {Map<string, string[]>} */
    const arrows = new Map();
    for (const [act, to] of Object.entries(acts)) {
      const name = commands.includes(act) ? `👤 ${act}` : act;
      if (to !== undefined) arrows.set(to, [...(arrows.get(to) ?? []), name.replaceAll('_', ' ')]);
    }
    for (const [to, names] of arrows) lines.push(`    ${from} --> ${to}: ${names.join(', ')}`);
    if (arrows.size === 0) lines.push(`    ${from} --> [*]`);
  }
  return ['```mermaid', 'stateDiagram-v2', ...lines, '```'].join('\n');
}

/**
 * The text with each chart between its two marks written anew.
 *
 * @param {string} text
 * @param {Readonly<Record<string, Machine>>} machines
 */
function withCharts(text, machines) {
  return Object.entries(machines).reduce((whole, [name, machine]) => {
    const [begin, end] = [`<!-- chart:${name} -->`, `<!-- /chart:${name} -->`];
    const [from, to] = [whole.indexOf(begin), whole.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`no place for the chart of ${name}`);
    return `${whole.slice(0, from)}${begin}\n\n${chartOf(machine)}\n\n${whole.slice(to)}`;
  }, text);
}

module.exports = { withCharts };
