import fs from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry-v2';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NoopSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { startPg } from '../../tools/local/pg.mjs';
import { findBinary, startTemporal } from '../../tools/local/temporal.mjs';
import { stateDirOf } from '../../tools/local/project.mjs';
import { clearDeadRuns } from './dead-runs.mjs';

const quiet = () => {};

/** @param {string} file */
async function bundleTo(file) {
  const plugin = new OpenTelemetryPlugin({
    resource: resourceFromAttributes({}),
    spanProcessor: new NoopSpanProcessor(),
  });
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.resolve('workflows/index.ts'),
    plugins: [plugin],
    logger: { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: console.warn, error: console.error },
  });
  fs.writeFileSync(file, code);
  return file;
}

/** One PostgreSQL, one real Temporal server and one workflow bundle for the whole run, in a state folder of its own. */
export default async function setUp() {
  const started = performance.now();
  const cache = stateDirOf('.cache/test');
  await clearDeadRuns(cache);
  const stateDir = path.join(cache, `run-${process.pid}`);
  fs.mkdirSync(stateDir, { recursive: true });
  /** @type {(() => Promise<unknown>)[]} */
  const stop = [];
  const stopAll = async () => {
    const stopped = await Promise.allSettled(stop.map((one) => one()));
    for (const one of stopped) if (one.status === 'rejected') throw one.reason;
    // a server that is still ending writes into its folder
    fs.rmSync(stateDir, { recursive: true, force: true });
  };
  Object.assign(globalThis, { stopTestStack: stopAll });
  const pg = startPg({ dir: path.join(stateDir, 'pg'), port: 56432, fast: true }).then((running) => {
    stop.push(running.stop);
    return running;
  });
  const temporal = startTemporal({ stateDir, port: 17233, uiPort: 18233, fast: true }).then((running) => {
    stop.push(running.stop);
    return running;
  });
  const bundle = bundleTo(path.join(stateDir, 'workflow-bundle.cjs'));
  const results = await Promise.allSettled([pg, temporal, bundle, findBinary('temporal-test-server')]);
  const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  if (failed.length > 0) {
    await stopAll();
    throw new AggregateError(
      failed,
      `the test stack did not start: ${failed.map((error) => error.message).join('; ')}`,
    );
  }
  const testServer = await findBinary('temporal-test-server');
  Object.assign(process.env, {
    TEST_PG_URL: (await pg).url,
    TEST_PG_OWNER_URL: (await pg).ownerUrl,
    TEST_PG_APP_URL: (await pg).appUrl,
    TEST_TEMPORAL_ADDRESS: (await temporal).address,
    TEST_TEMPORAL_TEST_SERVER: testServer.path,
    TEST_WORKFLOW_BUNDLE: await bundle,
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`\nPostgreSQL and Temporal (${(await temporal).from}) are up after ${seconds} s`);
}
