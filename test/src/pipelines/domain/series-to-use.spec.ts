import { seriesToUse } from '../../../../src/pipelines/domain/series-to-use.js';
import { collected } from '../../../support/collections.js';

test('hands on the series of every asset', () => {
  const report = { assets: [collected('BTC'), collected('ETH')] };
  expect(seriesToUse(report)).toMatchObject({ kind: 'series', series: [{ assetId: 'BTC' }, { assetId: 'ETH' }] });
});

test('names the assets that no source has, and what each source said', () => {
  const attempts = [
    { source: 'binance', outcome: 'notOffered' as const, milliseconds: 0 },
    { source: 'yahoofinance', outcome: 'unknownAsset' as const, detail: 'HTTP 404', milliseconds: 12 },
  ];
  const report = { assets: [collected('BTC'), collected('GLD', { series: null, attempts })] };
  expect(seriesToUse(report)).toEqual({
    kind: 'missing',
    type: 'PricesMissing',
    reason: 'no source has prices of GLD (binance: notOffered; yahoofinance: HTTP 404)',
  });
});

test('a source that could not be asked is told apart from one that has nothing', () => {
  const attempts = [{ source: 'binance', outcome: 'unavailable' as const, detail: 'status 503', milliseconds: 1 }];
  expect(seriesToUse({ assets: [collected('BTC', { series: null, attempts })] })).toEqual({
    kind: 'missing',
    type: 'SourceUnavailable',
    reason: 'no prices of BTC: binance unavailable (status 503)',
  });
});
