// @ts-check
'use strict';

/**
 * Ends the run when one test file takes longer than any does: each of its tests is waiting for its time-out, and so
 * would all that come after it, for hours and without a word of which began it.
 */
class StalledFileReporter {
  /**
   * @param {object} _globalConfig
   * @param {{ afterMinutes: number }} options
   */
  constructor(_globalConfig, { afterMinutes }) {
    this.afterMinutes = afterMinutes;
    /** @type {Map<string, NodeJS.Timeout>} */
    this.running = new Map();
  }

  /** @param {{ path: string }} test */
  onTestFileStart({ path }) {
    const end = () => {
      process.stderr.write(`${path} has been running for ${String(this.afterMinutes)} minutes: the run is ended.\n`);
      process.exit(1);
    };
    this.running.set(path, setTimeout(end, this.afterMinutes * 60_000).unref());
  }

  /** @param {{ path: string }} test */
  onTestFileResult({ path }) {
    clearTimeout(this.running.get(path));
    this.running.delete(path);
  }
}

module.exports = StalledFileReporter;
