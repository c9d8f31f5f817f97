// What the platform costs: the same workflow and activity on the bare SDK, through our wiring (entity manager, failures,
// heartbeat), and with the tracing interceptors besides, in turn, on the same server in the same run.
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { MikroORM } from '@mikro-orm/postgresql';
import { entities } from '../src/entities.js';
import { readConfig } from '../src/platform/config/config.js';
import { ormOptions } from '../src/platform/database/orm-options.js';
import { activityInterceptor } from '../src/platform/temporal/activity.interceptor.js';
import { startTracing } from '../src/platform/temporal/tracing.js';
import { workflowBundleOptions } from '../src/platform/temporal/workflow-bundle-options.js';

/** Fractions of the bare SDK's workflows per second. */
const goals = { wired: 0.95, traced: 0.8 };
type Kind = 'bare' | keyof typeof goals;
const workflows = Number(process.argv[2] ?? 150);
const rounds = Number(process.argv[3] ?? 6);
const atATime = 10;

const config = readConfig(process.env);
Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('ERROR') });
const workflowsPath = fileURLToPath(new URL('./workflow-wiring.workflow.js', import.meta.url));
const quiet = () => undefined;
const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: console.error };

/** Workflows per second with a worker and a client of the given kind. */
async function rate(kind: Kind, orm: MikroORM): Promise<number> {
  const plugins = kind === 'traced' ? [startTracing('worker', '').plugin] : [];
  const options = kind === 'traced' ? workflowBundleOptions : {};
  const { code } = await bundleWorkflowCode({ ...options, workflowsPath, logger });
  const taskQueue = `bench-${randomUUID()}`;
  const native = await NativeConnection.connect({ address: config.temporal.address });
  const connection = await Connection.connect({ address: config.temporal.address });
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowBundle: { code },
    activities: { echo: (text: string) => Promise.resolve(text) },
    plugins,
    ...(kind !== 'bare' && { interceptors: { activity: [activityInterceptor(orm.em)] } }),
  });
  const client = new Client({ connection, plugins });
  const one = () =>
    client.workflow.execute('echoOnce', { args: ['x'], taskQueue, workflowId: `bench-${randomUUID()}` });
  try {
    return await worker.runUntil(async () => {
      await Promise.all(Array.from({ length: atATime }, one));
      const begin = performance.now();
      for (let done = 0; done < workflows; done += atATime) await Promise.all(Array.from({ length: atATime }, one));
      return workflows / ((performance.now() - begin) / 1_000);
    });
  } finally {
    await connection.close();
    await native.close();
  }
}

const orm = await MikroORM.init(ormOptions({ url: config.database.url, poolMax: 5 }, entities));
const kinds: Kind[] = ['bare', 'wired', 'traced'];
const seen: Record<Kind, number[]> = { bare: [], wired: [], traced: [] };
try {
  for (let round = 1; round <= rounds; round++) {
    // the order changes, so that a drift of the machine favours none
    const order = round % 2 === 1 ? kinds : kinds.toReversed();
    for (const kind of order) seen[kind].push(await rate(kind, orm));
    const now = kinds.map((kind) => `${kind} ${seen[kind].at(-1)?.toFixed(1)}/s`);
    console.log(`round ${round}: ${now.join(', ')}`);
  }
} finally {
  await orm.close();
}
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
for (const kind of ['wired', 'traced'] as const) {
  const ratio = median(seen[kind].map((value, at) => value / (seen.bare[at] ?? Number.NaN)));
  const best = Math.max(...seen[kind]) / Math.max(...seen.bare);
  const verdict = ratio >= goals[kind] ? 'met' : 'MISSED';
  console.log(
    `${kind}: median ratio ${ratio.toFixed(3)}, ratio of the best ${best.toFixed(3)}  goal ${goals[kind]} ${verdict}`,
  );
}
process.exit(0);
