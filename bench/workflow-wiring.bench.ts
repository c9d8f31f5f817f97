// What the platform's wiring costs: the same workflow and activity on the bare SDK and through the module, in turn, on
// the same server in the same run. Goal: at least 0.95 of the bare SDK's workflows per second.
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

const goal = 0.95;
const workflows = Number(process.argv[2] ?? 60);
const rounds = Number(process.argv[3] ?? 4);
const atATime = 10;

const config = readConfig(process.env);
Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('ERROR') });
const workflowsPath = fileURLToPath(new URL('./workflow-wiring.workflow.js', import.meta.url));
const quiet = () => undefined;
const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: console.error };

/** Workflows per second with a worker and a client of the given kind. */
async function rate(kind: 'bare' | 'wired', orm: MikroORM): Promise<number> {
  const plugins = kind === 'wired' ? [startTracing('worker', '').plugin] : [];
  const options = kind === 'wired' ? workflowBundleOptions : {};
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
    ...(kind === 'wired' && { interceptors: { activity: [activityInterceptor(orm.em)] } }),
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
const best = { bare: 0, wired: 0 };
const ratios: number[] = [];
try {
  for (let round = 1; round <= rounds; round++) {
    // the order changes, so that a drift of the machine favours neither
    const order = round % 2 === 1 ? (['bare', 'wired'] as const) : (['wired', 'bare'] as const);
    const now = { bare: 0, wired: 0 };
    for (const kind of order) now[kind] = await rate(kind, orm);
    best.bare = Math.max(best.bare, now.bare);
    best.wired = Math.max(best.wired, now.wired);
    ratios.push(now.wired / now.bare);
    console.log(
      `round ${round}: bare ${now.bare.toFixed(1)}/s, wired ${now.wired.toFixed(1)}/s, ratio ${ratios.at(-1)?.toFixed(3)}`,
    );
  }
} finally {
  await orm.close();
}
const median = [...ratios].sort((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? Number.NaN;
console.log(
  `best of ${rounds}: bare ${best.bare.toFixed(1)}/s, wired ${best.wired.toFixed(1)}/s, ratio ${(best.wired / best.bare).toFixed(3)}; median of ratios ${median.toFixed(3)} (goal ${goal})`,
);
process.exit(0);
