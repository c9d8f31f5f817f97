// Bundles the compiled workflows for the worker:  node tools/bundle-workflows.mjs [dist]  ->  dist/workflow-bundle.cjs
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const dist = path.resolve(process.argv[2] ?? 'dist');
/** @type {Partial<import('@temporalio/worker').BundleOptions>} */
let options = {};
const own = path.join(dist, 'src/platform/temporal/workflow-bundle-options.js');
if (fs.existsSync(own)) {
  /** @type {unknown} */
  const module = await import(pathToFileURL(own).href);
  options = /** @type {{ workflowBundleOptions: typeof options }} */ (module).workflowBundleOptions;
}

const quiet = () => {};
const { code } = await bundleWorkflowCode({
  ...options,
  workflowsPath: path.join(dist, 'workflows/index.js'),
  logger: { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: console.warn, error: console.error },
});
fs.writeFileSync(path.join(dist, 'workflow-bundle.cjs'), code);
