import type { PolicyLimits } from '../../policies/domain/policy-limits.js';
import type { TradingDays } from '../../risk/domain/trading-days.js';
import type { AssetId } from '../../shared/ids.js';
import { whyBandsCannotHold } from './bands.js';
import { boxesOf, limitsUnder, linearUnder, whyAnchorIsMissing, type WeightLimits } from './constraints.js';
import type { ExpectedReturns } from './expected-returns.js';
import type { Limits } from './limits.js';
import { lotsOf } from './lots.js';
import { assetsOf, observationsOf, whyTooLittleData, type MarketSnapshot } from './market-snapshot.js';
import { momentsOf, type AppliedViews, type Moments } from './moments.js';
import type { OptimizationProblem } from './optimization-problem.js';
import type { OptimizationRequest } from './optimization-request.js';
import { optimize, type OptimizationOutcome } from './optimize.js';
import { namedRows, whyRowsCannotHold } from './optimizers/limit-conflict.js';
import type { UnsolvedCode } from './optimizers/optimizer.js';
import { optimizerById } from './optimizers/registry.js';

/** What the estimate rests on; volatilities are annualised fractions, null when nothing could be estimated. */
export interface OptimizationStatistics {
  readonly volatility: number | null;
  readonly observations: number;
  readonly tradingDays: TradingDays | null;
  readonly periodsPerYear: number | null;
  readonly assetVolatilities: readonly { readonly assetId: AssetId; readonly volatility: number }[];
  readonly effectiveObservations?: number | null;
  readonly shrinkage?: number | null;
  readonly expectedReturns?:
    readonly { readonly assetId: AssetId; readonly value: number; readonly standardError: number | null }[] | null;
  readonly views?: AppliedViews | null;
}

export interface SnapshotOptimization {
  readonly outcome: OptimizationOutcome;
  readonly limits: readonly WeightLimits[];
  readonly statistics: OptimizationStatistics;
}

/** What runs in a thread of its own. */
export const optimizeInThread = (input: {
  snapshot: MarketSnapshot;
  policy: PolicyLimits;
  request: OptimizationRequest;
}): SnapshotOptimization => optimizeSnapshot(input.snapshot, input.policy, input.request);

/** The whole way from frozen prices to weights under a policy; the snapshot's order of assets is kept. */
export function optimizeSnapshot(
  snapshot: MarketSnapshot,
  policy: PolicyLimits,
  request: OptimizationRequest,
): SnapshotOptimization {
  const assets = assetsOf(snapshot);
  const limits = limitsUnder(policy, assets, request.bands);
  const optimizer = { id: request.optimizer, version: optimizerById(request.optimizer).version };
  const without = (
    code: UnsolvedCode | 'too_little_data',
    reason: string,
    why: Pick<Infeasible, 'conflict' | 'relaxation'> = { conflict: [], relaxation: [] },
  ): SnapshotOptimization => ({
    outcome: { optimizer, kind: 'infeasible', code, reason, conflict: why.conflict, relaxation: why.relaxation },
    limits,
    statistics: {
      volatility: null,
      observations: observationsOf(snapshot),
      tradingDays: null,
      periodsPerYear: null,
      assetVolatilities: [],
      effectiveObservations: null,
      shrinkage: null,
      expectedReturns: null,
    },
  });
  const boxes = boxesOf(limits);
  const linear = linearUnder(policy, assets, request.linear);
  const conflict = whyNoAnchor(policy, assets, request) ?? whyNoBands(assets, { ...boxes, linear });
  if (conflict !== undefined) return without('limits', conflict.reason, conflict);
  const tooLittle = whyTooLittleData(snapshot);
  if (tooLittle !== undefined) return without('too_little_data', tooLittle);
  const { numeraire } = request;
  if (numeraire !== usd && !snapshot.closes[numeraire]) {
    return without('too_little_data', `there are no prices of ${numeraire}, so nothing can be measured in it`);
  }
  const vector = (of: Readonly<Record<string, number>>) => Float64Array.from(assets, (assetId) => of[assetId] ?? 0);
  const solveIn = (unit: AssetId) => {
    const moments = momentsOf(snapshot, unit, request);
    if ('reason' in moments) return moments;
    const { estimates, expected, riskFreeRate } = moments;
    const problem: OptimizationProblem = {
      assets,
      covariance: estimates.covariance,
      expectedReturns: expected.means,
      scenarios: estimates.scenarios,
      limits: { ...boxes, linear },
      current: request.current && vector(request.current),
      turnoverLimit: request.current && request.turnoverLimit,
      costRate: request.current ? request.costRate : 0,
      l2: request.l2,
      riskFreeRate,
      riskAversion: request.riskAversion,
      targetReturn: request.targetReturn,
      targetVolatility: request.targetVolatility,
      confidence: request.confidence,
      budgets: request.budgets && vector(request.budgets),
      benchmark: request.benchmark ? vector(request.benchmark) : request.current && vector(request.current),
      positions: request.positions
        ? {
            mostAssets: request.positions.mostAssets ?? assets.length,
            minimumPosition: request.positions.minimumPosition,
          }
        : null,
    };
    return { moments, outcome: optimize(problem, request.optimizer) };
  };
  const solved = solveIn(numeraire);
  if ('reason' in solved) return without(solved.code, solved.reason);
  const inDollars = () => {
    const stated = whyOnlyIn(request);
    if (stated !== undefined) return { reason: stated };
    const found = solveIn(usd);
    return 'reason' in found ? found : found.outcome;
  };
  const beside = numeraire === usd ? solved.outcome : withDollars(solved.outcome, numeraire, inDollars());
  return {
    outcome: withLots(beside, snapshot, request),
    limits,
    statistics: statisticsOf(assets, solved.moments, solved.outcome),
  };
}

type Infeasible = Extract<OptimizationOutcome, { kind: 'infeasible' }>;

const whyNoBands = (assets: readonly AssetId[], limits: Limits) =>
  whyBandsCannotHold(assets, limits) === undefined ? undefined : whyRowsCannotHold({ assets, limits });

/** The anchor as an asset that weighs nothing, against its band. */
function whyNoAnchor(policy: PolicyLimits, assets: readonly AssetId[], { bands, linear }: OptimizationRequest) {
  const reason = whyAnchorIsMissing(policy, assets);
  if (reason === undefined) return undefined;
  const { anchor } = policy;
  const all = [...assets, anchor];
  const limits = { ...boxesOf(limitsUnder(policy, all, bands)), linear: linearUnder(policy, all, linear) };
  const absent = {
    label: `${anchor} is not among the assets`,
    coefficients: Float64Array.from(all, (assetId) => Number(assetId === anchor)),
    min: 0,
    max: 0,
    isFact: true,
  };
  return whyRowsCannotHold({ assets: all, limits }, [...namedRows(limits), absent], reason);
}

function statisticsOf(
  assets: readonly AssetId[],
  { estimates, expected, views }: Moments,
  outcome: OptimizationOutcome,
): OptimizationStatistics {
  return {
    volatility: outcome.kind === 'solved' ? outcome.volatility : null,
    observations: estimates.scenarios.periods,
    tradingDays: estimates.tradingDays,
    periodsPerYear: estimates.scenarios.periodsPerYear,
    assetVolatilities: assets.map((assetId, i) => ({
      assetId,
      volatility: Math.sqrt(Math.max(0, estimates.covariance[i * (assets.length + 1)]!)),
    })),
    effectiveObservations: estimates.effectiveObservations,
    shrinkage: estimates.shrinkage,
    expectedReturns: assets.map((assetId, i) => ({ assetId, ...expectedOf(expected, i) })),
    ...(views && { views }),
  };
}

const expectedOf = ({ means, standardErrors }: ExpectedReturns, i: number) => ({
  value: means[i]!,
  standardError: standardErrors[i] ?? null,
});

/** Lots at the last closes of the snapshot. */
function withLots(
  outcome: OptimizationOutcome,
  { closes }: MarketSnapshot,
  { lots }: OptimizationRequest,
): OptimizationOutcome {
  if (!lots || outcome.kind !== 'solved') return outcome;
  const prices = Object.fromEntries(outcome.weights.map(({ assetId }) => [assetId, closes[assetId]!.at(-1)!]));
  const plan = lotsOf(outcome.weights, prices, lots);
  return typeof plan === 'string'
    ? { ...outcome, notes: [...outcome.notes, `no lots: ${plan}`] }
    : { ...outcome, lots: plan };
}

const usd = 'USD' as AssetId;

/** Why the question cannot be asked in another numeraire; undefined when it can. */
function whyOnlyIn({ optimizer, expectedReturns, views, numeraire }: OptimizationRequest): string | undefined {
  const { needs } = optimizerById(optimizer);
  const stated = [
    ...(expectedReturns.kind === 'given' ? ['expected returns'] : []),
    ...(views ? ['views'] : []),
    ...(needs.includes('target_return') || needs.includes('target_volatility') ? ['target'] : []),
  ];
  return stated.length > 0 ? `${stated.join(' and ')} are stated in ${numeraire}` : undefined;
}

/** Measured in itself an asset has no risk: that is said, and the answer in US dollars stands beside. */
function withDollars(
  outcome: OptimizationOutcome,
  numeraire: AssetId,
  dollars: OptimizationOutcome | { readonly reason: string },
): OptimizationOutcome {
  if (outcome.kind !== 'solved') return outcome;
  const isHeld = outcome.weights.some(({ assetId }) => assetId === numeraire);
  const own = isHeld ? [`measured in ${numeraire}, ${numeraire} itself has no risk by definition`] : [];
  const notes = [...outcome.notes, ...own];
  if ('reason' in dollars) {
    return { ...outcome, notes: [...notes, `there is no answer in US dollars beside: ${dollars.reason}`] };
  }
  const { weights, volatility } = dollars;
  return {
    ...outcome,
    notes,
    alternative: {
      numeraire: 'USD',
      weights: weights.map(({ assetId, weight }) => ({ assetId, weight })),
      volatility,
    },
  };
}
