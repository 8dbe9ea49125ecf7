// @ts-check
'use strict';

const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');

/**
 * One rule of the product and how to take it away: after its tag in `file`, the first `find` becomes `replace`. Then
 * one of `tests` (those whose names match `named`, when given) must fail. `bundle` says that the tests run the rule
 * inside the workflow bundle, which is built anew.
 *
 * @typedef {object} Rule
 * @property {string} rule
 * @property {string} file
 * @property {string} find
 * @property {string} replace
 * @property {string[]} tests
 * @property {string} [named]
 * @property {boolean} [bundle]
 */

const folders = [
  'activities',
  'admin',
  'api',
  'config',
  'db',
  'domain',
  'migrations',
  'providers',
  'runs',
  'temporal',
  'worker',
  'workflows',
];
const tag = /(?:\/\/|--) rule: ([\w-]+(?:, [\w-]+)*)$/gm;

/**
 * The tables in test/rules/*.json, held against the tags in the source: a rule without a tag, or a tag without a
 * rule, is a mistake.
 * @param {string} root
 * @returns {{ rules: Rule[], faults: string[] }}
 */
function loadRules(root) {
  /** @type {Rule[]} */
  const rules = readdirSync(path.join(root, 'test', 'rules'))
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => JSON.parse(readFileSync(path.join(root, 'test', 'rules', name), 'utf8')));
  const tagged = tagsOf(root);
  const faults = [];
  const names = rules.map(({ rule, file }) => `${file}: ${rule}`);
  for (const name of new Set(names.filter((name, at) => names.indexOf(name) !== at))) faults.push(`${name}: twice`);
  for (const name of tagged) if (!names.includes(name)) faults.push(`${name}: tagged, but in no table`);
  for (const rule of rules) {
    if (!tagged.includes(`${rule.file}: ${rule.rule}`)) faults.push(`${rule.file}: ${rule.rule}: has no tag there`);
    else if (withoutRule(readFileSync(path.join(root, rule.file), 'utf8'), rule) === undefined)
      faults.push(`${rule.file}: ${rule.rule}: its text is not found after its tag`);
  }
  return { rules, faults };
}

/** @param {string} root */
function tagsOf(root) {
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name.split(path.sep).join('/')}`),
  );
  return files.flatMap((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    return [...text.matchAll(tag)].flatMap((match) => (match[1] ?? '').split(', ').map((name) => `${file}: ${name}`));
  });
}

/**
 * The text without the rule; undefined when the rule is not to be found in it.
 * @param {string} text
 * @param {Rule} rule
 */
function withoutRule(text, { rule, find, replace }) {
  for (const match of text.matchAll(tag)) {
    if (!(match[1] ?? '').split(', ').includes(rule)) continue;
    const at = text.indexOf(find, match.index + match[0].length);
    if (at >= 0) return text.slice(0, at) + replace + text.slice(at + find.length);
  }
  return undefined;
}

module.exports = { loadRules, withoutRule };
