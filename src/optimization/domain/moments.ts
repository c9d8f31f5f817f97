import { weightedMoments } from '../../risk/domain/covariance/weighted.js';
import type { AssetId } from '../../shared/ids.js';
import { dot, quadraticForm } from '../../shared/vectors.js';
import { estimatesOf, expectedReturnsOf, type Estimates } from './estimates.js';
import type { ExpectedReturns } from './expected-returns.js';
import { assetsOf, type MarketSnapshot } from './market-snapshot.js';
import type { OptimizationRequest, ViewsRequest } from './optimization-request.js';
import { blackLitterman, entropyPooling, meanView, volatilityView, type ScenarioView } from './views.js';

type BlackLittermanRequest = Extract<ViewsRequest, { method: 'black_litterman' }>;
type EntropyPoolingRequest = Extract<ViewsRequest, { method: 'entropy_pooling' }>;

/** What a view found and what it made of it: yearly fractions of the same mix of assets. */
interface AppliedView {
  readonly label: string;
  readonly before: number;
  readonly after: number;
}

/** What the views changed. */
export interface AppliedViews {
  readonly method: ViewsRequest['method'];
  readonly views: readonly AppliedView[];
  /** Kullback-Leibler divergence from equal probabilities, nats; null without probabilities. */
  readonly relativeEntropy: number | null;
}

/** What an optimization takes for granted of the assets' returns, in the order of the snapshot's series. */
export interface Moments {
  readonly estimates: Estimates;
  readonly expected: ExpectedReturns;
  /** A year. The rate that is asked for is that of US dollars: measured in anything else there is none, as in the area of risk. */
  readonly riskFreeRate: number;
  /** Null without views. */
  readonly views: AppliedViews | null;
}

export interface NoMoments {
  readonly code: 'too_little_data' | 'views';
  readonly reason: string;
}

/** Estimates from a snapshot in a numeraire, and what the request's views make of them; or why there are none. */
export function momentsOf(
  snapshot: MarketSnapshot,
  numeraire: AssetId,
  request: OptimizationRequest,
): Moments | NoMoments {
  const assets = assetsOf(snapshot);
  const estimates = estimatesOf(snapshot, numeraire, request.covariance);
  const riskFreeRate = numeraire === 'USD' ? request.riskFreeRate : 0;
  const expected = expectedReturnsOf(estimates, assets, { ...request, riskFreeRate });
  if (typeof expected === 'string') return { code: 'too_little_data', reason: expected };
  const prior = { estimates, expected, riskFreeRate, views: null };
  if (!request.views) return prior;
  return request.views.method === 'black_litterman'
    ? combined(prior, assets, request.views)
    : pooled(prior, assets, request.views);
}

const inWords = (value: number): string => String(Number(value.toPrecision(4)));

const vectorOf = (assets: readonly AssetId[], of: Readonly<Record<string, number>>) =>
  Float64Array.from(assets, (assetId) => of[assetId] ?? 0);

/** Means and covariance of Black and Litterman; the scenarios stay what they were. */
function combined(
  prior: Moments,
  assets: readonly AssetId[],
  { tau, views }: BlackLittermanRequest,
): Moments | NoMoments {
  const { estimates, expected } = prior;
  const told = views.map(({ label, coefficients, value, confidence }) => ({
    label,
    coefficients: vectorOf(assets, coefficients),
    value,
    ...(confidence !== null && { certainty: { confidence } }),
  }));
  const outcome = blackLitterman({ prior: expected.means, covariance: estimates.covariance, tau, views: told });
  if (outcome.kind === 'conflict') return { code: 'views', reason: outcome.message };
  const { means, covariance } = outcome;
  return {
    ...prior,
    estimates: { ...estimates, covariance },
    expected: { ...expected, means, standardErrors: Array.from(means, () => null) },
    views: {
      method: 'black_litterman',
      views: told.map(({ label, coefficients }) => ({
        label,
        before: dot(coefficients, expected.means),
        after: dot(coefficients, means),
      })),
      relativeEntropy: null,
    },
  };
}

/**
 * Probabilities of the scenarios by entropy pooling, and the moments under them (not corrected for the sample's size, so
 * that the views hold exactly). A view on a volatility holds the mean that it is measured around: the one that another view
 * sets for the same mix, or the one of the sample.
 */
function pooled(prior: Moments, assets: readonly AssetId[], { views }: EntropyPoolingRequest): Moments | NoMoments {
  const { estimates, expected } = prior;
  const { scenarios } = estimates;
  const { returns, periods, periodsPerYear } = scenarios;
  const n = assets.length;
  const mixes = views.map((view) => ({ ...view, mix: vectorOf(assets, view.coefficients) }));
  const told: ScenarioView[] = [];
  for (const { label, of, relation, value, mix } of mixes) {
    if (of === 'return') {
      told.push(meanView(returns, mix, { label, relation, target: value / periodsPerYear }));
      continue;
    }
    const own = mixes.find(
      (other) => other.of === 'return' && other.relation === 'equal' && other.mix.every((one, i) => one === mix[i]),
    );
    const mean = (own?.value ?? dot(mix, expected.means)) / periodsPerYear;
    if (!own) told.push(meanView(returns, mix, { label: `${label} (its mean)`, relation: 'equal', target: mean }));
    told.push(volatilityView(returns, mix, mean, { label, relation, target: value / Math.sqrt(periodsPerYear) }));
  }
  const outcome = entropyPooling(told, new Float64Array(periods).fill(1 / periods));
  if (outcome.kind === 'infeasible') {
    const { range, views: labels } = outcome;
    const beyond = range && mixes.find(({ label }) => label === labels[0]);
    if (!beyond) return { code: 'views', reason: outcome.message };
    const yearly = (value: number) =>
      inWords(beyond.of === 'return' ? value * periodsPerYear : Math.sqrt(value * periodsPerYear));
    return {
      code: 'views',
      reason: `the view "${beyond.label}" asks for ${beyond.value}, but the days of the past range from ${yearly(range.least)} to ${yearly(range.most)} a year`,
    };
  }
  const { probabilities, relativeEntropy, effectiveScenarios } = outcome;
  const { means, covariance } = weightedMoments(returns, probabilities, n, periodsPerYear);
  const yearly = means.map((mean) => mean * periodsPerYear);
  const tell = (of: 'return' | 'volatility', mix: Float64Array, m: Float64Array, c: Float64Array) =>
    of === 'return' ? dot(mix, m) : Math.sqrt(Math.max(0, quadraticForm(c, mix)));
  return {
    ...prior,
    estimates: {
      ...estimates,
      covariance,
      effectiveObservations: effectiveScenarios,
      scenarios: { ...scenarios, probabilities },
    },
    expected: { ...expected, means: yearly, standardErrors: Array.from(means, () => null) },
    views: {
      method: 'entropy_pooling',
      views: mixes.map(({ label, of, mix }) => ({
        label,
        before: tell(of, mix, expected.means, estimates.covariance),
        after: tell(of, mix, yearly, covariance),
      })),
      relativeEntropy,
    },
  };
}
