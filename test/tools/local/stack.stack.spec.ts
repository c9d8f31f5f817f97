import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startPg, stopPg } from '../../../tools/local/pg.mjs';
import { commandLine } from '../../../tools/local/processes.mjs';
import { stopStack } from '../../../tools/local/stack-state.mjs';
import { clearDeadRuns } from '../../support/dead-runs.mjs';

const launcher = path.resolve(import.meta.dirname, '../fixtures/launcher.mjs');
const started: ChildProcess[] = [];
let stateDir: string;

beforeEach(() => {
  stateDir = fs.mkdtempSync(path.join(os.tmpdir(), 'fks-stack-'));
  fs.chmodSync(stateDir, 0o755);
});
afterEach(async () => {
  for (const child of started) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await stopStack(stateDir, { say: () => {}, evenWithLauncher: true });
  fs.rmSync(stateDir, { recursive: true, force: true });
});

/** Starts a launcher and returns the first line it prints. */
async function launch(env: NodeJS.ProcessEnv = {}, migrations = 'done') {
  const given = ['DATABASE_URL', 'DATABASE_OWNER_URL', 'TEMPORAL_ADDRESS', 'PORT'];
  const outer = Object.fromEntries(Object.entries(process.env).filter(([name]) => !given.includes(name)));
  const child = spawn(process.execPath, [launcher, migrations], {
    env: { ...outer, FKS_STATE_DIR: stateDir, SIMULATE: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  const lines: string[] = [];
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const exited = once(child, 'exit');
  await Promise.race([
    exited,
    (async () => {
      while (lines.length === 0) await sleep(20);
    })(),
  ]);
  return { child, exited, lines, said, url: lines[0]?.replace('ready ', '') ?? '' };
}

const ask = async (url: string) => (await (await fetch(url)).json()) as { pid: number; env: NodeJS.ProcessEnv };

/** Processes that belong to this test's state directory or stand in for the services. */
const remaining = () =>
  fs
    .readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && commandLine(Number(entry)).includes(stateDir))
    .map((entry) => commandLine(Number(entry)));

const recorded = () =>
  (
    JSON.parse(fs.readFileSync(path.join(stateDir, 'stack.json'), 'utf8')) as {
      processes: { pid: number; name: string }[];
    }
  ).processes;

test('a stack answers, gives the services no more than they need, and leaves no process behind', async () => {
  const { child, exited, url, lines } = await launch({ SIMULATE: '1' });
  const { env } = await ask(url);
  expect(env.DATABASE_URL).toMatch(/^postgresql:\/\/fks_app:.{32}@127\.0\.0\.1:\d+\/fks$/);
  expect(env.DATABASE_OWNER_URL).toBeUndefined();
  expect(env.TEMPORAL_ADDRESS).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(env.BINANCE_BASE_URL).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(env.YAHOOFINANCE_BASE_URL).toBe(env.BINANCE_BASE_URL);
  expect(env.FKS_AI_BASE_URL).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(recorded().map(({ name }) => name)).toEqual(['market simulator', 'AI simulator', 'API', 'worker']);
  const pids = recorded().map(({ pid }) => pid);
  child.kill('SIGINT');
  expect(await exited).toEqual([0, null]);
  expect(lines.at(-1)).toBe('stopped');
  expect(remaining()).toEqual([]);
  expect(pids.map(commandLine)).toEqual(['', '', '', '']);
}, 60_000);

test('an fks_ai that is given is used, and no simulator stands in for it', async () => {
  const { url } = await launch({ FKS_AI_BASE_URL: 'http://127.0.0.1:9' });
  expect((await ask(url)).env.FKS_AI_BASE_URL).toBe('http://127.0.0.1:9');
  expect(recorded().map(({ name }) => name)).toEqual(['API', 'worker']);
}, 60_000);

test('the application role can neither make tables nor read the password file', async () => {
  const { url } = await launch();
  const { env } = await ask(url);
  const client = new pg.Client({ connectionString: env.DATABASE_URL ?? '' });
  await client.connect();
  await expect(client.query('create table mine (id int)')).rejects.toThrow('permission denied for schema public');
  const { rows } = await client.query(
    'select rolsuper, rolcreatedb, rolcreaterole, rolbypassrls from pg_roles where rolname = current_user',
  );
  expect(rows).toEqual([{ rolsuper: false, rolcreatedb: false, rolcreaterole: false, rolbypassrls: false }]);
  await client.end();
  expect(fs.statSync(path.join(stateDir, 'pg.passwords.json')).mode & 0o777).toBe(0o600);
}, 60_000);

test('an API that was killed is started again', async () => {
  const { url } = await launch();
  const { pid } = await ask(url);
  process.kill(pid, 'SIGKILL');
  for (let answer: { pid: number } | undefined; answer === undefined || answer.pid === pid;) {
    answer = await ask(url).catch(() => undefined);
    await sleep(100);
  }
  expect(recorded().find(({ name }) => name === 'API')?.pid).not.toBe(pid);
  expect(fs.readFileSync(path.join(stateDir, 'api.log'), 'utf8')).toContain(
    'API ended (SIGKILL); starting it again in 0.5 s',
  );
}, 60_000);

test('after a kill -9 of launcher and servers the next start keeps the data and clears up', async () => {
  const first = await launch();
  const { pid, env } = await ask(first.url);
  const url = new URL(env.DATABASE_URL ?? '');
  first.child.kill('SIGKILL');
  await first.exited;
  process.kill(Number(fs.readFileSync(path.join(stateDir, 'pg/postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
  const temporal = JSON.parse(fs.readFileSync(path.join(stateDir, 'temporal.json'), 'utf8')) as { pid: number };
  process.kill(temporal.pid, 'SIGKILL');

  const second = await launch();
  const again = await ask(second.url);
  expect(again.pid).not.toBe(pid);
  expect(commandLine(pid)).toBe('');
  expect(new URL(again.env.DATABASE_URL ?? '').password).toBe(url.password);
  second.child.kill('SIGTERM');
  await second.exited;
  expect(remaining()).toEqual([]);
}, 60_000);

test('servers that a killed launcher left running are used again', async () => {
  const first = await launch();
  const { env } = await ask(first.url);
  first.child.kill('SIGKILL');
  await first.exited;
  const second = await launch();
  const again = await ask(second.url);
  expect(again.env.DATABASE_URL).toBe(env.DATABASE_URL);
  expect(again.env.TEMPORAL_ADDRESS).toBe(env.TEMPORAL_ADDRESS);
}, 60_000);

test('a second start for the same state says where the first one is, and disturbs nothing', async () => {
  const first = await launch();
  const second = await launch();
  await second.exited;
  expect(second.lines[0]).toBe(
    `the stack of ${stateDir} is already up at ${first.url} (process ${first.child.pid}): ` +
      'stop it with "npm run stop", or set FKS_STATE_DIR to another folder for a second one',
  );
  expect((await fetch(first.url)).status).toBe(200);
}, 60_000);

test('two stacks with states of their own, started at the same moment, run side by side', async () => {
  const other = path.join(stateDir, 'other');
  const [first, second] = await Promise.all([launch(), launch({ FKS_STATE_DIR: other })]);
  const [one, two] = [await ask(first.url), await ask(second.url)];
  expect(two.env.PORT).not.toBe(one.env.PORT);
  expect(two.env.DATABASE_URL).not.toBe(one.env.DATABASE_URL);
  expect(two.env.TEMPORAL_ADDRESS).not.toBe(one.env.TEMPORAL_ADDRESS);
  second.child.kill('SIGTERM');
  await second.exited;
}, 60_000);

test('a tool that fails ends the start with its own last words, and nothing stays', async () => {
  const { exited, lines } = await launch({}, 'fails');
  expect(await exited).toEqual([1, null]);
  expect(lines.join('\n')).toContain('migrations failed (3)');
  expect(lines.join('\n')).toContain('relation "portfolio" does not exist');
  expect(remaining()).toEqual([]);
}, 60_000);

test('a database given without its owner is not migrated, and the services use it as it is', async () => {
  const database = 'postgresql://me:secret@127.0.0.1:9/mine';
  const { url, said } = await launch({ DATABASE_URL: database }, 'fails');
  expect((await ask(url)).env.DATABASE_URL).toBe(database);
  expect(said).toContain('DATABASE_OWNER_URL is not set: migrations are left to you');

  const owner = 'postgresql://owner:secret@127.0.0.1:9/mine';
  const other = { FKS_STATE_DIR: path.join(stateDir, 'other'), DATABASE_URL: database, DATABASE_OWNER_URL: owner };
  const { exited, lines } = await launch(other, 'fails');
  expect(await exited).toEqual([1, null]);
  expect(lines[0]).toMatch(/^migrations failed \(3\)/);
}, 60_000);

test('what cannot be stopped keeps nothing else running, is named, and leaves the lock free', async () => {
  const { child, exited, lines } = await launch();
  const file = path.join(stateDir, 'temporal.json');
  const known = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, 'spoiled');
  child.kill('SIGTERM');
  expect(await exited).toEqual([1, null]);
  expect(lines.at(-1)).toContain('spoiled');
  expect(remaining()).toEqual([expect.stringContaining('server start-dev')]);
  expect(fs.existsSync(path.join(stateDir, 'stack.lock'))).toBe(false);
  fs.writeFileSync(file, known);
}, 60_000);

test('a PostgreSQL that was killed is started again with the durability it had', async () => {
  const { url } = await launch();
  const { env } = await ask(url);
  const pidFile = path.join(stateDir, 'pg/postmaster.pid');
  const pid = Number(fs.readFileSync(pidFile, 'utf8').split('\n')[0]);
  process.kill(pid, 'SIGKILL');
  const fsync = async () => {
    const client = new pg.Client({ connectionString: env.DATABASE_URL ?? '' });
    try {
      await client.connect();
      return (await client.query<{ fsync: string }>('show fsync')).rows[0]?.fsync;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  let answer: string | undefined;
  for (const end = Date.now() + 20_000; answer === undefined && Date.now() < end;) {
    await sleep(200);
    answer = await fsync().catch(() => undefined);
  }
  expect(answer).toBe('off');
  expect(Number(fs.readFileSync(pidFile, 'utf8').split('\n')[0])).not.toBe(pid);
}, 60_000);

test('the servers of a test run that was killed are stopped and its folder removed; a live run keeps its own', async () => {
  const cache = path.join(stateDir, 'test');
  const dead = spawn(process.execPath, ['-e', '']);
  await once(dead, 'exit');
  const folder = path.join(cache, `run-${dead.pid}`);
  const server = await startPg({ dir: path.join(folder, 'pg'), fast: true });
  fs.mkdirSync(path.join(cache, `run-${process.pid}`));
  await clearDeadRuns(cache);
  expect(commandLine(server.pid)).toBe('');
  expect(fs.readdirSync(cache)).toEqual([`run-${process.pid}`]);
}, 60_000);

test('a port that somebody asked for and that is taken ends the start, named', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  for (const [variable, name] of [
    ['PORT', 'API'],
    ['FKS_POSTGRES_PORT', 'PostgreSQL'],
    ['FKS_TEMPORAL_PORT', 'Temporal'],
  ]) {
    const { exited, lines } = await launch({ [String(variable)]: String(port) });
    expect(await exited).toEqual([1, null]);
    expect(lines[0]).toBe(
      `port ${port} (${name}) is taken by another program: stop that one, or choose another port by ${variable}`,
    );
  }
  server.close();
  expect(remaining()).toEqual([]);
}, 60_000);

test('the stop command ends a stack through its launcher', async () => {
  const { exited } = await launch();
  const said: string[] = [];
  expect(await stopStack(stateDir, { say: (line) => said.push(line), evenWithLauncher: true })).toBe(true);
  expect(await exited).toEqual([0, null]);
  expect(said).toEqual([`stopped the stack of ${stateDir}`]);
  expect(await stopStack(stateDir, { say: () => {}, evenWithLauncher: true })).toBe(false);
}, 60_000);

test('a stale pid file with the number of a live stranger is harmless', async () => {
  const dir = path.join(stateDir, 'pg');
  const first = await startPg({ dir, fast: true });
  await first.stop();
  fs.writeFileSync(path.join(dir, 'postmaster.pid'), `${process.pid}\n${dir}\n1\n${first.port}\n`);
  const second = await startPg({ dir, fast: true });
  expect(second.reused).toBe(false);
  expect((await startPg({ dir, fast: true })).reused).toBe(true);
  expect(await stopPg(dir)).toBe(true);
  expect(await stopPg(dir)).toBe(false);
}, 60_000);
