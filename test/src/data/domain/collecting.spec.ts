import type { FetchedBars, PlannedSource, SeriesLeft, SourceAttempt } from '../../../../src/data/data.contract.js';
import {
  afterAnswer,
  attemptsOf,
  briefly,
  nextQuestion,
  partsLeft,
  partsOf,
  recentAnswers,
  reportOf,
  timeLeft,
  toAskAgain,
  unasked,
  unreached,
  wasReached,
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
  const steady = (parts: number, ms = 2 * minuteMs) => timeLeft({ ms, parts }, { ms, parts }, 30);
  expect(steady(120)).toBe('less than a minute left');
  expect(steady(20)).toBe('about 3 min left');
  expect(steady(5, hourMs)).toBe('about 6 h left');
});

test('tells nothing of the time that is left before a budget has renewed, of few parts, and when none is left', () => {
  const quick = { ms: 1.5 * minuteMs - 1, parts: 60 };
  expect(timeLeft(quick, quick, 416)).toBe('');
  const few = { ms: 2 * minuteMs, parts: 4 };
  expect(timeLeft(few, few, 416)).toBe('');
  const enough = { ms: 1.5 * minuteMs, parts: 60 };
  expect(timeLeft(enough, enough, 0)).toBe('');
  expect(timeLeft(enough, { ms: 0, parts: 0 }, 10)).toBe('');
});

test('of the whole pace and the recent one the slower tells how long it takes', () => {
  // the first parts were quick, until the budget was drained
  expect(timeLeft({ ms: 95_000, parts: 150 }, { ms: 40_000, parts: 20 }, 300)).toBe('about 10 min left');
  // a burst after a wait
  expect(timeLeft({ ms: 10 * minuteMs, parts: 100 }, { ms: 1_000, parts: 20 }, 300)).toBe('about 30 min left');
});

test('the recent pace is that of the last minute, and of five answers at least', () => {
  const every = (ms: number, count: number) => Array.from({ length: count }, (_, i) => i * ms);
  expect(recentAnswers(every(1_000, 200), 199_000)).toEqual(every(1_000, 200).slice(-61));
  expect(recentAnswers(every(5 * minuteMs, 20), 95 * minuteMs)).toEqual(every(5 * minuteMs, 20).slice(-6));
  expect(recentAnswers([0, 10], 20 * minuteMs)).toEqual([0, 10]);
});

test('only what came over the wire says that a source was reached', () => {
  const outcomes = [
    'ok',
    'empty',
    'badAnswer',
    'unavailable',
    'rateLimited',
    'notOffered',
    'missingKey',
    'unknownAsset',
  ];
  const reached = outcomes.filter((outcome) => wasReached({ outcome: outcome as SourceAttempt['outcome'] }));
  expect(reached).toEqual(['ok', 'empty', 'badAnswer']);
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

const attempt = (name: string, outcome: SourceAttempt['outcome'], detail?: string): SourceAttempt => ({
  source: name,
  outcome,
  ...(detail !== undefined && { detail }),
  milliseconds: 1,
});

test('that nobody has an asset is another thing than that nobody could be asked', () => {
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

describe('of many assets that could not be asked for', () => {
  const names = ['binance', 'coingecko', 'yahoofinance', 'fks_data', 'polygon', 'alphavantage', 'coinmarketcap'];
  const ids = ['BTC', 'ETH', 'SOL', 'XRP', 'LTC', 'ADA', 'DOT'] as AssetId[];
  const long = (name: string, assetId: string): SourceAttempt => ({
    source: name,
    outcome: 'unavailable',
    detail: `${name} unavailable (http://127.0.0.1:9/v8/chart/${assetId}?interval=1d&key=REDACTED failed: connect ECONNREFUSED 127.0.0.1:9)`,
    milliseconds: 1,
  });

  test('each source is told once, without addresses, in 300 characters at most', () => {
    const missing = ids.map((assetId) => ({ assetId, attempts: names.slice(0, 2).map((name) => long(name, assetId)) }));
    expect(whyNothingCame(missing)?.reason).toBe(
      'no prices of BTC, ETH, SOL, XRP, LTC and 2 more: ' +
        'binance unavailable (connect ECONNREFUSED 127.0.0.1:9); ' +
        'coingecko unavailable (connect ECONNREFUSED 127.0.0.1:9)',
    );
    const all = ids.map((assetId) => ({ assetId, attempts: names.map((name) => long(name, assetId)) }));
    const reason = whyNothingCame(all)!.reason;
    expect(reason.length).toBeLessThanOrEqual(300);
    for (const name of names) expect(reason.split(`${name} unavailable`)).toHaveLength(2);
  });

  test('one that rests tells what happened last, and who was not asked is left out where there is no room', () => {
    const why =
      'failed 5 times in a row, the last time: failed: connect ECONNREFUSED; the next request may be sent 2026';
    const resting = names.slice(0, 3).map((name) => attempt(name, 'unavailable', why));
    const unasked = names
      .slice(3)
      .map((name) => attempt(name, 'missingKey', `${name.toUpperCase()}_API_KEY is not set`));
    const told = (attempts: SourceAttempt[]) => whyNothingCame([{ assetId: btc, attempts }])?.reason;
    const of =
      'no prices of BTC: binance unavailable (connect ECONNREFUSED); coingecko unavailable (connect ECONNREFUSED)';
    const yahoo = '; yahoofinance unavailable (connect ECONNREFUSED)';
    expect(told([...resting, ...unasked.slice(0, 1)])).toBe(`${of}${yahoo}; fks_data missingKey`);
    const more = names.map((name) => attempt(`${name}_of_another_account`, 'missingKey'));
    expect(told([...resting, ...unasked, ...more])).toBe(`${of}${yahoo}`);
  });

  test('that nobody has hundreds of them is told as short', () => {
    const attempts = [attempt('binance', 'unknownAsset'), attempt('csv:a', 'notOffered', 'has no crypto prices')];
    const none = Array.from({ length: 400 }, (_, i) => ({ assetId: `A${i}` as AssetId, attempts }));
    expect(whyNothingCame(none)).toEqual({
      type: 'PricesMissing',
      reason: 'no source has prices of A0, A1, A2, A3, A4 and 395 more',
    });
    expect(whyNothingCame(none.slice(0, 2))?.reason).toBe(
      'no source has prices of A0 (binance: unknownAsset; csv:a: has no crypto prices), A1 (binance: unknownAsset; csv:a: has no crypto prices)',
    );
  });

  test('a detail keeps what happened and loses the address, the source and the outcome', () => {
    expect(briefly('binance rateLimited (asks to wait 40 s)')).toBe('asks to wait 40 s');
    expect(briefly('failed 5 times in a row, the last time: https://x.example/BTC?a=b status 503')).toBe(
      'failed 5 times in a row, the last time: status 503',
    );
    expect(briefly('as long as it is', 8)).toBe('as long…');
  });
});

test('tells of those that were asked before those that were spared', () => {
  const spared: SourceAttempt[] = [{ source: 'polygon', outcome: 'notOffered', milliseconds: 0 }];
  const { asked } = afterAnswer(planned(source('binance', 1)), firstOf('binance'), gave());
  expect(attemptsOf(asked, spared)).toEqual([
    { source: 'binance', outcome: 'ok', detail: 'nothing to say', milliseconds: 5 },
    ...spared,
  ]);
});
