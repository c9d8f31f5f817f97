import type { AssetId } from '../../shared/ids.js';
import { whyBandsCannotHold } from './bands.js';
import { whyRowsCannotHold } from './optimizers/limit-conflict.js';
import { conditionNumber, isPositiveSemiDefinite, type Certificate } from './certificate.js';
import type { WeightLimits } from './constraints.js';
import type { LotPlan } from './lots.js';
import { assertWellFormed, volatilityOf, type OptimizationProblem } from './optimization-problem.js';
import { dot } from '../../shared/vectors.js';
import type { ChoiceOfAssets, Need, PriceOfLimits, SolvedProblem, UnsolvedCode } from './optimizers/optimizer.js';
import { optimizerById, type OptimizerId } from './optimizers/registry.js';
import { underPositions } from './optimizers/under-positions.js';

export interface SolvedWeight extends WeightLimits {
  readonly weight: number;
  readonly binding: 'lower' | 'upper' | null;
  /** By how much the objective gets better for each unit of weight by which the binding limit is relaxed. */
  readonly shadowPrice: number;
}

/** A limit that stands in the way of a better answer. */
interface BindingLimit {
  readonly limit: string;
  readonly side: 'min' | 'max';
  readonly shadowPrice: number;
  /** `allowing 1 point more BTC lowers yearly volatility by 0.12 points` */
  readonly words: string;
}

interface Provenance {
  readonly optimizer: { readonly id: OptimizerId; readonly version: number };
}

export type OptimizationOutcome =
  | (Provenance & {
      readonly kind: 'solved';
      readonly weights: readonly SolvedWeight[];
      /** Annualised, a fraction, in the numeraire. */
      readonly volatility: number;
      readonly certificate: Certificate;
      readonly expectedReturn: number | null;
      readonly sharpe: number | null;
      readonly binding: readonly BindingLimit[];
      readonly projected: { readonly distance: number } | null;
      readonly notes: readonly string[];
      /** The same question in US dollars, beside an answer in BTC. */
      readonly alternative: {
        readonly numeraire: 'USD';
        readonly weights: readonly { readonly assetId: AssetId; readonly weight: number }[];
        readonly volatility: number;
      } | null;
      /** Where only some of the assets are held because the request wanted few or large positions. */
      readonly choice?: ChoiceOfAssets;
      /** Whole lots, where they were asked for and there are any. */
      readonly lots?: LotPlan;
    })
  | (Provenance & {
      readonly kind: 'infeasible';
      readonly reason: string;
      readonly code: UnsolvedCode | 'too_little_data';
      /** Limits that cannot hold together, and how far they would have to be moved. */
      readonly conflict: readonly string[];
      readonly relaxation: readonly string[];
    });

/** Certified numbers above this are not a solution. */
const certificateTolerance = 1e-9;
/** A weight this close to a limit stands on it. */
const onLimit = 1e-9;
/** A shadow price below this, against the largest, is rounding. */
const noPrice = 1e-9;

/**
 * Solves one problem by the named method and checks the answer without trusting the method.
 *
 * Limits that cannot hold, a matrix that is no covariance, input that the method lacks and a search that did not arrive are
 * outcomes with a reason, never NaN; a problem whose parts do not fit together throws. Weights come in the order of the
 * problem's assets.
 */
export function optimize(problem: OptimizationProblem, optimizerId: OptimizerId): OptimizationOutcome {
  assertWellFormed(problem);
  const method = optimizerById(optimizerId);
  const optimizer = { id: optimizerId, version: method.version };
  const infeasible = (
    code: UnsolvedCode,
    reason: string,
    { conflict = [], relaxation = [] }: { conflict?: readonly string[]; relaxation?: readonly string[] } = {},
  ): OptimizationOutcome => ({ optimizer, kind: 'infeasible', code, reason, conflict, relaxation });

  const { assets, covariance, limits } = problem;
  const n = assets.length;
  if (whyBandsCannotHold(assets, limits) !== undefined) {
    return { optimizer, ...whyRowsCannotHold({ assets, limits }) };
  }
  const lacking = method.needs.filter((need) => lacks(problem, need));
  if (lacking.length > 0) return infeasible('not_supported', `${optimizerId} needs ${lacking.join(', ')}`);
  const refused = whyRefused(problem, method.constraints);
  if (refused !== undefined) return infeasible('not_supported', refused);
  if (!isPositiveSemiDefinite(covariance, n)) {
    return infeasible(
      'unsolved',
      'the covariance is not positive semi-definite: some mix of the assets has a negative variance',
    );
  }
  const isSearched = method.constraints.positions === 'supported';
  const answer = isSearched ? underPositions(problem, (plain) => method.solve(plain)) : method.solve(problem);
  if (answer.kind === 'infeasible') return infeasible(answer.code, answer.reason, answer);

  const { proof, weights, price, notes, projectedBy, choice } = answer;
  const { primalResidual, dualResidual, complementarity, dualityGap } = proof;
  const worst = Math.max(primalResidual, dualResidual ?? 0, complementarity ?? 0, dualityGap ?? 0);
  if (!(worst <= certificateTolerance)) {
    return infeasible(
      'unsolved',
      `the answer after ${answer.iterations} steps misses optimality by ${worst.toPrecision(3)}`,
    );
  }
  const volatility = volatilityOf(covariance, weights);
  const expectedReturn = problem.expectedReturns && dot(problem.expectedReturns, weights);
  return {
    optimizer,
    kind: 'solved',
    volatility,
    expectedReturn,
    sharpe: expectedReturn !== null && volatility > 0 ? (expectedReturn - problem.riskFreeRate) / volatility : null,
    certificate: {
      of: proof.of,
      primalResidual,
      dualResidual,
      complementarity,
      dualityGap,
      iterations: answer.iterations,
      conditionNumber: conditionNumber(covariance, n),
    },
    weights: assets.map((assetId, i): SolvedWeight => {
      const binding = bindingSide(problem, answer, i);
      const multiplier = binding === 'lower' ? answer.multipliers.lower[i]! : answer.multipliers.upper[i]!;
      return {
        assetId,
        weight: weights[i]!,
        min: limits.min[i]!,
        max: limits.max[i]!,
        binding,
        shadowPrice: binding === null ? 0 : multiplier * price.factor,
      };
    }),
    binding: bindingLimits(problem, answer),
    projected: projectedBy === null ? null : { distance: projectedBy },
    notes,
    alternative: null,
    ...(choice && { choice }),
  };
}

function lacks(problem: OptimizationProblem, need: Need): boolean {
  const of = {
    expected_returns: problem.expectedReturns,
    scenarios: problem.scenarios,
    benchmark: problem.benchmark,
    target_return: problem.targetReturn,
    target_volatility: problem.targetVolatility,
  };
  return of[need] === null;
}

function whyRefused(
  { limits, turnoverLimit, costRate, l2, positions }: OptimizationProblem,
  constraints: ReturnType<typeof optimizerById>['constraints'],
): string | undefined {
  const asked = {
    box: false,
    linear: limits.linear.length > 0,
    turnover: turnoverLimit !== null,
    cost: costRate > 0,
    l2: l2 > 0,
    positions: positions !== null,
    lots: false,
  };
  for (const [kind, support] of Object.entries(constraints)) {
    if (asked[kind as keyof typeof asked] && typeof support === 'object')
      return `${kind} is refused: ${support.refused}`;
  }
  return undefined;
}

function bindingSide({ limits }: OptimizationProblem, { weights }: SolvedProblem, i: number): 'lower' | 'upper' | null {
  const [toLower, toUpper] = [weights[i]! - limits.min[i]!, limits.max[i]! - weights[i]!];
  if (Math.min(toLower, toUpper) > onLimit) return null;
  return toLower <= toUpper ? 'lower' : 'upper';
}

/** Every limit that costs something, the dearest first. */
function bindingLimits({ assets, limits }: OptimizationProblem, { multipliers, price }: SolvedProblem): BindingLimit[] {
  const { lower, upper, linear, turnover = 0 } = multipliers;
  const all = [
    ...assets.flatMap((assetId, i) => [
      { limit: assetId, side: 'min' as const, value: lower[i]! },
      { limit: assetId, side: 'max' as const, value: upper[i]! },
    ]),
    ...linear.map(({ index, side, value }) => ({ limit: limits.linear[index]!.label, side, value })),
    { limit: 'turnover', side: 'max' as const, value: turnover },
  ];
  const largest = Math.max(...all.map(({ value }) => value), 0);
  return all
    .filter(({ value }) => value > noPrice * largest && value * price.factor > 0)
    .sort((a, b) => b.value - a.value)
    .map(({ limit, side, value }) => {
      const shadowPrice = value * price.factor;
      return { limit, side, shadowPrice, words: inWords(limit, side, shadowPrice, price) };
    });
}

function inWords(limit: string, side: 'min' | 'max', shadowPrice: number, { words, unit }: PriceOfLimits): string {
  const more = side === 'max' ? 'more' : 'less';
  // a point is a hundredth: of weight, and of a yearly fraction
  const amount = unit === 'points' ? `${rounded(shadowPrice)} points` : String(rounded(shadowPrice / 100));
  return `allowing 1 point ${more} ${limit} ${words} by ${amount}`;
}

const rounded = (value: number): number => Number(value.toPrecision(3));
