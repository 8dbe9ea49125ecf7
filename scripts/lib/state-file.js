// @ts-check
'use strict';

const fs = require('node:fs');

/**
 * Reads a small JSON file of ours; a missing or torn one reads as undefined.
 * @param {string} file
 * @returns {unknown} callers say which shape they wrote
 */
function readState(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Writes a small JSON file in one step, so that a reader (or a start after a crash) never meets half of it.
 * @param {string} file
 * @param {unknown} value
 */
function writeState(file, value) {
  const draft = `${file}.${String(process.pid)}.new`;
  fs.writeFileSync(draft, JSON.stringify(value), { mode: 0o600 });
  fs.renameSync(draft, file);
}

module.exports = { readState, writeState };
