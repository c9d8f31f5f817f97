import type { FetchedBars, PlannedSource, SeriesLeft, SourceAttempt } from '../../../../src/data/data.contract.js';
import {
  afterAnswer,
  attemptsOf,
  nextQuestion,
  partsLeft,
  partsOf,
  reportOf,
  timeLeft,
  toAskAgain,
  unasked,
  unreached,
  whyNothingCame,
} from '../../../../src/data/domain/collecting.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { hourMs, minuteMs } from '../../../../src/shared/time.js';
import { collected } from '../../../support/collections.js';

const part = (n: number) => ({ from: `2025-0${n}-01T00:00:00Z`, to: `2025-0${n + 1}-01T00:00:00Z` });
/** A source that lacks the windows of these months, each asked for at once. */
const source = (name: string, ...months: number[]): PlannedSource => ({
  source: name,
  completes: `simulated:${name}:1`,
  taskQueue: `q.source.${name}`,
  missing: months.map(part),
  partDays: 31,
});
const btc = 'BTC' as AssetId;
const firstOf = (name: string, month = 1) => ({ source: name, part: part(month) });
const planned = (...sources: PlannedSource[]): SeriesLeft =>
  unasked({ assetId: btc, interval: '1d', votes: 2, sources, spared: [] });
const gave = (over: Partial<FetchedBars> = {}): FetchedBars => ({
  ...unreached(''),
  outcome: 'ok',
  detail: 'nothing to say',
  milliseconds: 5,
  isCurrent: true,
  series: { assetId: btc, interval: '1d', source: 'binance', quoteCurrency: 'USDT', adjustment: 'raw' },
  rowsRead: 10,
  rowsNew: 4,
  ...over,
});
/** Asks until nobody is left, and tells who was asked for which part. */
function askAll(series: SeriesLeft, answer: (source: string, n: number) => FetchedBars): [string[], SeriesLeft] {
  const asked: string[] = [];
  let left = series;
  for (let next = nextQuestion(left); next; next = nextQuestion(left)) {
    asked.push(`${next.source} ${next.part.from?.slice(5, 7)}`);
    left = afterAnswer(left, next, answer(next.source, asked.length));
  }
  return [asked, left];
}

test('asks in order, part after part, and spares the others once two have the bars', () => {
  const series = planned(source('binance', 1, 2), source('coingecko', 1), source('yahoofinance', 1));
  const [asked, left] = askAll(series, () => gave());
  expect(asked).toEqual(['binance 01', 'binance 02', 'coingecko 01']);
  expect(left.asked).toMatchObject([
    { source: 'binance', outcome: 'ok', rowsRead: 20, rowsNew: 8, milliseconds: 10 },
    { source: 'coingecko', rowsRead: 10 },
  ]);
});

test.each<SourceAttempt['outcome']>([
  'unavailable',
  'rateLimited',
  'badAnswer',
  'unknownAsset',
  'notOffered',
  'missingKey',
])('a source that answers %s is left at once, and the next one is asked', (outcome) => {
  const series = planned(source('binance', 1, 2), source('coingecko', 1), source('yahoofinance', 1));
  const [asked, left] = askAll(series, (name) => (name === 'binance' ? gave({ outcome, series: null }) : gave()));
  expect(asked).toEqual(['binance 01', 'coingecko 01', 'yahoofinance 01']);
  expect(left.asked[0]).toMatchObject({ source: 'binance', outcome });
});

test('a source whose bars ended long ago, or that has none, is no vote', () => {
  const series = planned(source('csv:old', 1), source('binance', 1), source('coingecko', 1), source('yahoofinance', 1));
  const [asked] = askAll(series, (name) => {
    if (name === 'csv:old') return gave({ isCurrent: false });
    return name === 'binance' ? gave({ outcome: 'empty', isCurrent: false, series: null }) : gave();
  });
  expect(asked).toEqual(['csv:old 01', 'binance 01', 'coingecko 01', 'yahoofinance 01']);
});

test('parts that came before a source failed count, and its failure is what is told', () => {
  const [, left] = askAll(planned(source('binance', 1, 2, 3)), (_, n) =>
    n === 2 ? gave({ outcome: 'unavailable', detail: 'status 503', series: null, rowsRead: 0, rowsNew: 0 }) : gave(),
  );
  expect(left.asked).toMatchObject([{ outcome: 'unavailable', detail: 'status 503', rowsNew: 4 }]);
  expect(left.sources[0]!.missing).toEqual([part(2), part(3)]);
  const again = toAskAgain(left)!;
  const [asked, done] = askAll(again, () => gave());
  expect(asked).toEqual(['binance 02', 'binance 03']);
  expect(done.asked).toMatchObject([{ outcome: 'ok', rowsNew: 12, milliseconds: 20 }]);
});

test('only those that could not be asked are asked again, and none that asks to wait for longer than minutes', () => {
  const asked = (outcome: SourceAttempt['outcome'], retryAfterMs?: number) => {
    const series = planned(source('binance', 1));
    const answer = gave({ outcome, series: null, ...(retryAfterMs !== undefined && { retryAfterMs }) });
    return toAskAgain(afterAnswer(series, firstOf('binance'), answer)) !== undefined;
  };
  expect(asked('unavailable')).toBe(true);
  expect(asked('rateLimited')).toBe(true);
  expect(asked('rateLimited', 5 * minuteMs)).toBe(true);
  expect(asked('rateLimited', 8 * hourMs)).toBe(false);
  expect(asked('badAnswer')).toBe(false);
  expect(asked('unknownAsset')).toBe(false);
});

test('which stored series a part completes matters until the source has answered', () => {
  const first = planned(source('binance', 1, 2));
  expect(nextQuestion(first)).toEqual({
    source: 'binance',
    taskQueue: 'q.source.binance',
    part: part(1),
    completes: 'simulated:binance:1',
    votes: 0,
  });
  expect(nextQuestion(afterAnswer(first, firstOf('binance'), gave()))).toMatchObject({
    part: part(2),
    completes: null,
  });
});

test('a long window is asked for in parts that end at midnight, one after the other', () => {
  const window = { from: '2025-01-01T13:30:00Z', to: '2025-01-25T00:40:00Z' };
  const parts = partsOf(window, 10);
  expect(parts).toEqual([
    { from: window.from, to: '2025-01-11T00:00:00Z' },
    { from: '2025-01-11T00:00:00Z', to: '2025-01-21T00:00:00Z' },
    { from: '2025-01-21T00:00:00Z', to: window.to },
  ]);
  const series = planned({ ...source('binance'), missing: [window, part(3)], partDays: 10 });
  expect(partsLeft(series)).toBe(3 + 4);
  const [asked] = askAll(series, () => gave());
  expect(asked).toEqual(['binance 01', 'binance 01', 'binance 01', ...Array.from({ length: 4 }, () => 'binance 03')]);
  // one that fails in the middle is asked on from there
  const [, failed] = askAll(series, (_, n) => (n === 2 ? gave({ outcome: 'badAnswer', series: null }) : gave()));
  expect(failed.sources[0]!.missing).toEqual([{ from: '2025-01-11T00:00:00Z', to: window.to }, part(3)]);
  const all = { from: null, to: window.to };
  expect(partsOf(all, 1)).toEqual([all]);
});

test('counts what is still to be asked as it looks now', () => {
  let series = planned(source('binance', 1, 2), source('coingecko', 1), source('yahoofinance', 1, 2, 3));
  expect(partsLeft(series)).toBe(3);
  series = afterAnswer(series, firstOf('binance'), gave());
  expect(partsLeft(series)).toBe(2);
  const failed = afterAnswer(series, firstOf('binance'), gave({ outcome: 'badAnswer', series: null }));
  expect(partsLeft(failed)).toBe(4);
  series = afterAnswer(afterAnswer(series, firstOf('binance', 2), gave()), firstOf('coingecko'), gave());
  expect(partsLeft(series)).toBe(0);
});

test('tells how long it takes in what a person counts in', () => {
  expect(timeLeft(10_000, 0, 5)).toBe('');
  expect(timeLeft(10_000, 10, 30)).toBe('less than a minute left');
  expect(timeLeft(10_000, 1, 30)).toBe('about 5 min left');
  expect(timeLeft(60_000, 1, 300)).toBe('about 5 h left');
  expect(timeLeft(60_000, 300, 0)).toBe('');
});

test('a report has the order of the assets and of the lengths of their intervals', () => {
  const eth = 'ETH' as AssetId;
  const done = [
    collected(eth, { interval: '1d' }),
    collected(btc, { interval: '1d' }),
    collected(eth, { interval: '1h' }),
  ];
  const report = reportOf(done, [btc, eth]);
  expect(report.assets.map(({ assetId, interval }) => `${assetId} ${interval}`)).toEqual([
    'BTC 1d',
    'ETH 1h',
    'ETH 1d',
  ]);
});

test('that nobody has an asset is another thing than that nobody could be asked', () => {
  const attempt = (name: string, outcome: SourceAttempt['outcome'], detail?: string): SourceAttempt => ({
    source: name,
    outcome,
    ...(detail !== undefined && { detail }),
    milliseconds: 1,
  });
  expect(whyNothingCame([])).toBeUndefined();
  const missing = {
    assetId: btc,
    attempts: [attempt('binance', 'unknownAsset'), attempt('polygon', 'notOffered', 'no')],
  };
  expect(whyNothingCame([missing])).toEqual({
    type: 'PricesMissing',
    reason: 'no source has prices of BTC (binance: unknownAsset; polygon: no)',
  });
  expect(whyNothingCame([{ assetId: btc, attempts: [] }])?.reason).toContain('BTC (no source offers it)');
  const away = {
    assetId: btc,
    attempts: [attempt('binance', 'rateLimited', 'asks to wait 40 s'), attempt('x', 'unavailable')],
  };
  expect(whyNothingCame([missing, away])).toEqual({
    type: 'SourceUnavailable',
    reason: 'no prices of BTC: binance rateLimited (asks to wait 40 s); x unavailable',
  });
  const limited = { assetId: btc, attempts: [attempt('binance', 'rateLimited')] };
  expect(whyNothingCame([limited])?.type).toBe('RateLimited');
});

test('tells of those that were asked before those that were spared', () => {
  const spared: SourceAttempt[] = [{ source: 'polygon', outcome: 'notOffered', milliseconds: 0 }];
  const { asked } = afterAnswer(planned(source('binance', 1)), firstOf('binance'), gave());
  expect(attemptsOf(asked, spared)).toEqual([
    { source: 'binance', outcome: 'ok', detail: 'nothing to say', milliseconds: 5 },
    ...spared,
  ]);
});
