import { atOnce } from '../../../../src/shared/at-once.js';
import { inTime } from '../../../../src/data/quotes/in-time.js';

test('work that ends in time gives its result, or its error', async () => {
  expect(await inTime(60_000, Promise.resolve('done'))).toEqual({ value: 'done' });
  await expect(inTime(60_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});

test('work that does not end in time gives nothing, and goes on', async () => {
  let end: (value: string) => void = () => undefined;
  const work = new Promise<string>((resolve) => {
    end = resolve;
  });
  expect(await inTime(0, work)).toBeUndefined();
  expect(await inTime(-5, work)).toBeUndefined();
  end('late');
  expect(await work).toBe('late');
});

test('runs so many at once and no more, and keeps the order', async () => {
  let [running, most] = [0, 0];
  const results = await atOnce(3, [5, 1, 4, 2, 3], async (n) => {
    running += 1;
    most = Math.max(most, running);
    for (let i = 0; i < n; i++) await Promise.resolve();
    running -= 1;
    return n * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(3);
  expect(await atOnce(3, [], async () => 1)).toEqual([]);
});

test('stops at the first error', async () => {
  await expect(atOnce(2, [1, 2, 3], async () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});
