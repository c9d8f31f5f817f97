import fs from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { silentTracing } from '../../src/platform/temporal/tracing.js';
import { workflowBundleOptions } from '../../src/platform/temporal/workflow-bundle-options.js';

const folder = path.resolve('test/replay/histories');
const files = fs.readdirSync(folder).filter((file) => file.endsWith('.json'));
const quiet = () => undefined;

let code: string;
beforeAll(async () => {
  const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };
  const options = { ...workflowBundleOptions, workflowsPath: path.resolve('workflows/index.ts'), logger };
  ({ code } = await bundleWorkflowCode(options));
}, 60_000);

interface Recorded {
  workflowId: string;
  history: unknown;
}
const read = (file: string) => JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')) as Recorded;
const replay = ({ workflowId, history }: Recorded) =>
  Worker.runReplayHistory({ workflowBundle: { code }, plugins: [silentTracing()] }, history, workflowId);

test('the corpus has a history of every workflow', () => {
  const text = files.map((file) => fs.readFileSync(path.join(folder, file), 'utf8')).join('\n');
  const exported = fs.readFileSync('workflows/index.ts', 'utf8').matchAll(/export \{ (\w+) \}/g);
  for (const [, name] of exported) expect(text).toMatch(new RegExp(`"workflowType": ?\\{\\s*"name": ?"${name}"`));
});

test.each(files)('%s replays on the workflows as they are', async (file) => {
  await expect(replay(read(file))).resolves.toBeUndefined();
});

test('a history that another program wrote is found out', async () => {
  const recorded = read('decision-approved.json');
  const other = JSON.stringify(recorded).replaceAll('"recordDecision"', '"writeDecision"');
  await expect(replay(JSON.parse(other) as Recorded)).rejects.toMatchObject({ name: 'DeterminismViolationError' });
});
