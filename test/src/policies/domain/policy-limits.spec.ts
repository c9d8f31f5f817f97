import {
  bandOf,
  breaches,
  completeLimits,
  contradictions,
  defaultLimits,
  leastTurnover,
  type PolicyLimits,
} from '../../../../src/policies/domain/policy-limits.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const id = (text: string) => text as AssetId;
const weights = (of: Record<string, number>) =>
  new Map(Object.entries(of).map(([asset, weight]) => [id(asset), weight]));
const limits = (changes: Partial<PolicyLimits>): PolicyLimits => ({ ...defaultLimits, ...changes });

describe('the limits of a policy', () => {
  it('that were written before signals had any get the defaults, others keep theirs', () => {
    const { signals, ...before } = defaultLimits;
    expect(completeLimits(before)).toEqual(defaultLimits);
    const own = limits({ signals: { ...signals, opinions: 'show' } });
    expect(completeLimits(own)).toEqual(own);
  });

  it('begin with half to 60 % of BTC and at most a fifth of anything else', () => {
    expect(bandOf(defaultLimits, id('BTC'))).toEqual({ min: 0.5, max: 0.6 });
    expect(bandOf(defaultLimits, id('SPY'))).toEqual({ min: 0, max: 0.2 });
    expect(contradictions(defaultLimits)).toEqual([]);
  });

  it('let an asset have a band of its own', () => {
    const own = limits({ assets: { ETH: { min: 0.05, max: 0.3 } } });
    expect(bandOf(own, id('ETH'))).toEqual({ min: 0.05, max: 0.3 });
  });

  it.each([
    ['a band that is empty', { others: { min: 0.3, max: 0.2 } }, 'others.min'],
    ['a group of an empty band', { groups: [{ name: 'g', assets: [id('SPY')], min: 0.3, max: 0.2 }] }, 'groups.0.min'],
    ['a second band of the anchor', { assets: { BTC: { min: 0, max: 1 } } }, 'assets.BTC'],
    [
      'two groups of one name',
      {
        groups: [
          { name: 'g', assets: [id('SPY')], min: 0, max: 1 },
          { name: 'g', assets: [id('QQQ')], min: 0, max: 1 },
        ],
      },
      'groups.1.name',
    ],
    ['lower limits above the whole', { assets: { ETH: { min: 0.6, max: 0.7 } } }, 'anchor_band.min'],
  ])('contradict themselves by %s', (_, changes, field) => {
    expect(contradictions(limits(changes)).map((error) => error.field)).toEqual([field]);
  });
});

describe('weights under a policy', () => {
  it('that keep every limit break none', () => {
    const kept = weights({ BTC: 0.55, ETH: 0.2, SPY: 0.2, GLD: 0.05 });
    expect(breaches(defaultLimits, kept)).toEqual([]);
    expect(leastTurnover(defaultLimits, kept)).toBe(0);
  });

  it('break the band of the anchor also when it is not held', () => {
    expect(breaches(defaultLimits, weights({ SPY: 0.2, QQQ: 0.2 }))).toEqual([
      { limit: 'BTC', kind: 'asset', weight: 0, min: 0.5, max: 0.6 },
    ]);
  });

  it('have to move as much as is missing or too much, whichever is more', () => {
    // BTC lacks 0.2, ETH is 0.3 too much: one sale pays for the purchase
    const broken = weights({ BTC: 0.3, ETH: 0.5, SPY: 0.2 });
    expect(breaches(defaultLimits, broken).map(({ limit }) => limit)).toEqual(['BTC', 'ETH']);
    expect(leastTurnover(defaultLimits, broken)).toBeCloseTo(0.3, 12);
  });

  it('break a group by the sum of its assets', () => {
    const stocks = limits({ groups: [{ name: 'stocks', assets: [id('SPY'), id('QQQ')], min: 0, max: 0.3 }] });
    const broken = weights({ BTC: 0.6, SPY: 0.2, QQQ: 0.2 });
    expect(breaches(stocks, broken)).toEqual([{ limit: 'stocks', kind: 'group', weight: 0.4, min: 0, max: 0.3 }]);
    expect(leastTurnover(stocks, broken)).toBeCloseTo(0.1, 12);
  });
});
