// How often the record of opinions is fooled, and how long it takes to see what is there.
import path from 'node:path';
import { root, shown, writeWhole } from '../local/project.mjs';
import { interruption } from '../local/interrupt.mjs';
import type { Market } from './market.js';
import { worthless, worthwhile } from './markets.js';
import { holdsNothing, meanOf, trial, type Trial } from './trials.js';

const table = path.join(root, 'docs/generated/opinion-record.md');
const histories = Number(process.argv[2] ?? 1_000);
const signal = interruption();

async function eachOf<T>(name: string, market: Market, one: (market: Market, seed: number) => T): Promise<T[]> {
  const done: T[] = [];
  for (let seed = 0; seed < histories; seed++) {
    // lets a request to stop be heard
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    done.push(one(market, seed));
  }
  console.log(`${name}: ${histories} histories`);
  return done;
}

const percent = <T>(trials: readonly T[], is: (one: T) => boolean): string =>
  `${((100 * trials.filter(is).length) / trials.length).toFixed(1)} %`;
const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

/** Trades after which `share` of the histories were decided. */
function tradesUntil(trials: readonly Trial[], share: number): string {
  const sorted = trials.map(({ above }) => above ?? Infinity).toSorted((a, b) => a - b);
  const at = sorted[Math.ceil(share * sorted.length) - 1]!;
  return Number.isFinite(at) ? String(at) : 'later';
}

const fooled: string[] = [];
for (const [name, market] of Object.entries(worthless)) {
  const trials = await eachOf(name, market, trial);
  fooled.push(
    row([
      name,
      trials[0]!.trades,
      percent(trials, ({ above }) => above !== null),
      percent(trials, ({ below }) => below !== null),
      percent(trials, ({ above, below }) => above !== null || below !== null),
      percent(trials, ({ tTest }) => tTest !== null),
      percent(await eachOf(`${name}, intervals`, market, holdsNothing), (holds) => holds),
    ]),
  );
}
const found: string[] = [];
for (const [name, market] of Object.entries(worthwhile)) {
  const trials = await eachOf(name, market, trial);
  found.push(
    row([
      name,
      meanOf(market, 1_000_000, 200).toFixed(2),
      trials[0]!.trades,
      percent(trials, ({ above }) => above !== null),
      tradesUntil(trials, 0.5),
      tradesUntil(trials, 0.8),
      percent(trials, ({ below }) => below !== null),
    ]),
  );
}

writeWhole(
  table,
  `# How far the record of opinions can be trusted

Written by \`node tools/bootstrap.mjs tools/opinion-record/run.mjs\`: ${histories} seeded histories of two years of each market,
or of 730 trades one after another. A trade leaves at a stop of 1 R, a target of 2 R or after 28 days, half an R a day, so
that trades overlap, and losers are known earlier than winners. An opinion speaks against each of them and takes away a
quarter, a half or all of it. The test is looked at after each trade that ended.

## On markets where opinions are worth nothing

The test may be wrong on 2.5 % of the histories on each side, and on 5 % on both. The t-test at 5 %, looked at as often from
the 20th trade on, shows what looking does to a test that is not made for it. The last column is how many of the bootstrap's
95 % intervals of the whole history hold the mean, which is 0: they are for one look, and too narrow where all trades are the
same few.

| market | trades | says: follow them | says: they do harm | either | t-test says either | intervals that hold the mean |
| --- | --- | --- | --- | --- | --- | --- |
${fooled.join('\n')}

## On markets where the opposed trades lose

By the probability that a day moves a trade towards its target. The mean is what is gained by each trade that is taken
away, in R.

| market | mean | trades | says: follow them | half of the histories by trade | four of five by trade | says: they do harm |
| --- | --- | --- | --- | --- | --- | --- |
${found.join('\n')}
`,
);
console.log(`written: ${shown(table)}`);
