// Who may import whom: docs/architecture.md draws it, this file enforces it.
const order = [
  ['audit', 'jobs'],
  ['ai', 'data', 'execution'],
  ['portfolio'],
  ['policies'],
  ['risk'],
  ['bias'],
  ['optimization', 'signals'],
  ['rebalancing'],
  ['guidance', 'backtesting'],
  ['dashboard', 'pipelines'],
];
const areas = order.flat();
const any = `(${areas.join('|')})`;

/** A lower area never imports a higher one, nor one of its own rank. */
const areaOrder = order
  .flatMap((rank, level) =>
    rank.map((area) => {
      const others = order
        .slice(level)
        .flat()
        .filter((other) => other !== area);
      return {
        name: `area-order-${area}`,
        severity: 'error',
        from: { path: `^src/${area}/` },
        to: { path: `^src/(${others.join('|')})/` },
      };
    }),
  )
  .filter((rule) => !rule.to.path.includes('()'));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'shared-is-the-bottom',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { path: '^(src/(?!shared/)|activities/|workflows/|tools/)' },
    },
    {
      name: 'shared-and-domain-are-pure',
      severity: 'error',
      from: { path: `^src/(shared|[^/]+/domain)/` },
      to: {
        path: '^(node:|node_modules/(?!(ml-matrix|decimal\\.js|@stdlib)/))|^src/platform/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'domain-imports-domain',
      severity: 'error',
      from: { path: '^src/[^/]+/domain/' },
      to: { path: '^src/', pathNot: '^src/(shared/|[^/]+/domain/|[^/]+/[^/]+\\.contract\\.ts$)' },
    },
    {
      name: 'contracts-are-light',
      severity: 'error',
      from: { path: '\\.contract\\.ts$' },
      to: {
        pathNot: '(^src/shared/|/domain/|\\.contract\\.ts$|^node_modules/@temporalio/(workflow|common)/)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'platform-knows-no-business',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: `^(src/${any}/|activities/|workflows/)` },
    },
    {
      name: 'workflows-are-pure',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        pathNot: '(^workflows/|^src/shared/|/domain/|\\.contract\\.ts$|^node_modules/@temporalio/(workflow|common)/)',
      },
    },
    {
      name: 'nobody-imports-workflows',
      severity: 'error',
      from: { path: '^(src|activities)/' },
      to: { path: '^workflows/' },
    },
    {
      name: 'only-the-worker-imports-activities',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/worker\\.' },
      to: { path: '^activities/' },
    },
    {
      name: 'an-area-keeps-its-inside',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: `^src/${any}/.*\\.(entity|repository|controller|schemas)\\.ts$`, pathNot: '^src/$1/' },
    },
    ...areaOrder,
    {
      name: 'no-barrels',
      severity: 'error',
      from: {},
      to: { path: '^(src|tools)/.*/index\\.ts$', pathNot: '^src/platform/database/migrations/index\\.ts$' },
    },
    {
      name: 'the-product-needs-no-tests',
      severity: 'error',
      from: { path: '^(src|workflows|activities|tools)/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-undeclared-packages',
      // the typed client is a declaration file, which has nothing to resolve to
      severity: 'error',
      from: {},
      to: {
        pathNot: 'docs/generated/api\\.',
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'types'],
    },
  },
};
