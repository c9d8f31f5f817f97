import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { help, parseOptions } from '../../../tools/demo/options.js';
import { UsageError } from '../../../tools/local/command-line.js';

let from: string;
beforeAll(() => {
  from = fs.mkdtempSync(path.join(os.tmpdir(), 'fks-demo-'));
  for (const folder of ['coins', 'funds', 'other/coins']) fs.mkdirSync(path.join(from, folder), { recursive: true });
  fs.writeFileSync(path.join(from, 'file'), '');
});
afterAll(() => fs.rmSync(from, { recursive: true }));

const now = Date.parse('2026-11-25T12:00:00Z');
const parse = (line: string, env: NodeJS.ProcessEnv = {}) =>
  parseOptions(line.split(' ').filter(Boolean), { env, from, now });

test('without options it runs once on live sources or the simulator and approves', () => {
  expect(parse('')).toEqual({
    once: false,
    priceFolders: [],
    asOf: undefined,
    simulate: false,
    seed: 1,
    live: false,
    answer: 'approve',
    report: undefined,
    fresh: false,
  });
});

test('every option of the documentation is understood, and paths are taken from where the caller stands', () => {
  expect(
    parse('--once --prices coins --prices=funds --as-of 2021-07-06 --live --answer reject --report r.json --fresh'),
  ).toEqual({
    once: true,
    priceFolders: [path.join(from, 'coins'), path.join(from, 'funds')],
    asOf: '2021-07-06',
    simulate: false,
    seed: 1,
    live: true,
    answer: 'reject',
    report: path.join(from, 'r.json'),
    fresh: true,
  });
  expect(parse('--simulate --seed 42')).toMatchObject({ simulate: true, seed: 42 });
  expect(parse('--help')).toBe('help');
});

test('the help names every option', () => {
  for (const name of ['once', 'prices', 'as-of', 'simulate', 'seed', 'live', 'answer', 'report', 'fresh']) {
    expect(help).toContain(`--${name}`);
  }
});

test('folders by environment are like --prices; the command line and --simulate win', () => {
  const env = { FKS_PRICES: 'coins:funds' };
  expect(parse('', env)).toMatchObject({ priceFolders: [path.join(from, 'coins'), path.join(from, 'funds')] });
  expect(parse('--prices funds', env)).toMatchObject({ priceFolders: [path.join(from, 'funds')] });
  expect(parse('--simulate', env)).toMatchObject({ priceFolders: [] });
});

test.each([
  ['--onec', "Unknown option '--onec'"],
  ['once', "Unexpected argument 'once'"],
  ['--prices nowhere', 'there is no folder'],
  ['--prices file', 'is not a folder'],
  ['--prices coins --prices other/coins', 'would both be called csv:coins'],
  ['--as-of yesterday', '--as-of is neither a date such as 2021-07-06 nor an instant with a zone: yesterday'],
  ['--as-of 2021-02-30', '--as-of is neither a date'],
  ['--as-of 2026-11-25', '--as-of is not over yet: 2026-11-25'],
  ['--simulate --prices coins', '--simulate and --prices exclude each other'],
  ['--simulate --live', '--simulate and --live exclude each other'],
  ['--seed 3', '--seed needs --simulate'],
  ['--simulate --seed three', '--seed is not a whole number: three'],
  ['--answer maybe', '--answer is neither approve nor reject: maybe'],
  ['--report', 'argument missing'],
])('%s is refused: %s', (line, message) => {
  expect(() => parse(line)).toThrow(UsageError);
  expect(() => parse(line)).toThrow(message);
});
