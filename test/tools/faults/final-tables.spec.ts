import { compareTables, type Tables } from '../../../tools/faults/final-tables.js';

const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const pipeline = (own: number, job: number) => `{"id": "${id(own)}", "job_id": "${id(job)}"}`;
const job = (own: number, state = 'succeeded') => `{"id": "${id(own)}", "state": "${state}"}`;
const tables = (jobs: string[], pipelines: string[]): Tables =>
  new Map([
    ['job', jobs],
    ['pipeline', pipelines],
  ]);

test('runs that differ in their ids and in the order of their rows are equal', () => {
  const undisturbed = tables([job(1), job(2, 'failed')], [pipeline(3, 1), pipeline(4, 2)]);
  const disturbed = tables([job(12, 'failed'), job(11)], [pipeline(13, 11), pipeline(14, 12)]);
  expect(compareTables(undisturbed, disturbed)).toEqual({ differences: 0, duplicates: 0, words: [] });
});

test('a row that is there twice is a duplicate', () => {
  expect(compareTables(tables([job(1)], []), tables([job(1), job(2)], []))).toEqual({
    differences: 1,
    duplicates: 1,
    words: ['job: too many {"id": "<id>", "state": "succeeded"}'],
  });
});

test('a row that is missing and one with another content are differences', () => {
  const found = compareTables(tables([job(1)], [pipeline(3, 1)]), tables([job(1, 'failed')], []));
  expect(found).toMatchObject({ differences: 3, duplicates: 0 });
  expect(found.words).toEqual([
    'job: undisturbed ...{"id": "<id>", "state": "succeeded"}..., disturbed ...{"id": "<id>", "state": "failed"}...',
    'pipeline: missing {"id": "<id>", "job_id": "<id>"}',
  ]);
});

test('a row that points to the wrong one of two rows is found', () => {
  const undisturbed = tables([job(1), job(2, 'failed')], [pipeline(3, 1)]);
  const disturbed = tables([job(1), job(2, 'failed')], [pipeline(3, 2)]);
  expect(compareTables(undisturbed, disturbed)).toMatchObject({ differences: 2, duplicates: 0 });
});

test('a table that only one of the two has is a difference', () => {
  expect(compareTables(new Map(), new Map([['effect', ['{"n": 1}']]]))).toMatchObject({ differences: 1 });
});
