// npm test [-- jest arguments]: the suite, on a PostgreSQL and a Temporal server of its own.
import { spawn } from 'node:child_process';
import { root } from './local/project.mjs';

const jest = [
  '--disable-warning=ExperimentalWarning',
  '--experimental-vm-modules',
  // threads of the service inherit it: they load the sources without Jest
  '--import',
  './test/support/run-typescript.mjs',
  'node_modules/jest/bin/jest.js',
];
const child = spawn(process.execPath, [...jest, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
// Jest stops its servers itself; a terminal sends Ctrl-C to it directly
process.on('SIGINT', () => {});
for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal));
child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
