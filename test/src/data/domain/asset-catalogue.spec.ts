import { AssetCatalogue } from '../../../../src/data/domain/asset-catalogue.js';
import { seedAssets } from '../../../../src/data/domain/seed-assets.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const catalogue = new AssetCatalogue(seedAssets);
const idOf = (text: string) => {
  const resolved = catalogue.resolve(text);
  return resolved.kind === 'known' ? resolved.assetId : resolved;
};

test.each([
  ['BTC', 'BTC'],
  ['btc', 'BTC'],
  [' BTCUSDT ', 'BTC'],
  ['BTC-USD', 'BTC'],
  ['btc/usdt', 'BTC'],
  ['X:BTCUSD', 'BTC'],
  ['MATIC', 'POL'],
  ['MATICUSDT', 'POL'],
  ['UNI7083-USD', 'UNI'],
  ['spy', 'SPY'],
  ['brk.b', 'BRK-B'],
  ['FB', 'META'],
  ['USD', 'USD'],
  ['USDT', 'USDT'],
])('takes %s for %s', (text, id) => {
  expect(idOf(text)).toBe(id);
});

test('does not guess: another coin under a plain name, a stock with a pair, a misspelling', () => {
  for (const text of ['UNI-USD', 'SPYUSDT', 'BITCOIN', 'BTCC', '', 'USDUSD']) {
    expect(catalogue.resolve(text)).toMatchObject({ kind: 'unknown' });
  }
});

test('an id of CoinGecko or CoinMarketCap is no spelling: 1 is not Bitcoin, and cosmos not ATOM', () => {
  for (const text of ['1', '825', 'cosmos', 'bitcoin'])
    expect(catalogue.resolve(text)).toMatchObject({ kind: 'unknown' });
});

test('D30: coins outside a short list, and lower-case ones, are coins and not the stocks of the same ticker', () => {
  for (const text of ['LTC', 'atom', 'algo', 'SHIB', 'btc', 'sol']) {
    const resolved = catalogue.resolve(text);
    const asset = resolved.kind === 'known' ? catalogue.of(resolved.assetId) : undefined;
    expect(asset).toMatchObject({ id: text.toUpperCase(), assetClass: 'crypto' });
    expect(asset?.venues.yahoofinance).toBe(`${text.toUpperCase()}-USD`);
  }
});

test('D30: cash is cash: no venue prices it, and the ticker USD is nobody’s', () => {
  expect(catalogue.of('USD' as AssetId)).toMatchObject({ assetClass: 'cash', venues: {} });
});

test('names the nearest ids of a misspelling', () => {
  expect(catalogue.resolve('BTX')).toEqual({
    kind: 'unknown',
    nearest: ['BTC', 'ETH', 'BNB'],
    message: 'is not a known asset; the nearest are BTC, ETH, BNB',
  });
  expect(catalogue.resolve('MATC')).toMatchObject({ nearest: expect.arrayContaining(['POL']) });
});

test('an id beats another asset’s spelling of the same text', () => {
  const [btc, eth] = seedAssets;
  const both = new AssetCatalogue([{ ...btc!, aliases: [{ name: 'ETH', until: '2020-01-01' }] }, eth!]);
  expect(both.resolve('ETH')).toEqual({ kind: 'known', assetId: 'ETH' });
});
