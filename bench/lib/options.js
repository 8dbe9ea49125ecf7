// @ts-check
'use strict';

const { parseArgs } = require('node:util');

/** @typedef {{ readonly [name: string]: { default: number | boolean | string, says: string } }} Known */

/**
 * Options of one bench: numbers, switches and texts, each with a default; `--help` lists them.
 * @template {Known} K
 * @param {string} usage
 * @param {K} known
 * @returns {{ [N in keyof K]: K[N]['default'] extends number ? number : K[N]['default'] extends boolean ? boolean : string }}
 */
function readOptions(usage, known) {
  const entries = Object.entries(known);
  /** @type {Record<string, unknown>} */
  const asked = parseArgs({
    options: Object.fromEntries([
      ['help', /** @type {const} */ ({ type: 'boolean' })],
      ...entries.map(([name, { default: value }]) => [
        name,
        { type: /** @type {'boolean' | 'string'} */ (typeof value === 'boolean' ? 'boolean' : 'string') },
      ]),
    ]),
  }).values;
  if (asked['help']) {
    console.log(help(usage, known));
    process.exit(0);
  }
  const read = entries.map(([name, { default: value }]) => [name, valueOf(name, asked[name], value)]);
  return Object.fromEntries(read);
}

/** @param {string} name @param {unknown} asked @param {number | boolean | string} fallback */
function valueOf(name, asked, fallback) {
  if (asked === undefined || typeof fallback !== 'number') return asked ?? fallback;
  const number = Number(asked);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`--${name} wants a whole number above zero, not "${String(asked)}"`);
}

/** @param {string} usage @param {Known} known */
function help(usage, known) {
  const lines = Object.entries(known).map(([name, { default: value, says }]) => {
    const left = typeof value === 'boolean' ? `--${name}` : `--${name} ${typeof value === 'number' ? 'N' : 'TEXT'}`;
    return `  ${left.padEnd(18)} ${says}${value === false || value === '' ? '' : ` (default ${String(value)})`}`;
  });
  return [usage, '', ...lines].join('\n');
}

/** Numbers in a text, each larger than the one before: `2500,10000`. @param {string} name @param {string} text */
function readNumbers(name, text) {
  const numbers = text.split(',').map(Number);
  if (numbers.every((number, n) => Number.isInteger(number) && number > (numbers[n - 1] ?? 0))) return numbers;
  throw new Error(`--${name} wants whole numbers, each larger than the one before, not "${text}"`);
}

module.exports = { readOptions, readNumbers };
