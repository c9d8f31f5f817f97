// npm test [-- jest arguments]: the suite, on a PostgreSQL and a Temporal server of its own.
import { spawnSync } from 'node:child_process';
import { root } from './local/project.mjs';

const { status, signal } = spawnSync(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--experimental-vm-modules',
    'node_modules/jest/bin/jest.js',
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exit(status ?? (signal === 'SIGINT' ? 130 : 143));
