// @ts-check
'use strict';

/** @typedef {string | number | undefined} Cell numbers get a sensible number of digits */

/** @param {Cell} cell */
function text(cell) {
  if (cell === undefined || Number.isNaN(cell)) return '–';
  if (typeof cell === 'string') return cell;
  const size = Math.abs(cell);
  return cell.toFixed(size >= 100 || Number.isInteger(cell) ? 0 : size >= 10 ? 1 : 2);
}

/**
 * A table for people: the first column to the left, the others to the right.
 * @param {string} title
 * @param {readonly string[]} head
 * @param {readonly (readonly Cell[])[]} body
 */
function table(title, head, body) {
  const lines = [head, ...body.map((row) => head.map((_, index) => text(row[index])))];
  const widths = head.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? '').length)));
  const drawn = lines.map((line) =>
    line
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  '),
  );
  return [`\n${title}`, ...drawn.slice(0, 1), '-'.repeat(drawn[0]?.length ?? 0), ...drawn.slice(1)].join('\n');
}

/**
 * One target and whether this run met it.
 * @typedef {object} Target
 * @property {string} what
 * @property {number} value
 * @property {'<=' | '>='} must
 * @property {number} limit
 */

/** @param {Target} target */
const isMet = ({ value, must, limit }) => (must === '<=' ? value <= limit : value >= limit);

/** @param {readonly Target[]} targets */
function targetTable(targets) {
  const rows = targets.map((target) => [
    target.what,
    target.value,
    `${target.must} ${String(target.limit)}`,
    isMet(target) ? 'met' : 'NOT MET',
  ]);
  return table('Targets', ['target', 'this run', 'wanted', ''], rows);
}

module.exports = { table, targetTable, isMet };
