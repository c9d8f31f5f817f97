import { v7 as uuidv7 } from 'uuid';
import { AssetRegistry } from '../../../../src/data/assets/asset-registry.js';
import { CandleRepository } from '../../../../src/data/candles/candle.repository.js';
import { ClosedBars } from '../../../../src/data/candles/closed-bars.js';
import { CanonicalSeries } from '../../../../src/data/candles/canonical-series.js';
import type { Candle, Interval, SeriesRef } from '../../../../src/data/domain/candle.js';
import { DatedPrices } from '../../../../src/data/prices/dated-prices.js';
import { StoredCloses } from '../../../../src/data/quotes/stored-closes.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs, hourMs } from '../../../../src/shared/time.js';
import { SettlementRepository } from '../../../../src/signals/settlements/settlement.repository.js';
import { SignalSettler } from '../../../../src/signals/settlements/signal-settler.js';
import { SignalRepository, type SignalRow } from '../../../../src/signals/signal.repository.js';
import { useDatabase } from '../../../support/database.js';
import { testConfig } from '../../../support/service.js';
import { aSignal, aSignalRun } from '../../../support/signals.js';

const db = useDatabase();
const asOf = Date.parse('2021-07-07T00:00:00Z');

const candles = () => new CandleRepository(db.orm.em.fork());
const settlements = () => new SettlementRepository(db.orm.em.fork());
function settler(onPrice: () => void = () => undefined): SignalSettler {
  const em = db.orm.em.fork();
  const { sources } = testConfig(db.database.url, {});
  const canonical = new CanonicalSeries([], { sources }, candles());
  const closes = new StoredCloses([], { sources } as never, canonical, candles());
  const stored = new DatedPrices(new AssetRegistry(em), candles(), closes);
  const prices = {
    of: (...args: Parameters<DatedPrices['of']>) => {
      onPrice();
      return stored.of(...args);
    },
  } as DatedPrices;
  return new SignalSettler(settlements(), new AssetRegistry(em), canonical, new ClosedBars(candles()), prices);
}
const settleAll = (now: number) => settler().settleAll(now, () => undefined);

const series = (assetId: string, interval: Interval = '1d'): SeriesRef => ({
  assetId: assetId as AssetId,
  interval,
  source: 'csv:cmc-usd',
  quoteCurrency: 'USD',
  adjustment: 'unknown',
});
const bars = (from: number, step: number, ...rows: readonly (readonly [number, number, number, number])[]): Candle[] =>
  rows.map(([open, high, low, close], i) => ({
    openTime: from + i * step,
    open: String(open),
    high: String(high),
    low: String(low),
    close: String(close),
    volume: null,
  }));

/** A buy at 100 with its target at 110 and its stop at 95, four weeks long. */
async function aBuy(assetId: string, interval: Interval = '1d'): Promise<SignalRow> {
  const run = aSignalRun();
  const plain = aSignal(run);
  const signal = aSignal(run, {
    evidence: { ...plain.evidence, interval },
    id: uuidv7(),
    assetId,
    direction: 'buy',
    entryPrice: '100',
    takeProfit: '110',
    stopLoss: '95',
  });
  await new SignalRepository(db.orm.em.fork()).recordRun(run, [signal]);
  return signal;
}
const outcomeOf = async ({ id }: SignalRow) => (await settlements().of([id])).get(id);

beforeAll(async () => {
  // bitcoin doubles between the entry and the day after
  await candles().storeSeries(series('BTC'), bars(asOf - dayMs, dayMs, [30_000, 30_000, 30_000, 30_000]));
  await candles().storeSeries(series('BTC'), bars(asOf, dayMs, [60_000, 60_000, 60_000, 60_000]));
});

test('keeps what became of a signal, in dollars and in bitcoin, once', async () => {
  const signal = await aBuy('ETH');
  await candles().storeSeries(series('ETH'), bars(asOf, dayMs, [100, 111, 99, 108]));
  // the bar is still open
  expect(await settleAll(asOf + dayMs - 1)).toEqual({ settled: 0, open: 1 });
  expect(await settleAll(asOf + dayMs)).toEqual({ settled: 1, open: 0 });
  const settled = await outcomeOf(signal);
  // 10 % less 0.15 % of 1 and of 1.1
  expect(settled).toMatchObject({
    reason: 'take_profit',
    price: '110',
    exitedAt: new Date(asOf + dayMs),
    told: 'bar',
    returnUsd: expect.closeTo(0.09685, 10),
    returnBtc: expect.closeTo(1.09685 / 2 - 1, 10),
    rMultiple: expect.closeTo(0.09685 / 0.05, 10),
  });
  // a later look finds nothing to settle
  expect(await settleAll(asOf + 5 * dayMs)).toEqual({ settled: 0, open: 0 });
  expect(await outcomeOf(signal)).toEqual(settled);
});

test('within a day bitcoin is told by bars of the same size, and by none that is older', async () => {
  const hours = (rows: readonly (readonly [number, number, number, number])[]) => bars(asOf - hourMs, hourMs, ...rows);
  const signal = await aBuy('LINK', '1h');
  await candles().storeSeries(series('LINK', '1h'), bars(asOf, hourMs, [100, 111, 99, 108]));
  // the day's closes say 30,000 at both ends; the hours say that it rose by a tenth
  await candles().storeSeries(
    series('BTC', '1h'),
    hours([
      [40_000, 40_000, 40_000, 40_000],
      [40_000, 44_000, 40_000, 44_000],
    ]),
  );
  await settleAll(asOf + hourMs);
  expect(await outcomeOf(signal)).toMatchObject({
    exitedAt: new Date(asOf + hourMs),
    returnBtc: expect.closeTo(1.09685 / 1.1 - 1, 10),
  });

  const later = await aBuy('UNI', '1h');
  await candles().storeSeries(series('UNI', '1h'), bars(asOf + 9 * hourMs, hourMs, [100, 111, 99, 108]));
  await settleAll(asOf + 10 * hourMs);
  expect(await outcomeOf(later)).toMatchObject({ returnUsd: expect.closeTo(0.09685, 10), returnBtc: null });
});

test('asks hours which level a day reached first', async () => {
  const signal = await aBuy('SOL');
  await candles().storeSeries(series('SOL'), bars(asOf, dayMs, [100, 112, 94, 101]));
  await candles().storeSeries(series('SOL', '1h'), bars(asOf, hourMs, [100, 111, 99, 108], [108, 109, 94, 101]));
  await settleAll(asOf + dayMs);
  expect(await outcomeOf(signal)).toMatchObject({ reason: 'take_profit', told: 'finer' });
});

test('expires by the clock where no bar tells of it', async () => {
  const signal = await aBuy('ADA');
  const { expiresAt } = signal;
  expect(await settleAll(expiresAt.getTime() + dayMs - 1)).toEqual({ settled: 0, open: 1 });
  expect(await settleAll(expiresAt.getTime() + dayMs)).toEqual({ settled: 1, open: 0 });
  expect(await outcomeOf(signal)).toMatchObject({ reason: 'expired', price: '100', exitedAt: expiresAt });
});

test('two at once settle a signal once', async () => {
  const signal = await aBuy('DOT');
  await candles().storeSeries(series('DOT'), bars(asOf, dayMs, [100, 101, 94, 95]));
  await Promise.all([settleAll(asOf + dayMs), settleAll(asOf + dayMs)]);
  expect(await outcomeOf(signal)).toMatchObject({ reason: 'stop_loss', price: '95' });
});

test('follows more signals than are read in one go, and asks the price of bitcoin once an instant', async () => {
  const run = aSignalRun();
  const many = Array.from({ length: 450 }, (_, i) =>
    aSignal(run, {
      assetId: `M${i}`,
      direction: 'buy',
      entryPrice: '100',
      takeProfit: '110',
      stopLoss: '95',
      series: { source: 'csv:cmc-usd', quoteCurrency: 'USD', adjustment: 'unknown' },
    }),
  );
  await new SignalRepository(db.orm.em.fork()).recordRun(run, many);
  await candles().storeSeries(series('M449'), bars(asOf, dayMs, [100, 111, 99, 108]));
  let asked = 0;
  const { settled } = await settler(() => asked++).settleAll(asOf + 29 * dayMs, () => undefined);
  expect(settled).toBeGreaterThanOrEqual(450);
  // the entry that all have in common, the expiry of nearly all, the exit of one
  expect(asked).toBeLessThanOrEqual(3);
  expect(await outcomeOf(many[449]!)).toMatchObject({ reason: 'take_profit' });
});
