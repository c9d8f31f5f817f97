import { HttpSourceIo } from '../../src/data/sources/http-source-io.js';
import { sourceFamilies } from '../../src/data/sources/registry.js';
import {
  askCase,
  broken,
  casesOf,
  requiredCases,
  requiredHttpCases,
  seenBy,
  sourceFor,
  WireServer,
  type SourceCase,
} from './market-data-source-compliance.js';

let wire: WireServer;
beforeAll(async () => {
  wire = await WireServer.start();
});
afterAll(() => wire.stop());

describe.each(sourceFamilies.map((family) => [family.name, family] as const))('source %s', (name, family) => {
  const cases = casesOf(name);
  const rows = cases.cases.map((one): [string, SourceCase] => [one.name, one]);

  test('has an answer on file for each situation that it must know', () => {
    const isAskedOverHttp = cases.cases.some(({ response }) => response);
    const required = [...requiredCases, ...(isAskedOverHttp ? requiredHttpCases : [])];
    expect(cases.cases.map((one) => one.name)).toEqual(expect.arrayContaining(required));
  });

  test.each(rows)('makes the right outcome of: %s', async (_, one) => {
    wire.answerWith(name, one.response);
    const outcome = await askCase(sourceFor(family, one, wire.url), cases, one);
    expect(seenBy(one, outcome)).toEqual(one.expect);
    expect(broken(outcome, cases)).toEqual([]);
  });

  test('is unavailable, not empty, when nobody listens', async () => {
    const one = cases.cases[0]!;
    const away = sourceFor(family, { ...one, folder: one.folder && 'other' }, 'http://127.0.0.1:9');
    const outcome = await askCase(away, cases, one);
    expect(outcome.kind).toBe(one.folder === undefined ? 'unavailable' : 'unknownAsset');
  });

  test('gives up when its caller does', async () => {
    const source = sourceFor(family, cases.cases[0]!, wire.url);
    const io = { signal: AbortSignal.abort(new Error('given up')), now: () => Date.parse(cases.now) };
    const http = new HttpSourceIo(io);
    const request = { assetId: cases.asset, interval: '1d', from: null, to: Date.parse(cases.to) } as const;
    await expect(source.candles(request, http)).rejects.toThrow('given up');
  });
});

test('the suite sees bars that do not ascend', () => {
  const bar = { openTime: 0, open: '1', high: '1', low: '1', close: '1', volume: null };
  const value = {
    quoteCurrency: 'USD',
    adjustment: 'raw',
    candles: [bar, bar],
    refused: [],
    rowsRefused: 0,
    simulatedSeed: null,
  } as const;
  expect(broken({ kind: 'ok', value }, { ...casesOf('csv'), from: null })).toEqual([
    '1970-01-01 does not come after the bar before',
  ]);
});
