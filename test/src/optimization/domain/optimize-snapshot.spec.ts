import type { SeriesRef } from '../../../../src/data/domain/candle.js';
import { frozenMarket } from '../../../../src/optimization/domain/market-snapshot.js';
import { defaultRequest, type OptimizationRequest } from '../../../../src/optimization/domain/optimization-request.js';
import { optimizerIds } from '../../../../src/optimization/domain/optimizers/registry.js';
import { optimizeSnapshot } from '../../../../src/optimization/domain/optimize-snapshot.js';
import { defaultLimits } from '../../../../src/policies/domain/policy-limits.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs } from '../../../../src/shared/time.js';

describe('from frozen prices to weights', () => {
  const start = Date.parse('2021-01-01T00:00:00Z');
  const series = (assetId: string): SeriesRef => ({
    assetId: assetId as AssetId,
    interval: '1d',
    source: 'csv:test',
    quoteCurrency: 'USD',
    adjustment: 'unknown',
  });
  /** A path that swings by `size` with its own rhythm. */
  const swinging = (assetId: string, size: number, rhythm: number) => ({
    series: series(assetId),
    closes: Array.from({ length: 120 }, (_, i) => ({
      openTime: start + i * dayMs,
      close: String(100 * (1 + size * Math.sin(i * rhythm))),
    })),
  });
  const inputs = [
    swinging('BTC', 0.05, 0.9),
    swinging('ETH', 0.08, 1.3),
    swinging('SPY', 0.01, 2.1),
    swinging('GLD', 0.008, 0.5),
  ];
  const asOf = start + 120 * dayMs;

  const solved = (request: Partial<OptimizationRequest>) => {
    const asked = { ...defaultRequest, ...request };
    const answer = optimizeSnapshot(frozenMarket(asOf, 365, inputs), defaultLimits, asked);
    if (answer.outcome.kind !== 'solved') throw new Error(answer.outcome.reason);
    const weights = Object.fromEntries(answer.outcome.weights.map((one) => [one.assetId, one.weight]));
    return { ...answer, outcome: answer.outcome, weights };
  };

  test('respects the policy, adds up and is certified', () => {
    const { outcome, limits, statistics } = optimizeSnapshot(
      frozenMarket(asOf, 365, inputs),
      defaultLimits,
      defaultRequest,
    );
    if (outcome.kind === 'infeasible') throw new Error(outcome.reason);
    const weight = Object.fromEntries(outcome.weights.map((one) => [one.assetId, one.weight]));
    expect(Object.values(weight).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
    // bitcoin is far wilder than the rest but for ether, so it stands at its lower limit and the calm ones at their upper
    expect(weight).toMatchObject({ BTC: 0.5, SPY: 0.2, GLD: 0.2 });
    expect(limits).toHaveLength(4);
    expect(statistics).toMatchObject({ observations: 119, periodsPerYear: 365, tradingDays: 'every_day' });
    expect(statistics.volatility).toBe(outcome.volatility);
    expect(outcome.certificate.dualityGap).toBeLessThan(1e-9);
  });

  test.each([
    ['bitcoin alone', ['BTC'], {}, ['weights sum to 1', 'BTC at most 0.6'], ['BTC at most 0.6: moved by 0.4']],
    [
      'bands that contradict the policy',
      ['BTC', 'ETH', 'SPY', 'GLD'],
      { bands: { ETH: { min: 0.3, max: 0.4 } } },
      ['ETH at least 0.3', 'ETH at most 0.2'],
      [expect.stringMatching(/^ETH at (least 0.3|most 0.2): moved by 0.1$/)],
    ],
    [
      'assets without the anchor',
      ['ETH', 'SPY', 'GLD'],
      {},
      ['BTC is not among the assets', 'BTC at least 0.5'],
      ['BTC at least 0.5: moved by 0.5', expect.stringMatching(/^(ETH|SPY|GLD) at most 0.2: moved by 0.4$/)],
    ],
  ])('%s: single limits, and how far they would have to be moved', (_name, assets, asked, conflict, relaxation) => {
    const among = inputs.filter(({ series: { assetId } }) => assets.includes(assetId));
    const { outcome } = optimizeSnapshot(frozenMarket(asOf, 365, among), defaultLimits, {
      ...defaultRequest,
      ...asked,
    });
    expect(outcome).toMatchObject({ kind: 'infeasible', code: 'limits', conflict, relaxation: expect.anything() });
    expect([...(outcome as { relaxation: readonly string[] }).relaxation].sort()).toEqual(relaxation);
  });

  test.each(optimizerIds)('a portfolio without bitcoin has an outcome in words: %s', (optimizer) => {
    const { outcome, statistics } = optimizeSnapshot(frozenMarket(asOf, 365, inputs.slice(1)), defaultLimits, {
      ...defaultRequest,
      optimizer,
    });
    expect(outcome).toMatchObject({
      kind: 'infeasible',
      reason: expect.stringContaining('BTC must be among the assets'),
    });
    expect(statistics).toMatchObject({ observations: 119, volatility: null, periodsPerYear: null });
  });

  test('too few common dates have an outcome in words', () => {
    const short = inputs.map((one) => ({ ...one, closes: one.closes.slice(-10) }));
    const { outcome } = optimizeSnapshot(frozenMarket(asOf, 365, short), defaultLimits, defaultRequest);
    expect(outcome).toMatchObject({
      kind: 'infeasible',
      reason: expect.stringMatching(/^needs 20 daily returns .* has 9;/),
    });
  });

  test('in BTC bitcoin has no risk, which is said, and the answer in dollars stands beside', () => {
    const request: OptimizationRequest = { ...defaultRequest, numeraire: 'BTC' as AssetId };
    const { outcome, statistics } = optimizeSnapshot(frozenMarket(asOf, 365, inputs), defaultLimits, request);
    if (outcome.kind !== 'solved') throw new Error(outcome.reason);
    expect(statistics.assetVolatilities[0]).toEqual({ assetId: 'BTC', volatility: 0 });
    expect(outcome.notes).toContain('measured in BTC, BTC itself has no risk by definition');
    expect(outcome.weights[0]).toMatchObject({ assetId: 'BTC', weight: 0.6, binding: 'upper' });
    expect(outcome.alternative).toMatchObject({
      numeraire: 'USD',
      weights: [{ assetId: 'BTC', weight: 0.5 }, {}, {}, {}],
    });
  });

  test('the risk-free rate is that of dollars: in bitcoin there is none', () => {
    const numeraire = 'BTC' as AssetId;
    const { outcome } = solved({ optimizer: 'meanVariance', numeraire, riskFreeRate: 0.5 });
    expect(outcome.sharpe).toBeCloseTo(outcome.expectedReturn! / outcome.volatility, 12);
    const { sharpe, expectedReturn, volatility } = solved({ optimizer: 'meanVariance', riskFreeRate: 0.5 }).outcome;
    expect(sharpe).toBeCloseTo((expectedReturn! - 0.5) / volatility, 12);
  });

  test('what is stated in bitcoin is not asked again in dollars, and an answer that dollars lack has its reason', () => {
    const numeraire = 'BTC' as AssetId;
    const values = { BTC: 0, ETH: 0.1, SPY: 0.1, GLD: 0.1 };
    const given = solved({ optimizer: 'meanVariance', numeraire, expectedReturns: { kind: 'given', values } });
    expect(given.outcome.alternative).toBeNull();
    expect(given.outcome.notes).toContain(
      'there is no answer in US dollars beside: expected returns are stated in BTC',
    );
    // nothing returns more than ten times its value in dollars
    const { outcome } = solved({ optimizer: 'maxSharpe', numeraire, riskFreeRate: 10 });
    expect(outcome.alternative).toBeNull();
    expect(outcome.notes.join()).toMatch(/no answer in US dollars beside: no weights within the limits return more/);
  });

  test.each(['compounded', 'james_stein', 'bayes_stein', 'capm'] as const)('takes %s expected returns', (kind) => {
    const request: OptimizationRequest = { ...defaultRequest, optimizer: 'meanVariance', expectedReturns: { kind } };
    const { outcome, statistics } = optimizeSnapshot(frozenMarket(asOf, 365, inputs), defaultLimits, request);
    expect(outcome.kind).toBe('solved');
    expect(statistics.expectedReturns).toHaveLength(4);
  });

  test('equilibrium returns make the weights they come from the best ones', () => {
    const market = { BTC: 0.55, ETH: 0.15, SPY: 0.2, GLD: 0.1 };
    const { weights, statistics } = solved({
      optimizer: 'meanVariance',
      expectedReturns: { kind: 'equilibrium', weights: market },
    });
    for (const [assetId, weight] of Object.entries(market)) expect(weights[assetId]).toBeCloseTo(weight, 9);
    expect(statistics.expectedReturns![0]).toMatchObject({ assetId: 'BTC', standardError: null });
  });

  test('a Black-Litterman view pulls the returns half of the way, and its asset is held more', () => {
    const request = {
      optimizer: 'meanVariance',
      expectedReturns: { kind: 'equilibrium', weights: { BTC: 0.55, ETH: 0.15, SPY: 0.2, GLD: 0.1 } },
    } as const;
    const before = solved(request);
    const prior = before.statistics.expectedReturns!;
    const [btc, gld] = [prior[0]!.value, prior[3]!.value];
    const { weights, statistics } = solved({
      ...request,
      views: {
        method: 'black_litterman',
        tau: 0.05,
        views: [
          { label: 'gold first', coefficients: { GLD: 1, BTC: -1 }, value: gld - btc + 0.5, confidence: null },
          { label: 'certain', coefficients: { SPY: 1 }, value: 0.05, confidence: 1 },
        ],
      },
    });
    const [gold, certain] = statistics.views!.views;
    expect(gold!.before).toBeCloseTo(gld - btc, 12);
    // as sure as the prior: the mean of the two, but for what the certain view moves with it
    expect(gold!.after - gold!.before).toBeGreaterThan(0.2);
    expect(gold!.after - gold!.before).toBeLessThan(0.3);
    expect(certain!.after).toBeCloseTo(0.05, 12);
    expect(weights.GLD).toBeGreaterThan(before.weights.GLD!);
  });

  test('views that are certain of different values are an outcome that names them', () => {
    const one = { coefficients: { SPY: 1 }, confidence: 1 };
    const { outcome } = optimizeSnapshot(frozenMarket(asOf, 365, inputs), defaultLimits, {
      ...defaultRequest,
      views: {
        method: 'black_litterman',
        tau: 0.05,
        views: [
          { label: 'up', value: 0.2, ...one },
          { label: 'down', value: -0.2, ...one },
        ],
      },
    });
    expect(outcome).toMatchObject({ kind: 'infeasible', code: 'views', reason: expect.stringContaining('"down"') });
  });

  test('entropy pooling gives the days probabilities under which the views hold exactly', () => {
    const { statistics, outcome } = solved({
      optimizer: 'minCvar',
      views: {
        method: 'entropy_pooling',
        views: [
          { label: 'btc', of: 'return', coefficients: { BTC: 1 }, relation: 'equal', value: 0.3 },
          { label: 'wild gold', of: 'volatility', coefficients: { GLD: 1 }, relation: 'at_least', value: 0.07 },
        ],
      },
    });
    const [btc, gold] = statistics.views!.views;
    expect(btc!.after).toBeCloseTo(0.3, 8);
    expect(gold!.before).toBeLessThan(0.07);
    expect(gold!.after).toBeCloseTo(0.07, 8);
    expect(statistics.views!.relativeEntropy).toBeGreaterThan(0);
    expect(statistics.effectiveObservations).toBeLessThan(119);
    expect(outcome.certificate.dualityGap).toBeLessThan(1e-9);
  });

  test('a view beyond all that was seen is an outcome in words, and a maximum knows no probabilities', () => {
    const view = { label: 'moon', of: 'return', coefficients: { BTC: 1 }, relation: 'equal' } as const;
    const asked = (value: number, optimizer: OptimizationRequest['optimizer']) =>
      optimizeSnapshot(frozenMarket(asOf, 365, inputs), defaultLimits, {
        ...defaultRequest,
        optimizer,
        views: { method: 'entropy_pooling', views: [{ ...view, value }] },
      }).outcome;
    expect(asked(1_000, 'minVariance')).toMatchObject({
      code: 'views',
      reason: expect.stringMatching(/^the view "moon" asks for 1000, but the days of the past range from -.* a year$/),
    });
    expect(asked(0.1, 'minMaxDrawdown')).toMatchObject({ code: 'not_supported' });
  });

  test('few and large positions: what is left out is named, and the choice is proven', () => {
    const { outcome, weights } = solved({ positions: { mostAssets: 3, minimumPosition: 0.15 } });
    // the limits want BTC and three others at least: 0.6 and 0.2 twice is all that three can be
    expect(weights).toEqual({
      BTC: expect.closeTo(0.6, 9),
      ETH: 0,
      SPY: expect.closeTo(0.2, 9),
      GLD: expect.closeTo(0.2, 9),
    });
    expect(outcome.choice).toMatchObject({ proven: true, gap: 0 });
    expect(outcome.notes).toContain('at most 3 assets and positions of at least 0.15: left out ETH');
    const { outcome: none } = optimizeSnapshot(frozenMarket(asOf, 365, inputs), defaultLimits, {
      ...defaultRequest,
      positions: { mostAssets: 2, minimumPosition: 0 },
    });
    expect(none).toMatchObject({
      kind: 'infeasible',
      code: 'limits',
      reason: 'weights must sum to 1, but the 2 widest upper limits add up to 0.8',
      conflict: ['at most 2 assets'],
      relaxation: [expect.stringMatching(/^at most 2 assets: moved to at most [34] assets .* which can be kept$/)],
    });
  });

  test('lots of the last closes add up to the total, digit by digit', () => {
    const sizes = { BTC: '0.001', ETH: '0.01', SPY: '1', GLD: '1' };
    const { outcome } = solved({ lots: { totalUsd: '10000', sizes } });
    const { bought, remainderUsd } = outcome.lots!;
    const spent = bought.reduce((sum, { valueUsd }) => sum + Number(valueUsd), 0);
    expect(spent + Number(remainderUsd)).toBeCloseTo(10_000, 8);
    expect(bought[2]).toMatchObject({ assetId: 'SPY', lotSize: '1', quantity: String(bought[2]!.lots) });
  });
});
