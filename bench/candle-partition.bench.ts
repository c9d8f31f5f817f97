// Whether the table of candles is worth splitting by time: the same bars in one table and in one by year, in the same
// run. There is no goal: the figures are why the table is one.
//   DATABASE_OWNER_URL=... node dist/bench/candle-partition.bench.js [bars] [rounds]
import pg from 'pg';
import { copyCandles, type CandleRevision } from '../src/data/candles/candle-copy.js';
import type { SeriesRef } from '../src/data/domain/candle.js';
import type { AssetId } from '../src/shared/ids.js';
import { minuteMs, toIso } from '../src/shared/time.js';

const [firstYear, lastYear] = [2018, 2027];
const start = Date.parse('2020-01-01T00:00:00Z');
const series = (source: string): SeriesRef => ({
  assetId: 'BENCH' as AssetId,
  interval: '1m',
  source,
  quoteCurrency: 'USDT',
  adjustment: 'raw',
});

function* barsOf(count: number): Generator<CandleRevision> {
  for (let i = 0; i < count; i++) {
    const close = (30_000 + (i % 97)).toFixed(8);
    const openTime = start + i * minuteMs;
    yield { candle: { openTime, open: close, high: close, low: close, close, volume: '1.5' }, revision: 1 };
  }
}

const tables = { whole: 'bench_candle', 'by year': 'bench_candle_by_year' } as const;

async function create(client: pg.Client): Promise<void> {
  const key = 'asset_id, "interval", source, quote_currency, adjustment, open_time, revision';
  await client.query(`drop table if exists ${Object.values(tables).join(', ')}`);
  await client.query(`create table ${tables.whole} (like candle including all)`);
  await client.query(
    `create table ${tables['by year']} (like candle including constraints, primary key (${key})) partition by range (open_time)`,
  );
  for (let year = firstYear; year <= lastYear; year++) {
    await client.query(
      `create table ${tables['by year']}_${year} partition of ${tables['by year']} for values from ('${year}-01-01Z') to ('${year + 1}-01-01Z')`,
    );
  }
}

const questions: Record<string, (table: string) => string> = {
  'read 100,000 closes': (table) => `
    select string_agg(float8send(close::float8), '' order by open_time desc) from (
      select distinct on (open_time) open_time, close from ${table} where ${isRead}
      and open_time < '2020-04-01Z' order by open_time desc, revision desc limit 100000
    ) as bar`,
  'read the last 30 bars': (table) =>
    `select distinct on (open_time) * from ${table} where ${isRead} order by open_time desc, revision desc limit 30`,
  'read one bar by its key': (table) => `select * from ${table} where ${isRead} and open_time = '2020-05-05T05:05Z'`,
};
const isRead = `asset_id = 'BENCH' and "interval" = '1m' and source = 's0' and quote_currency = 'USDT' and adjustment = 'raw'`;

async function measure(url: string, bars: number, rounds: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const best: Record<string, Record<string, number>> = {};
  const take = async (question: string, kind: string, work: () => Promise<unknown>) => {
    const begin = performance.now();
    await work();
    const of = (best[question] ??= {});
    of[kind] = Math.min(of[kind] ?? Infinity, performance.now() - begin);
  };
  try {
    for (let round = 0; round < rounds; round++) {
      await create(client);
      // alternated, so that neither always comes first
      const turns = Object.entries(tables);
      for (const [kind, table] of round % 2 === 0 ? turns : turns.toReversed()) {
        await take(`load ${bars.toLocaleString('en')} bars by COPY`, kind, async () => {
          for (let source = 0; source < 2; source++) {
            const context = { series: series(`s${source}`), publicationLagMs: 0, knownAt: toIso(start) };
            await copyCandles(client, barsOf(bars / 2), context, table);
          }
        });
        await client.query(`vacuum analyze ${table}`);
      }
      for (let again = 0; again < 5; again++) {
        for (const [question, text] of Object.entries(questions)) {
          for (const [kind, table] of Object.entries(tables)) {
            await take(question, kind, () => client.query(text(table)));
          }
        }
      }
    }
  } finally {
    await client.query(`drop table if exists ${Object.values(tables).join(', ')}`);
    await client.end();
  }
  console.log(`best of ${rounds} rounds, ${lastYear - firstYear + 1} partitions`);
  for (const [question, of] of Object.entries(best)) {
    const [whole, split] = [of['whole']!, of['by year']!];
    console.log(
      `${question.padEnd(32)} whole ${whole.toFixed(1)} ms  by year ${split.toFixed(1)} ms  ratio ${(whole / split).toFixed(2)}`,
    );
  }
}

const url = process.env['DATABASE_OWNER_URL'];
if (!url) throw new Error('DATABASE_OWNER_URL of a role that may create tables is not set');
const [bars = '1000000', rounds = '4'] = process.argv.slice(2);
await measure(url, Number(bars), Number(rounds));
