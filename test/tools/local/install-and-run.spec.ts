import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');
const bootstrap = path.join(root, 'tools/bootstrap.mjs');

test('the script runs on the pinned Node, in the project’s folder, and its exit code is passed on', () => {
  const script = 'console.log(process.version, process.cwd(), process.argv[1]); process.exit(7)';
  const result = spawnSync(process.execPath, [bootstrap, '-e', script, 'word'], { encoding: 'utf8', cwd: '/' });
  expect(result.stdout).toBe(`v24.21.0 ${root} word\n`);
  expect(result.status).toBe(7);
});

test('without a script it says how it is called', () => {
  const result = spawnSync(process.execPath, [bootstrap], { encoding: 'utf8' });
  expect(result.stderr).toContain('usage: node tools/bootstrap.mjs <script> [args...]');
  expect(result.status).toBe(1);
});

test('a signal reaches the script, which decides how to end', async () => {
  const script = 'process.on("SIGTERM", () => process.exit(5)); console.log("up"); setInterval(() => {}, 1000)';
  const child = spawn(process.execPath, [bootstrap, '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([5, null]);
});

test('a script that was killed gives the shell’s exit code for that', async () => {
  const child = spawn(process.execPath, [bootstrap, '-e', 'process.kill(process.pid, "SIGKILL")'], { stdio: 'ignore' });
  expect(await once(child, 'exit')).toEqual([137, null]);
});
