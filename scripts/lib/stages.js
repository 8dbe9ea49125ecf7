// @ts-check
'use strict';

/** A stage that failed, with what its user can do about it. */
class StageError extends Error {
  /**
   * @param {string} stage
   * @param {unknown} cause
   * @param {string} [advice]
   */
  constructor(stage, cause, advice) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${stage} failed.\n\n${indent(reason)}${advice === undefined ? '' : `\n\n  What to do: ${advice}`}`);
    this.name = 'StageError';
  }
}

/** @param {string} text */
const indent = (text) => text.replace(/^(?=.)/gm, '  ');

/**
 * Runs one stage and prints one line with its time when it is done.
 * @template T
 * @param {string} name
 * @param {() => Promise<T> | T} work
 * @param {{ advice?: string, note?: (result: T) => string }} [words] note: a few words about the outcome
 * @returns {Promise<T>}
 */
async function stage(name, work, { advice, note } = {}) {
  const startedAt = process.hrtime.bigint();
  const seconds = () => (Number(process.hrtime.bigint() - startedAt) / 1e9).toFixed(1);
  try {
    const result = await work();
    console.log(`  ok    ${name.padEnd(14)} ${seconds().padStart(6)} s   ${note?.(result) ?? ''}`.trimEnd());
    return result;
  } catch (error) {
    console.log(`  FAIL  ${name.padEnd(14)} ${seconds().padStart(6)} s`);
    throw error instanceof StageError ? error : new StageError(name, error, advice);
  }
}

module.exports = { stage, StageError };
