// npm run bench [-- NAME]: the promised ratios, each against its baseline in the same run.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { build } from './build.mjs';
import { startPg } from './local/pg.mjs';
import { root } from './local/project.mjs';
import { startTemporal } from './local/temporal.mjs';

await build();
const stateDir = path.join(root, '.cache/bench');
const pg = await startPg({ dir: path.join(stateDir, 'pg'), port: 57432 });
const temporal = await startTemporal({ stateDir, port: 27233, uiPort: 28233 });
const wanted = process.argv[2] ?? '';
const files = fs
  .readdirSync(path.join(root, 'dist/bench'))
  .filter((file) => file.endsWith('.bench.js') && file.includes(wanted));
try {
  const env = {
    ...process.env,
    DATABASE_URL: pg.appUrl,
    DATABASE_OWNER_URL: pg.ownerUrl,
    TEMPORAL_ADDRESS: temporal.address,
    LOG_LEVEL: 'silent',
  };
  const migrated = spawnSync(process.execPath, ['dist/tools/migrate.js'], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (migrated.status !== 0) throw new Error(`the database of earlier benches cannot be migrated: remove ${stateDir}`);
  for (const file of files) {
    console.log(`\n${file.replace('.bench.js', '')}`);
    const { status } = spawnSync(process.execPath, [path.join('dist/bench', file)], {
      cwd: root,
      env,
      stdio: 'inherit',
    });
    if (status !== 0) process.exitCode = 1;
  }
} finally {
  await temporal.stop();
  await pg.stop();
}
