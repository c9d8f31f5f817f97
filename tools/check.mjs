// npm run check: format, lint, types, import rules, dead code, generated files, build. Runs all of them and counts.
import { spawnSync } from 'node:child_process';
import { build } from './build.mjs';
import { messageOf, root } from './local/project.mjs';

const tool =
  (/** @type {string[]} */ ...args) =>
  () => {
    const { status, error } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
    if (error) throw error;
    return status === 0;
  };

/** @type {[string, () => boolean | Promise<boolean>][]} */
const steps = [
  ['format', tool('node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.')],
  ['lint', tool('node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.')],
  ['types', tool('node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json')],
  [
    'import rules',
    tool(
      'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
      'src',
      'workflows',
      'activities',
      'tools',
      'bench',
      'test',
      '--config',
      '.dependency-cruiser.cjs',
    ),
  ],
  ['dead code', tool('node_modules/knip/bin/knip.js')],
  ['build', () => build().then(() => true)],
  ['generated files', tool('tools/generate/run.mjs', '--check')],
];

const failed = [];
for (const [name, run] of steps) {
  const begin = Date.now();
  let ok = false;
  try {
    ok = await run();
  } catch (error) {
    console.error(messageOf(error));
  }
  if (!ok) failed.push(name);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - begin) / 1000).toFixed(1)} s)`);
}
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`);
  process.exit(Math.min(failed.length, 100));
}
