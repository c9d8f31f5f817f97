// How fast 100,000 closes come into a Float64Array, against pg's own rows of the same bars, in the same run:
//   DATABASE_OWNER_URL=... node dist/bench/candle-read.bench.js [bars] [rounds]
import { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { copyCandles, type CandleRevision } from '../src/data/candles/candle-copy.js';
import { CandleRepository } from '../src/data/candles/candle.repository.js';
import type { SeriesRef } from '../src/data/domain/candle.js';
import { entities } from '../src/entities.js';
import { ormOptions } from '../src/platform/database/orm-options.js';
import type { AssetId } from '../src/shared/ids.js';
import { minuteMs, toIso } from '../src/shared/time.js';

/** Goal: a fraction of the speed with which pg reads open time and close of the same bars into two arrays. */
const goal = 1;
/** Other series of the same asset and interval, so that the bars are found by the key and not by reading all. */
const others = 9;

const series = (source: string): SeriesRef => ({
  assetId: 'BENCH' as AssetId,
  interval: '1m',
  source,
  quoteCurrency: 'USDT',
  adjustment: 'raw',
});
const start = Date.parse('2020-01-01T00:00:00Z');

function* barsOf(count: number): Generator<CandleRevision> {
  for (let i = 0; i < count; i++) {
    const close = (30_000 + 5_000 * Math.sin(i / 1_000) + (i % 97)).toFixed(8);
    const openTime = start + i * minuteMs;
    yield { candle: { openTime, open: close, high: close, low: close, close, volume: '1.5' }, revision: 1 };
  }
}

const rowsOf = (columns: string) => ({
  rowMode: 'array' as const,
  text: `select ${columns} from candle
         where asset_id = 'BENCH' and "interval" = '1m' and source = 'read' and quote_currency = 'USDT'
           and adjustment = 'raw' and revision = 1 order by open_time`,
});

async function measure(url: string, bars: number, rounds: number): Promise<boolean> {
  const orm = await MikroORM.init(ormOptions({ url, poolMax: 2 }, entities));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const clear = () => client.query(`delete from candle where asset_id = 'BENCH'`);
  const context = { publicationLagMs: 0, knownAt: toIso(start) };
  const candles = new CandleRepository(orm.em.fork());

  const ways: Record<string, () => Promise<{ closes: Float64Array; openTimes?: Float64Array }>> = {
    'pg, open time and close': async () => {
      const { rows } = await client.query<[Date, string]>(rowsOf('open_time, close'));
      const [openTimes, closes] = [new Float64Array(rows.length), new Float64Array(rows.length)];
      rows.forEach(([openTime, close], i) => {
        openTimes[i] = openTime.getTime();
        closes[i] = Number(close);
      });
      return { openTimes, closes };
    },
    'pg, close alone': async () => {
      const { rows } = await client.query<[string]>(rowsOf('close'));
      return { closes: Float64Array.from(rows, ([close]) => Number(close)) };
    },
    'closes()': () => candles.closes(series('read'), null),
  };
  const best: Record<string, number> = {};
  try {
    await clear();
    for (const source of ['read', ...Array.from({ length: others }, (_, i) => `other${i}`)]) {
      await copyCandles(client, barsOf(bars), { ...context, series: series(source) });
    }
    await client.query('vacuum analyze candle');
    for (let round = 0; round < rounds; round++) {
      for (const [name, read] of Object.entries(ways)) {
        const begin = performance.now();
        const { closes } = await read();
        best[name] = Math.min(best[name] ?? Infinity, performance.now() - begin);
        if (closes.length !== bars || closes.at(-1) !== Number([...barsOf(bars)].at(-1)!.candle.close)) {
          throw new Error(`${name} reads other bars than were written`);
        }
      }
    }
  } finally {
    await clear();
    await client.end();
    await orm.close(true);
  }
  const baseline = best['pg, open time and close']!;
  console.log(
    `${bars.toLocaleString('en')} bars of ${((others + 1) * bars).toLocaleString('en')}, best of ${rounds} rounds`,
  );
  let isMet = true;
  for (const [name, ms] of Object.entries(best)) {
    const ratio = baseline / ms;
    const verdict = name === 'closes()' ? `  goal ${goal} ${ratio >= goal ? 'met' : 'MISSED'}` : '';
    if (name === 'closes()') isMet = ratio >= goal;
    console.log(`${name.padEnd(28)} ${ms.toFixed(1)} ms  ratio ${ratio.toFixed(2)}${verdict}`);
  }
  return isMet;
}

const url = process.env['DATABASE_OWNER_URL'] ?? process.env['DATABASE_URL'];
if (!url) throw new Error('DATABASE_OWNER_URL (or DATABASE_URL of a role that may vacuum) is not set');
const [bars = '100000', rounds = '7'] = process.argv.slice(2);
if (!(await measure(url, Number(bars), Number(rounds)))) process.exitCode = 1;
