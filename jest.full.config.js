const quick = require('./jest.config.js');

/** What takes minutes: the whole fault matrix, load while processes die, and the product started in clones. */
module.exports = {
  ...quick,
  // Whatever dies here wants the machine to itself.
  maxWorkers: 1,
  testMatch: ['<rootDir>/test/**/full/*.test.ts'],
  // Which error codes are met is the quick set's concern.
  reporters: ['default', ['<rootDir>/test/support/stalled-file-reporter.js', { afterMinutes: 45 }]],
};
