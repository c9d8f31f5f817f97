/** @type {import('jest').Config} */
const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  // TypeScript under nodenext imports './x.js'; Jest finds x.ts (or, in node_modules, x.js)
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': '@swc/jest' },
  transformIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cache/'],
};
const onStack = '\\.(db|e2e|stack|workflow)\\.spec\\.ts$';

/** @type {import('jest').Config} */
export default {
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', onStack],
      setupFiles: ['<rootDir>/test/support/setup.mjs'],
    },
    {
      ...common,
      displayName: 'stack',
      // real Postgres and a real Temporal server
      testMatch: ['<rootDir>/test/**/*.@(db|e2e|stack|workflow).spec.ts'],
      setupFiles: ['<rootDir>/test/support/setup.mjs'],
      globalSetup: '<rootDir>/test/support/global-setup.mjs',
      globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
    },
  ],
  reporters: ['default', '<rootDir>/test/support/plain-line-reporter.mjs'],
  maxWorkers: 2,
  workerIdleMemoryLimit: '768MB',
  testTimeout: 30_000,
};
