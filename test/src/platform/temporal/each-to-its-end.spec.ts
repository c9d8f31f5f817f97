import { eachToItsEnd } from '../../../../src/platform/temporal/each-to-its-end.js';

test('answers in the order of the calls', async () => {
  await expect(eachToItsEnd([Promise.resolve(1), Promise.resolve(2)])).resolves.toEqual([1, 2]);
});

test('a failure is told only when the other calls have ended, too', async () => {
  let end: (value: string) => void = () => undefined;
  const slow = new Promise<string>((resolve) => (end = resolve));
  let isTold = false;
  const all = eachToItsEnd([Promise.reject(new Error('away')), slow]).finally(() => (isTold = true));
  all.catch(() => undefined);
  await new Promise(setImmediate);
  expect(isTold).toBe(false);
  end('late');
  await expect(all).rejects.toThrow('away');
});
