import { PassThrough } from 'node:stream';
import { Steps } from '../../../tools/demo/steps.js';

const written = (out: PassThrough) => String(out.read() ?? '');

test('without a terminal every step is one plain line', async () => {
  const out = new PassThrough();
  const steps = new Steps(out);
  await steps.run('PostgreSQL', () => Promise.resolve('127.0.0.1:55432'));
  steps.say('port 8012 (API) is taken; using 8013');
  expect(written(out)).toMatch(
    /^ {2}✓ PostgreSQL {15}127\.0\.0\.1:55432 {2}\(0\.0 s\)\n {4}port 8012 \(API\) is taken; using 8013\n$/,
  );
  expect(steps.records).toEqual([{ step: 'PostgreSQL', seconds: expect.any(Number) as number }]);
});

test('a step that fails is marked, and its error goes on', async () => {
  const out = new PassThrough();
  const steps = new Steps(out);
  await expect(steps.run('migrations', () => Promise.reject(new Error('no table')))).rejects.toThrow('no table');
  expect(written(out)).toContain('✗ migrations');
});

test('on a terminal a spinner moves and gives way to the finished line', async () => {
  const out = Object.assign(new PassThrough(), { isTTY: true, columns: 40 });
  const steps = new Steps(out);
  await steps.run('Temporal', () => new Promise((resolve) => setTimeout(() => resolve('up'), 250)));
  const text = written(out);
  expect(text).toContain('⠋ Temporal');
  expect(text).toContain('⠙ Temporal');
  expect(text.split('\x1b[2K').at(-1)).toMatch(/^ {2}✓ Temporal +up/);
});
