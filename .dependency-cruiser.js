// @ts-check
'use strict';

/**
 * Who may import whom (docs/ARCHITECTURE.md). `tsc -b` refuses what is not a project reference; this adds what
 * references cannot say: cycles, types only, single files.
 */

/**
 * A folder and what of ours it may import beside itself.
 * @param {string} folder
 * @param {string[]} allowed
 * @returns {import('dependency-cruiser').IForbiddenRuleType}
 */
function mayImport(folder, allowed) {
  const ours = 'activities|admin|api|config|db|domain|emulator|migrations|providers|temporal|worker|workflows';
  return {
    name: `${folder}-imports`,
    comment: `${folder}/ may import ${[folder, ...allowed].join(', ')}`,
    severity: 'error',
    from: { path: `^${folder}/` },
    to: { path: `^(?:${ours})/`, pathNot: [`^${folder}/`, ...allowed] },
  };
}

const contracts = '^workflows/[^/]+/contract\\.ts$';
const messages = '^workflows/shared/(?:messages|attributes)\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^(?:test|bench)/' },
    },
    {
      name: 'not-to-dev-dependencies',
      comment: 'What runs in production must be installed there.',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'not-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    mayImport('domain', []),
    mayImport('workflows', ['^domain/']),
    mayImport('db', ['^domain/']),
    mayImport('config', ['^domain/']),
    mayImport('migrations', []),
    mayImport('providers', ['^domain/(?:ports|shared)/']),
    mayImport('temporal', ['^domain/', contracts, messages]),
    mayImport('activities', ['^domain/', contracts, messages, '^db/']),
    mayImport('runs', ['^domain/', contracts, '^db/', '^temporal/']),
    mayImport('api', ['^domain/', contracts, messages, '^db/', '^temporal/', '^runs/', '^config/', '^providers/']),
    mayImport('worker', [
      '^domain/',
      contracts,
      messages,
      '^db/',
      '^temporal/',
      '^runs/',
      '^activities/',
      '^config/',
      '^providers/',
    ]),
    mayImport('admin', ['^domain/', contracts, '^db/', '^temporal/', '^config/', '^providers/', '^runs/']),
    // The outside world is another program: it imports nothing of ours, and by the lines above nobody of ours imports it.
    mayImport('emulator', []),
    {
      name: 'nothing-imports-the-emulator',
      severity: 'error',
      from: { path: '^(?:test|scripts|bench)/' },
      to: { path: '^emulator/' },
    },
    {
      name: 'configuration-in-composition-roots',
      comment: 'Routes and loops get values; only where the parts are wired is the configuration known.',
      severity: 'error',
      from: {
        path: '^(?:api|worker|admin)/',
        pathNot: '^(?:api|worker|admin)/(?:main|compose|merchants|start-loops)\\.ts$',
      },
      to: { path: '^config/' },
    },
    {
      name: 'ports-are-injected',
      comment: 'Only where the parts are wired is it known who stands behind a port.',
      severity: 'error',
      from: {
        path: '^(?:api|worker|admin)/',
        pathNot: '^(?:api|worker|admin)/(?:main|compose|merchants|start-loops)\\.ts$',
      },
      to: { path: '^providers/' },
    },
    {
      name: 'contracts-are-types-for-activities',
      comment: 'A contract names ids and shapes; the sandbox behind it stays out of the activities.',
      severity: 'error',
      from: { path: '^workflows/[^/]+/contract\\.ts$' },
      to: { path: '^workflows/shared/', dependencyTypesNot: ['type-only'], pathNot: messages },
    },
    {
      name: 'schemas-are-types-in-workflows',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^domain/.+[/-]schemas\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'workflows-know-the-sandbox-only',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'core'],
        pathNot: ['node_modules/@temporalio/(?:workflow|common)/'],
      },
    },
    {
      name: 'common-is-types-in-workflows',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: 'node_modules/@temporalio/common/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      from: { path: '^domain/', pathNot: '[/-]schemas\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'core'] },
    },
    {
      name: 'domain-schemas-use-zod',
      severity: 'error',
      from: { path: '^domain/.+[/-]schemas\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'core'], pathNot: 'node_modules/zod/' },
    },
    {
      name: 'database-in-db',
      comment: 'SQL lives in repositories, queries and migrations.',
      severity: 'error',
      from: { pathNot: '^(?:db|migrations|scripts|test)/' },
      to: { path: 'node_modules/(?:knex|pg)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(?:dist|test/setup/)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.eslint.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    cache: { folder: 'dist/.info/dependency-cruiser', strategy: 'content' },
  },
};
