import type { StacklessRow } from '../../../tools/faults/fault-row.js';
import { aiFaults } from '../../../tools/faults/rows/ai-faults.js';
import { corruptBodies } from '../../../tools/faults/rows/corrupt-bodies.js';
import { runTrials, type TrialResult } from '../../../tools/faults/run-trials.js';

async function resultsOf(row: StacklessRow, trials: number[], signal = new AbortController().signal) {
  const results: TrialResult[] = [];
  const options = { stateDir: '', say: () => undefined, signal };
  for await (const result of runTrials({ row, seed: 1, trials, ...options })) results.push(result);
  return results;
}

const clean = {
  acknowledgedLost: 0,
  duplicateEffects: 0,
  jobsLost: 0,
  differences: null,
  complaints: [],
  measured: {},
};

test('a row without a stack runs its trials, each with its own chances, and is stopped', async () => {
  const drawn: number[] = [];
  let stopped = 0;
  const row: StacklessRow = {
    name: 'a-row',
    fault: '',
    promise: '',
    prepareAlone: () =>
      Promise.resolve({
        trial: (chance) => {
          drawn.push(chance.next());
          return drawn.length === 2 ? Promise.reject(new Error('no answer')) : Promise.resolve({ ...clean });
        },
        stop: () => {
          stopped += 1;
          return Promise.resolve();
        },
      }),
  };
  expect(await resultsOf(row, [1, 2, 4])).toMatchObject([
    { trial: 1, complaints: [] },
    { trial: 2, complaints: ['not judged: no answer'] },
    { trial: 4, complaints: [] },
  ]);
  expect(new Set(drawn).size).toBe(3);
  const before = [...drawn];
  drawn.length = 0;
  await resultsOf(row, [4]);
  expect(drawn).toEqual(before.slice(2));
  await expect(resultsOf(row, [1], AbortSignal.abort(new Error('interrupted')))).rejects.toThrow('interrupted');
  expect(stopped).toBe(3);
});

test('a trial of corrupt bodies counts what every source made of its rows', async () => {
  const [result] = await resultsOf(corruptBodies, [1]);
  expect(result).toMatchObject({ complaints: [], differences: 0, measured: { 'corrupt rows accepted': 0 } });
  expect(result!.measured['bodies']).toBeGreaterThan(100);
  expect(result!.measured['corrupt rows refused']).toBeGreaterThan(0);
}, 120_000);

test('a trial of faults of the AI takes each for what it is, and changes no number for one that is no answer', async () => {
  for (const result of await resultsOf(aiFaults, [1, 2, 3])) {
    expect(result).toMatchObject({
      complaints: [],
      duplicateEffects: 0,
      differences: 0,
      measured: { answered: 2, refused: 3, 'worth another attempt': 6, 'not worth one': 4 },
    });
  }
}, 30_000);
