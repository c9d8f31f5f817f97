import { diversificationScore } from '../../../../src/risk/domain/diversification.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const score = (...held: string[]) => diversificationScore(held as AssetId[]);

test.each([
  // the check values, with one primary category for each asset
  [['BTC'], 1, false],
  [['BTC', 'ETH', 'SPY'], 2, false],
  [['BTC', 'SOL'], 2, false],
  [['BTC', 'ETH', 'SOL'], 2, false],
  [['BTC', 'SPY', 'GLD'], 3, true],
  [['MATIC'], 1, false],
  [['POL'], 1, false],
  [['XYZ'], 0, false],
  [[], 0, false],
])('%p has %i of nine categories', (held, categories, diversified) => {
  const found = score(...held);
  expect(found.score).toBeCloseTo(categories / 9, 14);
  expect(found.isDiversified).toBe(diversified);
});

test('suggestions are in table order, at most ten, and never repeat', () => {
  const { suggestions } = score('BTC');
  expect(suggestions).toEqual(['SOL', 'AVAX', 'POL', 'UNI', 'LINK', 'AAVE', 'ARB', 'OP', 'DOGE', 'SHIB']);
  expect(score('BTC').suggestions).toEqual(suggestions);
});

test('a suggestion that is followed raises the score', () => {
  for (const held of [['BTC'], ['BTC', 'SOL', 'UNI', 'DOGE', 'SPY']]) {
    for (const suggestion of score(...held).suggestions) {
      expect(score(...held, suggestion).score).toBeGreaterThan(score(...held).score);
    }
  }
});

test('the categories that are represented are named in table order', () => {
  expect(score('GLD', 'BTC', 'SPY', 'ETH').represented).toEqual(['stable_crypto', 'stocks', 'commodities']);
});
