// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { isAlive, ownIdentity } = require('./processes');
const { readState } = require('./state-file');

/** @typedef {import('./processes').ProcessIdentity} ProcessIdentity */

/**
 * Takes a claim file for this process. A claim whose holder is dead is free for the taking, so a killed process never
 * blocks the next one.
 * @param {string} file
 * @returns {ProcessIdentity | undefined} undefined when the claim is ours now, else its living holder
 */
function takeClaim(file) {
  const self = ownIdentity();
  // The claim appears complete or not at all: written aside first, then linked, which fails when the name exists.
  const draft = `${file}.${String(process.pid)}.claim`;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(draft, JSON.stringify(self), { mode: 0o644 });
  try {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      if (linkIfFree(draft, file)) return undefined;
      const holder = /** @type {ProcessIdentity | undefined} */ (readState(file));
      if (holder?.pid === self.pid && holder.birth === self.birth) return undefined;
      if (holder && isAlive(holder)) return holder;
      removeStaleClaim(file, holder);
    }
    throw new Error(`Cannot take ${file}: it keeps changing hands. Try again in a moment.`);
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/**
 * @param {string} draft
 * @param {string} file
 */
function linkIfFree(draft, file) {
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    return false;
  }
}

/**
 * Takes a dead holder's claim away. Two processes may do so at the same time: whoever moved away a fresh claim by
 * mistake puts it back.
 * @param {string} file
 * @param {ProcessIdentity | undefined} holder
 */
function removeStaleClaim(file, holder) {
  const aside = `${file}.${String(process.pid)}.stale`;
  try {
    fs.renameSync(file, aside);
  } catch {
    return;
  }
  const moved = /** @type {ProcessIdentity | undefined} */ (readState(aside));
  if (moved && (moved.pid !== holder?.pid || moved.birth !== holder.birth)) linkIfFree(aside, file);
  fs.rmSync(aside, { force: true });
}

/**
 * Gives a claim back if it is ours.
 * @param {string} file
 */
function dropClaim(file) {
  const holder = /** @type {ProcessIdentity | undefined} */ (readState(file));
  const self = ownIdentity();
  if (holder?.pid === self.pid && holder.birth === self.birth) fs.rmSync(file, { force: true });
}

module.exports = { takeClaim, dropClaim };
