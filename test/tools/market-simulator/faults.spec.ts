import { faultOrder, Faults } from '../../../tools/market-simulator/faults.js';
import type { SourceName } from '../../../tools/market-simulator/source-names.js';
import { utcDate } from '../../../src/shared/time.js';
import { bars, ioAt, now, request, simulate, sourceAt } from './simulated.js';

const paid = { COINMARKETCAP_API_KEY: 'paid' };
const limits = { alphavantage: { second: null, day: null }, polygon: { minute: null }, yahoofinance: { minute: null } };
/** A route of each source, and what is asked of it. */
const routes: [SourceName, string, string][] = [
  ['binance', '/api/v3/klines', 'BTC'],
  ['yahoofinance', '/v8/finance/chart', 'AAPL'],
  ['coingecko', '/api/v3/coins', 'BTC'],
  ['polygon', '/v2/aggs', 'AAPL'],
  ['alphavantage', '/query', 'AAPL'],
  ['coinmarketcap', '/v2/cryptocurrency', 'BTC'],
  ['fks_data', '/api/v1/data', 'BTC'],
];

/** Alpha Vantage says it in a sentence, and fks_data does not let it through. */
const limited: Partial<Record<SourceName, { kind: string }>> = {
  alphavantage: { kind: 'rateLimited' },
  fks_data: { kind: 'unavailable' },
};

test.each(routes)('each fault of the wire reaches the adapter of %s as what it is', async (name, route, asset) => {
  const simulator = await simulate({ limits });
  const { url } = simulator;
  const order = async (body: object) =>
    (await fetch(`${url}/__faults`, { method: 'PUT', body: JSON.stringify(body) })).status;
  const io = ioAt();
  let timeoutMs: number | undefined;
  const patient: typeof io = {
    signal: io.signal,
    now: () => now,
    get: (at, options) => io.get(at, timeoutMs === undefined ? options : { ...options, timeoutMs }),
  };
  const source = sourceAt(simulator, name, paid);
  const ask = () => source.candles(request(asset, '2025-02-03', '2025-06-18'), patient);

  expect(await order({ route, kind: '429', count: 1, retryAfterSeconds: 3 })).toBe(200);
  expect(await ask()).toMatchObject(limited[name] ?? { kind: 'rateLimited', retryAfterMs: 3_000 });
  await order({ source: name, kind: '429-no-retry-after' });
  expect(await ask()).toMatchObject({ kind: limited[name]?.kind ?? 'rateLimited' });
  for (const [kind, seen] of [
    ['500', 'unavailable'],
    ['cut', 'unavailable'],
    ['slow', 'unavailable'],
    ['html', 'badAnswer'],
  ]) {
    await order({ route, kind, count: 2 });
    timeoutMs = kind === 'slow' ? 200 : undefined;
    expect(await ask()).toMatchObject({ kind: seen });
    expect(await ask()).toMatchObject({ kind: seen });
  }
  timeoutMs = undefined;
  await order({ route, kind: 'nan' });
  expect(await ask()).toMatchObject({ kind: 'ok', value: { rowsRefused: 1 } });
  expect(await ask()).toMatchObject({ kind: 'ok', value: { rowsRefused: 0 } });
  expect(simulator.stats().sources[name].overLimit).toBe(0);
});

test('orders that nobody knows are refused, withdrawn ones do nothing, and requests are counted', async () => {
  const simulator = await simulate();
  const put = async (body: object) =>
    (await fetch(`${simulator.url}/__faults`, { method: 'PUT', body: JSON.stringify(body) })).status;
  expect(await put({ route: '/api/v3/klines', kind: 'earthquake' })).toBe(422);
  expect(await put({ kind: '429' })).toBe(422);
  expect(await put({ source: 'binance', kind: 'rewrite' })).toBe(422);
  expect(await put({ route: '/api/v3/klines', kind: 429, count: 5 })).toBe(200);
  const ask = () => sourceAt(simulator, 'binance').candles(request('BTC', '2025-06-02', '2025-06-07'), ioAt());
  expect(await ask()).toMatchObject({ kind: 'rateLimited' });
  expect((await fetch(`${simulator.url}/__faults`, { method: 'DELETE' })).status).toBe(200);
  expect(await ask()).toMatchObject({ kind: 'ok' });
  expect(simulator.stats()).toMatchObject({
    requests: { '/api/v3/klines': 2 },
    sources: { binance: { requests: 2, largest: { minute: 4 } } },
  });
});

test.each([
  [
    { source: 'binance', kind: 'earthquake' },
    /^kind "earthquake": is none of 429, 429-no-retry-after, 500, cut, .+, split$/,
  ],
  [{ source: 'binance' }, /^kind missing: is none of 429, /],
  [{ source: 'binance', kind: 430 }, /^kind 430: is none of 429, /],
  [{ source: 'nobody', kind: '429' }, /^source "nobody": .*expected one of "binance"/],
  [{ source: 'binance', kind: '429', count: 0 }, /^count 0: /],
  [{ source: 'binance', kind: 'rewrite', from: 'noon', to: '2025-01-01' }, /^from "noon": /],
  [{ source: 'binance', kind: 'slow', count: -1, seconds: 'ten' }, /^count -1: .+; seconds "ten": /],
  [{ source: 'binance', kind: 'stale', retryAfterSeconds: 1 }, /retryAfterSeconds/],
  [{ kind: '429' }, /^route or source is missing$/],
  [[], /expected object/],
])('the wrong order %j is refused by its field and value', async (order, said) => {
  const simulator = await simulate();
  const response = await fetch(`${simulator.url}/__faults`, { method: 'PUT', body: JSON.stringify(order) });
  expect(response.status).toBe(422);
  expect(((await response.json()) as { error: string }).error).toMatch(said);
});

test('an order that is no JSON is called that', async () => {
  const simulator = await simulate();
  const response = await fetch(`${simulator.url}/__faults`, { method: 'PUT', body: '{' });
  expect([response.status, await response.json()]).toEqual([422, { error: 'the order is no JSON, or too long' }]);
});

test('a storm refuses everything of one source', async () => {
  const simulator = await simulate();
  simulator.fault({ source: 'binance', kind: '429-storm', seconds: 600, retryAfterSeconds: 2 });
  const ask = (name: SourceName) =>
    sourceAt(simulator, name).candles(request('BTC', '2025-06-02', '2025-06-07'), ioAt());
  expect(await ask('binance')).toMatchObject({ kind: 'rateLimited', retryAfterMs: 2_000 });
  expect(await ask('binance')).toMatchObject({ kind: 'rateLimited' });
  expect(await ask('coingecko')).toMatchObject({ kind: 'ok' });
});

test('orders end with their time or with their requests', () => {
  const faults = new Faults();
  const kinds = (at: number) => {
    const { wire, data } = faults.take('/api/v3/klines', 'binance', at);
    return [wire?.kind, ...data.map(({ kind }) => kind)];
  };
  faults.add(faultOrder.parse({ source: 'binance', kind: '429-storm', seconds: 60 }), 0);
  faults.add(faultOrder.parse({ source: 'binance', kind: 'wrong-unit', count: 2 }), 0);
  faults.add(faultOrder.parse({ source: 'binance', kind: 'time-shift', forSeconds: 30 }), 0);
  faults.add(faultOrder.parse({ route: '/api/v3/ticker', kind: 'stale' }), 0);
  faults.add(faultOrder.parse({ route: '/api/v3', kind: '500' }), 0);
  expect(kinds(1_000)).toEqual(['429-storm', 'wrong-unit', 'time-shift']);
  expect(kinds(29_999)).toEqual(['429-storm', 'wrong-unit', 'time-shift']);
  expect(kinds(59_999)).toEqual(['429-storm']);
  expect(kinds(60_000)).toEqual(['500']);
  expect(kinds(60_001)).toEqual([undefined]);
  expect(faults.take('/query', 'alphavantage', 60_001)).toEqual({ wire: undefined, data: [] });
});

test.each(routes)('a feed of %s that has stopped ends there', async (name, _route, asset) => {
  const simulator = await simulate({ limits });
  simulator.fault({ source: name, kind: 'stale', at: '2025-06-05T00:00:00Z' });
  const answer = await bars(sourceAt(simulator, name, paid), request(asset, '2025-06-02', '2025-06-18'));
  expect(utcDate(answer.candles.at(-1)!.openTime)).toBe('2025-06-04');
});

test.each(routes)('prices of %s in a wrong unit are a hundredfold', async (name, _route, asset) => {
  const simulator = await simulate({ limits });
  const source = sourceAt(simulator, name, paid);
  const asked = request(asset, '2025-06-02', '2025-06-07');
  const right = await bars(source, asked);
  simulator.fault({ source: name, kind: 'wrong-unit', count: 2 });
  const wrong = await bars(source, asked);
  wrong.candles.forEach(({ close }, i) => expect(Number(close) / Number(right.candles[i]!.close)).toBeCloseTo(100, 1));
  simulator.clearFaults();
  simulator.fault({ source: name, kind: 'wrong-unit', asset: 'XRP' });
  expect(await bars(source, asked)).toEqual(right);
  // from an instant on, so that it is seen within one answer
  simulator.fault({ source: name, kind: 'wrong-unit', from: '2025-06-05' });
  expect(await source.candles(asked, ioAt())).toMatchObject({
    kind: 'badAnswer',
    why: expect.stringContaining('the unit changed') as string,
  });
});

test('shifted stamps move the bars', async () => {
  const simulator = await simulate();
  const source = sourceAt(simulator, 'binance');
  const asked = request('BTC', '2025-06-02', '2025-06-07', '1h');
  const right = await bars(source, asked);
  simulator.fault({ source: 'binance', kind: 'time-shift', seconds: 3_600 });
  const shifted = await bars(source, asked);
  expect(shifted.candles.map(({ close }) => close)).toEqual(right.candles.slice(0, -1).map(({ close }) => close));
  expect(shifted.candles[0]!.openTime).toBe(right.candles[1]!.openTime);
  // half an hour is no start of a bar
  simulator.clearFaults();
  simulator.fault({ source: 'binance', kind: 'time-shift', seconds: 1_800 });
  expect(await source.candles(asked, ioAt())).toMatchObject({ kind: 'badAnswer' });
});

test('a history that is rewritten in silence differs in its range alone', async () => {
  const simulator = await simulate();
  const source = sourceAt(simulator, 'binance');
  const asked = request('BTC', '2025-06-02', '2025-06-12');
  const before = await bars(source, asked);
  simulator.fault({ source: 'binance', kind: 'rewrite', factor: 1.02, from: '2025-06-05', to: '2025-06-07' });
  const after = await bars(source, asked);
  const changed = after.candles.filter(({ close }, i) => close !== before.candles[i]!.close);
  expect(changed.map(({ openTime }) => utcDate(openTime))).toEqual(['2025-06-05', '2025-06-06']);
});

test('a split is told and adjusted for when it is announced, and a jump when it is not', async () => {
  const simulator = await simulate({ limits });
  const asked = request('AAPL', '2025-06-02', '2025-06-14');
  const ratios = async (name: SourceName) => {
    const { candles, actions } = await bars(sourceAt(simulator, name), asked);
    const jumps = candles.slice(1).map(({ close }, i) => Number(candles[i]!.close) / Number(close));
    return { actions, jumps: jumps.filter((jump) => jump > 3).length };
  };
  const split = { kind: 'split', exDate: Date.UTC(2025, 5, 9), numerator: '4', denominator: '1' };
  for (const source of ['yahoofinance', 'polygon', 'alphavantage'] as const) {
    simulator.fault({ source, kind: 'split', asset: 'AAPL', on: '2025-06-09', ratio: 4 });
  }
  expect(await ratios('yahoofinance')).toEqual({ actions: [split], jumps: 0 });
  expect(await ratios('polygon')).toEqual({ actions: [split], jumps: 0 });
  expect(await ratios('alphavantage')).toEqual({ actions: [], jumps: 1 });
  simulator.clearFaults();
  simulator.fault({ source: 'yahoofinance', kind: 'split', on: '2025-06-09', announced: false });
  expect(await ratios('yahoofinance')).toEqual({ actions: [], jumps: 1 });
});
