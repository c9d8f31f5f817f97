import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { holderOf, lock, tryLock } from '../../../tools/local/lock.mjs';
import { identify, isAlive, startOf, stopProcess } from '../../../tools/local/processes.mjs';

let dir: string;
let file: string;
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'fks-lock-'));
  file = path.join(dir, 'the.lock');
});
afterEach(() => fs.rmSync(dir, { recursive: true }));

const sleeper = async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  return child;
};

test('a lock is held by one at a time and free again when it is released', () => {
  const release = tryLock(file);
  expect(release).toBeDefined();
  expect(tryLock(file)).toBeUndefined();
  expect(holderOf(file)?.pid).toBe(process.pid);
  release?.();
  expect(holderOf(file)).toBeUndefined();
  tryLock(file)?.();
  expect(fs.readdirSync(dir)).toEqual([]);
});

test('a kill -9 of its holder frees a lock', async () => {
  const child = await sleeper();
  fs.writeFileSync(file, JSON.stringify(identify(child.pid ?? 0)));
  expect(tryLock(file)).toBeUndefined();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const release = tryLock(file);
  expect(release).toBeDefined();
  release?.();
});

test('a live process that merely has the number of a dead holder does not hold the lock', () => {
  fs.writeFileSync(file, JSON.stringify({ pid: process.pid, started: 'long ago' }));
  expect(holderOf(file)).toBeUndefined();
  expect(tryLock(file)).toBeDefined();
});

test('a lock file cut short by a crash is nobody’s', () => {
  fs.writeFileSync(file, '{"pid":');
  expect(tryLock(file)).toBeDefined();
});

test('a waiter is told whom it waits for and gets the lock afterwards', async () => {
  const release = tryLock(file);
  const told: number[] = [];
  const waiting = lock(file, { onWait: ({ pid }) => told.push(pid) });
  setTimeout(() => release?.(), 150);
  (await waiting)();
  expect(told).toEqual([process.pid]);
});

test('waiting for a lock can have an end', async () => {
  tryLock(file);
  await expect(lock(file, { withinMs: 50 })).rejects.toThrow(`process ${process.pid} still holds ${file}`);
});

test('a process is known by its number and its start', async () => {
  const child = await sleeper();
  const known = identify(child.pid ?? 0);
  expect(isAlive(known)).toBe(true);
  expect(known && isAlive({ ...known, started: '1' })).toBe(false);
  expect(known && (await stopProcess(known, { graceMs: 5_000 }))).toBe(true);
  expect(isAlive(known)).toBe(false);
  expect(startOf(-1)).toBeUndefined();
});

test('a process that ignores SIGTERM is killed after its grace time', async () => {
  const child = spawn(process.execPath, [
    '-e',
    'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)',
  ]);
  await once(child.stdout, 'data');
  const known = identify(child.pid ?? 0);
  expect(known && (await stopProcess(known, { graceMs: 200 }))).toBe(false);
  expect(isAlive(known)).toBe(false);
});
