import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
let project: string;

/** A small project of the same shape, with this project's build script and packages. */
beforeAll(() => {
  project = fs.mkdtempSync(path.join(os.tmpdir(), 'fks-build-'));
  const write = (name: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(project, name)), { recursive: true });
    fs.writeFileSync(path.join(project, name), text);
  };
  for (const name of ['tsconfig.json', 'tsconfig.build.json', 'nest-cli.json']) {
    fs.copyFileSync(path.join(root, name), path.join(project, name));
  }
  for (const name of [
    'build.mjs',
    'bundle-workflows.mjs',
    'local/json.mjs',
    'local/lock.mjs',
    'local/processes.mjs',
    'local/project.mjs',
  ]) {
    fs.mkdirSync(path.dirname(path.join(project, 'tools', name)), { recursive: true });
    fs.copyFileSync(path.join(root, 'tools', name), path.join(project, 'tools', name));
  }
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(project, 'node_modules'));
  write('package.json', '{ "type": "module" }');
  write('package-lock.json', '{}');
  write('src/main.ts', 'export const answer: number = 41;\n');
  write('workflows/index.ts', 'export const wait = (days: number): Promise<number> => Promise.resolve(days);\n');
});
afterAll(() => fs.rmSync(project, { recursive: true }));

async function build() {
  const begin = Date.now();
  const child = spawn(process.execPath, ['tools/build.mjs'], { cwd: project, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said, seconds: (Date.now() - begin) / 1_000 };
}
const built = (name: string) => fs.readFileSync(path.join(project, 'dist', name), 'utf8');

test('two callers at a time build once, and an unchanged tree is not built again', async () => {
  const both = await Promise.all([build(), build()]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(both.filter(({ said }) => said.includes('built in'))).toHaveLength(1);
  expect(built('src/main.js')).toContain('answer = 41');
  expect(built('workflow-bundle.cjs')).toContain('wait');
  const again = await build();
  expect(again).toMatchObject({ code: 0, said: 'nothing has changed since the last build\n' });
  expect(again.seconds).toBeLessThan(2);
}, 120_000);

test('a source map of the build points at the source', () => {
  const { sources } = JSON.parse(built('src/main.js.map')) as { sources: string[] };
  expect(path.resolve(project, 'dist/src', sources[0] ?? '')).toBe(path.join(project, 'src/main.ts'));
});

test('a build that fails says why, ends with an error and leaves the last good one', async () => {
  fs.writeFileSync(path.join(project, 'src/main.ts'), 'export const answer: number = "42";\n');
  const failed = await build();
  expect(failed.code).toBe(1);
  expect(failed.said).toContain('src/main.ts');
  expect(failed.said).toContain('the build failed');
  expect(built('src/main.js')).toContain('answer = 41');

  fs.writeFileSync(path.join(project, 'src/main.ts'), 'export const answer: number = 42;\n');
  expect((await build()).code).toBe(0);
  expect(built('src/main.js')).toContain('answer = 42');
}, 120_000);

test('workflow code that cannot be bundled fails the build', async () => {
  const file = path.join(project, 'workflows/index.ts');
  fs.writeFileSync(
    file,
    `import { readFileSync } from 'node:fs';\nexport const read = (name: string) => readFileSync(name, 'utf8');\n`,
  );
  const failed = await build();
  expect(failed.code).toBe(1);
  expect(failed.said).toContain('the workflow bundle failed');
  expect(failed.said).toContain('node:fs');
}, 120_000);
