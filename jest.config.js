/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['<rootDir>/test/**/*.test.ts', '!**/test/*/full/*.test.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' }, keepClassNames: true },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  reporters: [
    'default',
    '<rootDir>/test/support/error-code-reporter.js',
    ['<rootDir>/test/support/stalled-file-reporter.js', { afterMinutes: 25 }],
  ],
  // So many failing files are one cause: the rest would only take its time.
  bail: 15,
  // The machine may be several times slower for minutes: what is waited for may come late, and a failing run ends by `bail`.
  testTimeout: 180_000,
  // Most tests wait for servers more than they compute.
  maxWorkers: 2,
  testSequencer: '<rootDir>/test/support/slow-first-sequencer.js',
};
