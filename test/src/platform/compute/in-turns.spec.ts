import { inTurns } from '../../../../src/platform/compute/in-turns.js';

function* work(milliseconds: number): Generator<undefined, string, undefined> {
  for (const end = performance.now() + milliseconds; performance.now() < end;) yield;
  return 'done';
}

test('a long calculation lets others have their turn, and comes to the same', async () => {
  let turns = 0;
  const counting = setInterval(() => (turns += 1), 0);
  await expect(inTurns(work(80))).resolves.toBe('done');
  clearInterval(counting);
  expect(turns).toBeGreaterThan(1);
});

test('what goes wrong in it is told', async () => {
  await expect(
    inTurns(
      (function* (): Generator<undefined, never, undefined> {
        yield;
        throw new Error('broken');
      })(),
    ),
  ).rejects.toThrow('broken');
});
