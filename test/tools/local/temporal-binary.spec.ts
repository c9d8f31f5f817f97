import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findBinary } from '../../../tools/local/temporal-binary.mjs';

let dir: string;
const outerPath = process.env.PATH;
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'fks-path-'));
  process.env.PATH = `${dir}${path.delimiter}${outerPath}`;
});
afterEach(() => {
  process.env.PATH = outerPath;
  fs.rmSync(dir, { recursive: true });
});

const temporalOnPath = (says: string) =>
  fs.writeFileSync(path.join(dir, 'temporal'), `#!/bin/sh\necho "${says}"\n`, { mode: 0o755 });

test('a temporal on PATH is used when it is new enough', async () => {
  temporalOnPath('temporal version 1.10.0 (Server 1.33.0, UI 2.60.0)');
  expect(await findBinary('temporal')).toEqual({ path: path.join(dir, 'temporal'), from: 'PATH' });
});

test.each(['temporal version 1.8.2 (Server 1.31.0)', 'temporal version 0.13.2', 'something else'])(
  'a temporal on PATH that says "%s" is passed over',
  async (says) => {
    temporalOnPath(says);
    const found = await findBinary('temporal');
    expect(found.path).not.toBe(path.join(dir, 'temporal'));
    expect(['.cache', 'pip', 'download']).toContain(found.from);
  },
  300_000,
);
