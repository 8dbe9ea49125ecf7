// @ts-check
'use strict';

/**
 * Ends the servers of a fault run whose test process dies, however it dies: it reads process ids from its standard
 * input, one a line, and kills what is left of them when the input closes.
 */

const { createInterface } = require('node:readline');
const { identify, stopProcess } = require('../../scripts/lib/processes');

/** @type {NonNullable<ReturnType<typeof identify>>[]} */
const watched = [];

process.on('SIGINT', () => undefined);
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const identity = identify(Number(line));
    if (identity) watched.push(identity);
  })
  .on('close', () => {
    const steps = /** @type {Parameters<typeof stopProcess>[1]} */ ([
      { signal: 'SIGTERM', waitMs: 1_000 },
      { signal: 'SIGKILL', waitMs: 1_000 },
    ]);
    void Promise.all(watched.map((identity) => stopProcess(identity, steps))).then(() => process.exit(0));
  });
