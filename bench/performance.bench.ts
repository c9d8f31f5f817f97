// What measuring a large portfolio costs: 14,400 transactions, 250 assets, 12 years of days; from the ledger's rows (decimal
// texts) and the stored prices to the measures that an answer needs. Timed are: the derivation of all years, their digests,
// the chaining of all days and the attribution of their returns in dollars and in BTC, which is the work of a first snapshot;
// and the same after one more day, which is the work of every later one. Not timed: reading and writing the database.
// Goal for either: 50 ms.
import { accountsOf } from '../src/portfolio/domain/ledger.js';
import { AttributionSum, chainDays } from '../src/portfolio/domain/performance.js';
import { attributionsOf, windowOf } from '../src/portfolio/domain/performance-window.js';
import { assetsTouched, type DailyHistory } from '../src/portfolio/domain/portfolio-days.js';
import { totalsOf } from '../src/portfolio/domain/performance-totals.js';
import type { Transaction } from '../src/portfolio/domain/transaction.js';
import { changedYears, type ChangedYear, type KnownYear } from '../src/portfolio/performance/changed-years.js';
import { seededRandom } from '../src/risk/domain/random.js';
import type { AssetId } from '../src/shared/ids.js';
import { dayMs } from '../src/shared/time.js';

const [days, assets, trades, rounds] = [4_383, 250, 14_400, 15];
const goalMs = 50;

const random = seededRandom(20261125);
const start = Date.parse('2014-11-26T00:00:00Z');
const names = Array.from({ length: assets }, (_, a) => (a === 0 ? 'BTC' : `A${String(a).padStart(3, '0')}`) as AssetId);
const prices = new Map(
  names.map((name): [AssetId, DailyHistory] => {
    let price = 10 + 90 * random.uniform();
    const usd = Float64Array.from({ length: days + 1 }, () => (price *= 1 + 0.02 * (random.uniform() - 0.49)));
    return [name, { openTimes: usd.map((_, t) => start + t * dayMs), usd, adjustment: 'raw' }];
  }),
);
/** Millionths of a unit that are held. */
const held = new Array<number>(assets).fill(0);
const transactions = Array.from({ length: trades }, (_, i): Transaction => {
  const day = Math.floor((i * (days - 1)) / trades);
  const asset = i < assets ? i : Math.floor(random.uniform() * assets);
  const isSale = i >= assets && random.uniform() < 0.35;
  const units = isSale ? Math.ceil((held[asset]! * random.uniform()) / 2) : 1 + Math.floor(1e7 * random.uniform());
  held[asset]! += isSale ? -units : units;
  const amount = (units / 1e6) * prices.get(names[asset]!)!.usd[day]!;
  return {
    id: `0193-${String(i).padStart(8, '0')}`,
    accountId: 'plain',
    kind: isSale ? 'sell' : 'buy',
    executedAt: start + day * dayMs + (i % 24) * 3_600_000,
    assetId: names[asset]!,
    quantity: (units / 1e6).toFixed(6),
    amount: amount.toFixed(2),
    fee: '1.25',
    toAccountId: null,
    ratio: null,
    lots: null,
  };
}).filter(({ quantity }) => Number(quantity) > 0);
const accounts = accountsOf([{ id: 'plain', currency: 'USD' as AssetId, tracksCash: false }]);
const lastDay = start + (days - 1) * dayMs;

/** Derives what differs from what is known, and measures it. */
function snapshot(until: number, known: ReadonlyMap<number, KnownYear>): ChangedYear[] {
  const sources = { accounts, prices, simulated: new Set<AssetId>(), transactions, lastDay: until };
  const derived = [...changedYears(sources, known)];
  for (const one of derived) attributionsOf(one.days);
  return derived;
}

/** All that the answer of twelve years is made of, from years that are derived. */
function measure(years: readonly ChangedYear[]) {
  const window = windowOf(
    years.map((one) => one.days),
    -Infinity,
    Infinity,
  )!;
  const series = chainDays(window.totals, {
    numeraire: new Float64Array(window.times.length).fill(1),
    btc: window.totals.btc,
  });
  const sum = new AttributionSum();
  for (const { days: part, at } of window.parts) sum.add(part.assets, attributionsOf(part).usd, series.growth[at]!);
  return { all: sum.all, totals: totalsOf(series, window.times) };
}

/** Time of this process alone, and of the clock; the least of all rounds. */
function least(work: () => unknown): { cpu: number; wall: number } {
  const best = { cpu: Infinity, wall: Infinity };
  for (let i = 0; i < rounds; i++) {
    const [begin, used] = [performance.now(), process.cpuUsage()];
    work();
    const { user, system } = process.cpuUsage(used);
    best.wall = Math.min(best.wall, performance.now() - begin);
    best.cpu = Math.min(best.cpu, (user + system) / 1_000);
  }
  return best;
}
const say = (what: string, { cpu, wall }: { cpu: number; wall: number }, goal?: number) => {
  const verdict = goal === undefined ? '' : `; goal ${goal} ms: ${wall <= goal ? 'met' : 'MISSED'}`;
  console.log(`  ${what}: ${wall.toFixed(1)} ms (${cpu.toFixed(1)} ms of processor)${verdict}`);
  if (goal !== undefined && wall > goal) process.exitCode = 1;
};

const all = snapshot(lastDay, new Map());
const known = new Map(all.map(({ year, digest, closing }) => [year, { digest, closing }]));
const knownBefore = new Map(
  snapshot(lastDay - dayMs, new Map()).map(({ year, digest, closing }) => [year, { digest, closing }]),
);
console.log(
  `  ${transactions.length} transactions of ${assetsTouched(accounts, transactions).size - 1} assets, ${days} days`,
);
say(
  'all years, from the ledger to the measures',
  least(() => snapshot(lastDay, new Map())),
  goalMs,
);
say(
  'one more day',
  least(() => snapshot(lastDay, knownBefore)),
  goalMs,
);
say(
  'nothing new, the digests alone',
  least(() => snapshot(lastDay, known)),
);
say(
  'attribution of all years in dollars and in BTC',
  least(() => all.forEach((one) => attributionsOf(one.days))),
);
say(
  'chaining and totals of all days',
  least(() => measure(all.map((one) => one))),
);
