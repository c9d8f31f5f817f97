import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const pages = ['.', 'docs', 'src', 'workflows', 'activities', 'tools', 'test/fixtures']
  .flatMap((folder) =>
    fs
      .readdirSync(folder, { recursive: folder !== '.', encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => path.join(folder, file)),
  )
  .map((file) => ({ file, text: fs.readFileSync(file, 'utf8') }));
const { scripts } = z
  .looseObject({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(fs.readFileSync('package.json', 'utf8')));

/** Relative links of a page, and files and folders of the repository that it names in code, as paths from the root. */
function pathsIn({ file, text }: { file: string; text: string }): string[] {
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map((match) =>
    path.join(path.dirname(file), match[1] ?? ''),
  );
  const named = [...text.matchAll(/`((?:src|workflows|activities|test|tools|docs|deploy|k8s)\/[\w./-]+)`/g)].map(
    (match) => match[1] ?? '',
  );
  return [...links, ...named];
}
const missing = (page: { file: string; text: string }) => pathsIn(page).filter((one) => !fs.existsSync(one));

test('every file that the documentation links or names is there', () => {
  expect(pages.flatMap(pathsIn).length).toBeGreaterThan(80);
  expect(pages.flatMap((page) => missing(page).map((one) => `${page.file}: ${one}`))).toEqual([]);

  const text = '[x](../gone.md), `src/gone.ts` and [y](https://example.org/gone)';
  expect(missing({ file: 'docs/page.md', text })).toEqual(['gone.md', 'src/gone.ts']);
});

test('every script that the documentation names is one of package.json', () => {
  const named = pages.flatMap(({ file, text }) =>
    [...text.matchAll(/npm run ([a-z:]+)/g)].map((match) => ({ file, script: match[1] ?? '' })),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter(({ script }) => !(script in scripts))).toEqual([]);
});

test('every area tells what it owns on a screen', () => {
  const areas = fs
    .readdirSync('src', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'shared')
    // git knows no empty folders
    .filter((entry) => fs.readdirSync(path.join('src', entry.name)).length > 0)
    .map((entry) => path.join('src', entry.name, 'README.md'));
  expect(areas.length).toBeGreaterThan(8);
  const lengths = [...areas, 'workflows/README.md', 'activities/README.md'].map((file) => ({
    file,
    lines: fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n').length : 0,
  }));
  expect(lengths.filter(({ lines }) => lines < 5 || lines > 40)).toEqual([]);
});

test('every decision record is in the list of them, under its number', () => {
  const records = fs.readdirSync('docs/adr').filter((file) => file !== 'README.md');
  const listed = [...fs.readFileSync('docs/adr/README.md', 'utf8').matchAll(/^(\d+)\. \[.+\]\((.+)\)$/gm)];
  expect(listed.map((match) => match[2])).toEqual(records.sort());
  expect(listed.map((match) => Number(match[1]))).toEqual(records.map((file) => Number(file.slice(0, 4))));
});
