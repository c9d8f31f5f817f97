// npm run generate: writes docs/generated anew.   --check: fails when that changes anything, and puts it back.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { build } from '../build.mjs';
import { root } from '../local/project.mjs';

const isCheck = process.argv.includes('--check');
const generated = [
  'docs/generated/openapi.json',
  'docs/generated/schema.sql',
  'docs/generated/api.d.ts',
  'docs/generated/dependency-graph.md',
  'docs/generated/optimizers.md',
];
const contents = () =>
  generated.map((file) => (fs.existsSync(path.join(root, file)) ? fs.readFileSync(path.join(root, file), 'utf8') : ''));

/** @param {string[]} args */
function run(...args) {
  const { status, error } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error || status !== 0) throw new Error(`${args[0]} failed`);
}

/** Areas and who imports whom, as a Mermaid drawing. */
function drawDependencies() {
  const { stdout, status } = spawnSync(
    process.execPath,
    [
      'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
      ...['src', 'workflows', 'activities', '--config', '.dependency-cruiser.cjs', '--output-type', 'mermaid'],
      ...['--include-only', '^(src|workflows|activities)/', '--collapse', '^(src/[^/]+|workflows|activities)'],
    ],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 2] },
  );
  if (status !== 0) throw new Error('the dependency graph could not be drawn');
  // who imports whom does not depend on the order of import lines
  const lines = stdout.trim().split('\n');
  const isArrow = (/** @type {string} */ line) => line.includes('-->');
  const graph = [...lines.filter((line) => !isArrow(line)), ...lines.filter(isArrow).sort()];
  const drawing = ['# Who imports whom', '', 'Written by `npm run generate`.', '', '```mermaid', ...graph, '```', ''];
  fs.writeFileSync(path.join(root, 'docs/generated/dependency-graph.md'), drawing.join('\n'));
}

await build();
const before = contents();
run('dist/tools/generate/openapi.js');
run('dist/tools/generate/schema.js');
run('dist/tools/generate/optimizers.js');
run('node_modules/openapi-typescript/bin/cli.js', 'docs/generated/openapi.json', '-o', 'docs/generated/api.d.ts');
drawDependencies();
const after = contents();
const changed = generated.filter((_file, at) => before[at] !== after[at]);
if (isCheck && changed.length > 0) {
  changed.forEach((file) => fs.writeFileSync(path.join(root, file), before[generated.indexOf(file)] ?? ''));
  console.error(`out of date: ${changed.join(', ')}; run "npm run generate" and commit`);
  process.exit(1);
}
console.log(changed.length > 0 ? `written: ${changed.join(', ')}` : 'nothing has changed');
