import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Ledger } from '../../../tools/faults/ledger.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'fks-ledger-'));
  file = path.join(folder, 'results', 'row-seed1.jsonl');
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const result = (trial: number) => ({
  trial,
  seconds: 1,
  acknowledgedLost: 0,
  duplicateEffects: 0,
  jobsLost: 0,
  differences: null,
  complaints: [],
  measured: {},
});
const open = (build: string, resume = true) => Ledger.open(file, { build, resume });

test('an interrupted run goes on with the trials that are missing', () => {
  const { ledger } = open('a', false);
  expect(ledger.missing(3)).toEqual([1, 2, 3]);
  ledger.add(result(1));
  ledger.add(result(3));
  fs.appendFileSync(file, '{"trial":2,"seco');
  const { ledger: resumed, dropped } = open('a');
  expect(dropped).toBe(0);
  expect(resumed.missing(4)).toEqual([2, 4]);
  resumed.add(result(2));
  expect(
    open('a')
      .ledger.first(2)
      .map(({ trial }) => trial),
  ).toEqual([1, 2]);
});

test('trials of another build do not count', () => {
  open('a', false).ledger.add(result(1));
  const { ledger, dropped } = open('b');
  expect(dropped).toBe(1);
  expect(ledger.missing(1)).toEqual([1]);
});

test('without resuming, a run begins anew', () => {
  open('a', false).ledger.add(result(1));
  expect(open('a', false).ledger.missing(1)).toEqual([1]);
});
