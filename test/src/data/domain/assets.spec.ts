import { assetOf, assets, resolveAsset } from '../../../../src/data/domain/assets.js';
import { isAssetId, type AssetId } from '../../../../src/shared/ids.js';

const idOf = (text: string) => {
  const resolved = resolveAsset(text);
  return resolved.kind === 'known' ? resolved.assetId : resolved;
};

test.each([
  ['BTC', 'BTC'],
  ['btc', 'BTC'],
  [' BTCUSDT ', 'BTC'],
  ['BTC-USD', 'BTC'],
  ['btc/usdt', 'BTC'],
  ['MATIC', 'POL'],
  ['MATICUSDT', 'POL'],
  ['UNI7083-USD', 'UNI'],
  ['spy', 'SPY'],
  ['FB', 'META'],
  ['USD', 'USD'],
  ['USDT', 'USDT'],
])('takes %s for %s', (text, id) => {
  expect(idOf(text)).toBe(id);
});

test('does not guess: another coin under a plain name, a stock with a pair, a misspelling', () => {
  for (const text of ['UNI-USD', 'SPYUSDT', 'BITCOIN', 'BTCC', '', 'USDUSD']) {
    expect(resolveAsset(text)).toMatchObject({ kind: 'unknown' });
  }
});

test('names the nearest ids of a misspelling', () => {
  expect(resolveAsset('BTX')).toEqual({
    kind: 'unknown',
    nearest: ['BTC', 'ETH', 'BNB'],
    message: 'is not a known asset; the nearest are BTC, ETH, BNB',
  });
  expect(resolveAsset('MATC')).toMatchObject({ nearest: expect.arrayContaining(['POL']) });
});

test('every asset has an id of the right form, and no two share a spelling', () => {
  expect(assets.filter(({ id }) => !isAssetId(id))).toEqual([]);
  const spellings = assets.flatMap(({ id, aliases, venues }) => [
    ...new Set([id as string, ...aliases.map(({ name }) => name), ...Object.values(venues)]),
  ]);
  expect(spellings.filter((one, i) => spellings.indexOf(one) !== i)).toEqual([]);
  for (const { id } of assets) expect(idOf(id)).toBe(id);
});

test('cash has no venue that could price it', () => {
  expect(assetOf('USD' as AssetId)).toMatchObject({ assetClass: 'cash', venues: {} });
});
