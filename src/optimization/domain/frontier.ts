import type { TurningPoint } from './solvers/critical-line.js';

/** A portfolio on the efficient frontier; return and volatility are of the period of the inputs. */
export interface FrontierPoint {
  readonly weights: Float64Array;
  readonly expectedReturn: number;
  readonly volatility: number;
}

/** Corners from the highest return to the least variance, and the covariance (n*n, row-major) they were found with. */
export interface Frontier {
  readonly turningPoints: readonly TurningPoint[];
  readonly covariance: Float64Array;
}

export type FrontierQuery =
  { readonly kind: 'point'; readonly point: FrontierPoint } | { readonly kind: 'unreachable'; readonly reason: string };

/** Targets are met when they are missed by no more than rounding. */
const relativeTolerance = 1e-12;

/** The portfolio of least variance; the one of highest return among them. */
export const minVariancePoint = ({ turningPoints }: Frontier): FrontierPoint => turningPoints.at(-1)!;

/** The least risky portfolio whose expected return is at least `target`. */
export function atTargetReturn(frontier: Frontier, target: number): FrontierQuery {
  const { turningPoints } = frontier;
  const [top, bottom] = [turningPoints[0]!, turningPoints.at(-1)!];
  const slack = relativeTolerance * Math.max(Math.abs(top.expectedReturn), Math.abs(target));
  if (target <= bottom.expectedReturn) return found(bottom);
  if (target > top.expectedReturn + slack) {
    return unreachable(`a return of ${inWords(target)}: the highest is ${inWords(top.expectedReturn)}`);
  }
  const at = firstBelow(turningPoints, ({ expectedReturn }) => expectedReturn < target);
  if (at === 0) return found(top);
  const [above, below] = [turningPoints[at - 1]!, turningPoints[at]!];
  return found(between(frontier, at, (target - below.expectedReturn) / (above.expectedReturn - below.expectedReturn)));
}

/** The portfolio of highest expected return whose volatility is at most `target`. */
export function atTargetVolatility(frontier: Frontier, target: number): FrontierQuery {
  const { turningPoints } = frontier;
  const [top, bottom] = [turningPoints[0]!, turningPoints.at(-1)!];
  if (target >= top.volatility) return found(top);
  if (target < bottom.volatility * (1 - relativeTolerance)) {
    return unreachable(`a volatility of ${inWords(target)}: the lowest is ${inWords(bottom.volatility)}`);
  }
  const at = firstBelow(turningPoints, ({ volatility }) => volatility < target);
  if (at === turningPoints.length) return found(bottom);
  const { start, cross, square } = segmentVariance(frontier, at);
  // the root of start + 2 cross t + square t² = target² that does not subtract equals
  const missing = target * target - start;
  const share = missing / (cross + Math.sqrt(Math.max(0, cross * cross + square * missing)));
  return found(between(frontier, at, share));
}

/** The portfolio that minimises half the variance minus `lambda` times the expected return; `lambda` is not negative. */
export function atRiskTolerance(frontier: Frontier, lambda: number): FrontierPoint {
  const { turningPoints } = frontier;
  const at = firstBelow(turningPoints, (point) => point.lambda < lambda);
  if (at === 0) return turningPoints[0]!;
  if (at === turningPoints.length) return turningPoints.at(-1)!;
  const [above, below] = [turningPoints[at - 1]!, turningPoints[at]!];
  return between(frontier, at, (lambda - below.lambda) / (above.lambda - below.lambda));
}

/**
 * The portfolio of highest Sharpe ratio. On the frontier the slope of half the variance against return is lambda, so
 * that the ratio is highest where `(return - riskFreeRate) · lambda` equals the variance; the difference of the two
 * rises along the frontier, which makes the corner unique (Bailey & López de Prado 2013 search for it instead).
 * Unreachable when no portfolio returns more than the risk-free rate. Where a portfolio without risk returns more, the
 * ratio has no bound and that portfolio is the answer.
 */
export function maxSharpePoint(frontier: Frontier, riskFreeRate: number): FrontierQuery {
  const { turningPoints } = frontier;
  const top = turningPoints[0]!;
  if (!(top.expectedReturn > riskFreeRate)) {
    return unreachable(
      `a return above the risk-free rate of ${inWords(riskFreeRate)}: the highest is ${inWords(top.expectedReturn)}`,
    );
  }
  const at = firstBelow(
    turningPoints,
    ({ expectedReturn, volatility, lambda }) => (expectedReturn - riskFreeRate) * lambda < volatility * volatility,
  );
  if (at === 0) return found(top);
  if (at === turningPoints.length) return found(turningPoints.at(-1)!);
  const [above, below] = [turningPoints[at - 1]!, turningPoints[at]!];
  const { start, cross, square } = segmentVariance(frontier, at);
  const excess = below.expectedReturn - riskFreeRate;
  const gain = above.expectedReturn - below.expectedReturn;
  const slope = excess * square - gain * cross;
  return found(slope > 0 ? between(frontier, at, (gain * start - excess * cross) / slope) : below);
}

/** Index of the first corner that fits, all after it fitting too; the number of corners when none does. */
function firstBelow(turningPoints: readonly TurningPoint[], fits: (point: TurningPoint) => boolean): number {
  let [low, high] = [0, turningPoints.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(turningPoints[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Variance on the line from corner `at` (share 0) to the one above it (share 1): `start + 2 cross t + square t²`. */
function segmentVariance({ turningPoints, covariance }: Frontier, at: number) {
  const [above, below] = [turningPoints[at - 1]!.weights, turningPoints[at]!.weights];
  const n = below.length;
  let [start, cross, square] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    let [ofBelow, ofStep] = [0, 0];
    for (let j = 0; j < n; j++) {
      const value = covariance[i * n + j]!;
      ofBelow += value * below[j]!;
      ofStep += value * (above[j]! - below[j]!);
    }
    start += below[i]! * ofBelow;
    cross += below[i]! * ofStep;
    square += (above[i]! - below[i]!) * ofStep;
  }
  // away from the least variance it rises, whatever rounding says
  return { start, cross: Math.max(0, cross), square: Math.max(0, square) };
}

function between(frontier: Frontier, at: number, share: number): FrontierPoint {
  const t = Math.min(1, Math.max(0, share));
  const [above, below] = [frontier.turningPoints[at - 1]!, frontier.turningPoints[at]!];
  if (!(t > 0)) return below;
  const { start, cross, square } = segmentVariance(frontier, at);
  return {
    weights: below.weights.map((weight, i) => weight + t * (above.weights[i]! - weight)),
    expectedReturn: below.expectedReturn + t * (above.expectedReturn - below.expectedReturn),
    volatility: Math.sqrt(Math.max(0, start + 2 * cross * t + square * t * t)),
  };
}

const found = ({ weights, expectedReturn, volatility }: FrontierPoint): FrontierQuery => ({
  kind: 'point',
  point: { weights, expectedReturn, volatility },
});
const unreachable = (what: string): FrontierQuery => ({ kind: 'unreachable', reason: `no portfolio reaches ${what}` });
const inWords = (value: number): string => String(Number(value.toPrecision(10)));
