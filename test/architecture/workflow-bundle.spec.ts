import fs from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import * as workflows from '../../workflows/index.js';
import { workflowBundleOptions } from '../../src/platform/temporal/workflow-bundle-options.js';

const quiet = () => undefined;
const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };

test('the workflows bundle, without any framework inside, and stay small', async () => {
  const options = { ...workflowBundleOptions, workflowsPath: path.resolve('workflows/index.ts'), logger };
  const { code } = await bundleWorkflowCode(options);
  for (const forbidden of ['@nestjs/', '@mikro-orm/', 'node_modules/zod/', 'node_modules/pg/']) {
    expect(code.includes(`node_modules/${forbidden}`) || code.includes(forbidden)).toBe(false);
  }
  // 1.6 MB is the SDK itself, the tracing interceptors add some
  expect(code.length).toBeLessThan(3_500_000);
});

test('every workflow that a contract names is exported', () => {
  const contracts = fs
    .readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.contract.ts'))
    .map((file) => fs.readFileSync(path.join('src', file), 'utf8'));
  const named = contracts.flatMap((text) =>
    [...text.matchAll(/^export const \w+Workflow = '(\w+)';/gm)].map((m) => m[1]),
  );
  expect(named.length).toBeGreaterThan(4);
  expect(Object.keys(workflows).sort()).toEqual([...named].sort());
});
