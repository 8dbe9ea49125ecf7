// @ts-check
'use strict';

const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');

/**
 * What of jest's configuration tells a whole run from a part of one.
 * @typedef {object} RunConfig
 * @property {{ patterns: string[] }} [testPathPatterns]
 * @property {string} [testNamePattern]
 * @property {boolean} [onlyChanged]
 * @property {boolean} [onlyFailures]
 * @property {boolean} [findRelatedTests]
 * @property {boolean} [runTestsByPath]
 * @property {object} [shard]
 */

/**
 * Holds the codes that tests met over HTTP against the catalogue: one that no whole run has ever seen is a promise
 * nobody has tried, and one that stands in no catalogue is not documented.
 */
class ErrorCodeReporter {
  /** @param {RunConfig} globalConfig */
  constructor(globalConfig) {
    this.isWhole = isWholeRun(globalConfig);
    /** @type {Error | undefined} */
    this.fault = undefined;
  }

  onRunComplete() {
    const seen = seenCodes();
    const known = catalogue();
    const unknown = [...seen].filter((code) => !known.has(code));
    const unseen = this.isWhole ? [...known].filter((code) => !seen.has(code)) : [];
    if (this.isWhole) console.log(`Error codes seen over HTTP: ${known.size - unseen.length} of ${known.size}`);
    const faults = [
      ...(unknown.length > 0 ? [`not in the catalogue: ${unknown.join(', ')}`] : []),
      ...(unseen.length > 0 ? [`in the catalogue, but never seen: ${unseen.join(', ')}`] : []),
    ];
    if (faults.length > 0) this.fault = new Error(`Error codes over HTTP ${faults.join('; ')}`);
  }

  /** jest fails the run when a reporter has an error. */
  getLastError() {
    return this.fault;
  }
}

/**
 * A run that leaves tests out cannot see every code.
 * @param {RunConfig} config
 */
function isWholeRun(config) {
  const patterns = config.testPathPatterns?.patterns ?? [];
  const partial = [config.testNamePattern, config.onlyChanged, config.onlyFailures, config.findRelatedTests];
  return patterns.length === 0 && !partial.some(Boolean) && !config.runTestsByPath && config.shard === undefined;
}

/** @returns {Set<string>} */
function seenCodes() {
  const file = process.env['TEST_SEEN_CODES'];
  if (file === undefined || !existsSync(file)) return new Set();
  return new Set(readFileSync(file, 'utf8').split('\n').filter(Boolean));
}

/** @returns {Set<string>} */
function catalogue() {
  return new Set(require(path.join(__dirname, '..', '..', 'dist', 'domain', 'shared', 'errors.js')).errorCodes);
}

module.exports = ErrorCodeReporter;
