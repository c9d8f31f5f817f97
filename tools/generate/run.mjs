// npm run generate: writes docs/generated anew.   --check: fails when that changes anything, and puts it back.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { build } from '../build.mjs';
import { root } from '../local/project.mjs';

const isCheck = process.argv.includes('--check');
const generated = ['docs/generated/openapi.json', 'docs/generated/schema.sql', 'docs/generated/api.d.ts'];
const contents = () =>
  generated.map((file) => (fs.existsSync(path.join(root, file)) ? fs.readFileSync(path.join(root, file), 'utf8') : ''));

/** @param {string[]} args */
function run(...args) {
  const { status, error } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error || status !== 0) throw new Error(`${args[0]} failed`);
}

await build();
const before = contents();
run('dist/tools/generate/openapi.js');
run('dist/tools/generate/schema.js');
run('node_modules/openapi-typescript/bin/cli.js', 'docs/generated/openapi.json', '-o', 'docs/generated/api.d.ts');
const after = contents();
const changed = generated.filter((_file, at) => before[at] !== after[at]);
if (isCheck && changed.length > 0) {
  changed.forEach((file) => fs.writeFileSync(path.join(root, file), before[generated.indexOf(file)] ?? ''));
  console.error(`out of date: ${changed.join(', ')}; run "npm run generate" and commit`);
  process.exit(1);
}
console.log(changed.length > 0 ? `written: ${changed.join(', ')}` : 'nothing has changed');
