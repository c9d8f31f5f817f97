import { parseOptions } from '../../../tools/faults/options.js';
import { faultRows } from '../../../tools/faults/rows/registry.js';

const parse = (line: string) => parseOptions(line === '' ? [] : line.split(' '), faultRows);

test('reads row, trials, seed and resume', () => {
  expect(parse('--row worker-kill --trials 10 --seed 3 --resume')).toMatchObject({
    row: { name: 'worker-kill' },
    trials: 10,
    seed: 3,
    resume: true,
  });
  expect(parse('--row duplicates')).toMatchObject({ trials: 1, seed: 1, resume: false });
  expect(parse('--help')).toBe('help');
});

test.each([
  ['', '--row is missing; there are: worker-kill, temporal-outage, postgres-restart, duplicates, opposite-answers'],
  ['--row flood', '--row is "flood"; there are: worker-kill,'],
  ['--row duplicates --trials 0', '--trials is no whole number from 1 on: "0"'],
  ['--row duplicates --seed x', '--seed is no whole number from 0 on: "x"'],
  ['--row duplicates --often', "Unknown option '--often'"],
])('refuses "%s"', (line, message) => {
  expect(() => parse(line)).toThrow(message);
});
