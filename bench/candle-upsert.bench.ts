// How fast a series of bars is stored, against a plain COPY into the same table with its key, in the same run:
//   DATABASE_OWNER_URL=... node dist/bench/candle-upsert.bench.js [rows] [rounds]
import { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { copyCandles, type CandleRevision } from '../src/data/candles/candle-copy.js';
import { CandleRepository } from '../src/data/candles/candle.repository.js';
import type { Candle, SeriesRef } from '../src/data/domain/candle.js';
import { entities } from '../src/entities.js';
import { ormOptions } from '../src/platform/database/orm-options.js';
import type { AssetId } from '../src/shared/ids.js';
import { minuteMs } from '../src/shared/time.js';

/** Goals: fractions of the plain COPY's rows per second. */
const goals = { first: 0.9, reload: 0.45 };

const series = (source: string): SeriesRef => ({
  assetId: 'BENCH' as AssetId,
  interval: '1m',
  source,
  quoteCurrency: 'USDT',
  adjustment: 'raw',
});

function barsOf(count: number): Candle[] {
  const start = Date.parse('2020-01-01T00:00:00Z');
  return Array.from({ length: count }, (_, i) => {
    const close = 30_000 + 5_000 * Math.sin(i / 1_000) + (i % 97);
    return {
      openTime: start + i * minuteMs,
      open: (close - 1).toFixed(8),
      high: (close + 12).toFixed(8),
      low: (close - 11).toFixed(8),
      close: close.toFixed(8),
      volume: (i % 1_000).toFixed(8),
    };
  });
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

async function measure(url: string, rows: number, rounds: number): Promise<boolean> {
  const orm = await MikroORM.init(ormOptions({ url, poolMax: 4 }, entities));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const candles = () => new CandleRepository(orm.em.fork());
  const clear = async () => {
    await client.query(`delete from candle where asset_id = 'BENCH'`);
    await client.query('vacuum candle');
  };
  const bars = barsOf(rows);
  const first: CandleRevision[] = bars.map((candle) => ({ candle, revision: 1 }));
  const best = { copy: Infinity, first: Infinity, reload: Infinity };
  const keep = (name: keyof typeof best, ms: number) => (best[name] = Math.min(best[name], ms));
  try {
    for (let round = 0; round < rounds; round++) {
      // alternated, so that neither always meets the table that the other has grown
      const plain = async () => {
        await clear();
        const context = { series: series('plain'), publicationLagMs: 0, knownAt: '2026-01-01T00:00:00Z' };
        keep('copy', await milliseconds(() => copyCandles(client, first, context)));
      };
      const ours = async () => {
        await clear();
        keep('first', await milliseconds(() => candles().storeSeries(series('ours'), bars)));
        keep('reload', await milliseconds(() => candles().storeSeries(series('ours'), bars)));
      };
      for (const turn of round % 2 === 0 ? [plain, ours] : [ours, plain]) await turn();
    }
  } finally {
    await clear();
    await client.end();
    await orm.close(true);
  }
  const line = (name: string, ms: number, goal?: number) => {
    const ratio = best.copy / ms;
    const verdict = goal === undefined ? '' : `  goal ${goal} ${ratio >= goal ? 'met' : 'MISSED'}`;
    console.log(
      `${name.padEnd(28)} ${Math.round((rows / ms) * 1000).toLocaleString('en')} rows/s  ratio ${ratio.toFixed(2)}${verdict}`,
    );
    return goal === undefined || ratio >= goal;
  };
  console.log(`${rows.toLocaleString('en')} bars, best of ${rounds} rounds`);
  return [
    line('plain COPY with key', best.copy),
    line('first load', best.first, goals.first),
    line('same bars again', best.reload, goals.reload),
  ].every(Boolean);
}

const url = process.env['DATABASE_OWNER_URL'] ?? process.env['DATABASE_URL'];
if (!url) throw new Error('DATABASE_OWNER_URL (or DATABASE_URL of a role that may vacuum) is not set');
const [rows = '1000000', rounds = '3'] = process.argv.slice(2);
if (!(await measure(url, Number(rows), Number(rounds)))) process.exitCode = 1;
