import { isRounding, mean, sampleStandardDeviation } from '../returns.js';
import { assertSameLength, betaOf } from '../statistics.js';
import { measure, ratio, type MeasureInput, type MeasureValue } from './measure.js';

/** Of the periods that both have; null without a benchmark or with fewer than two of them. */
const against =
  <Value extends MeasureValue>(compute: (input: MeasureInput, benchmark: Float64Array) => Value | null) =>
  (input: MeasureInput): Value | null => {
    if (!input.benchmark) return null;
    const { portfolio, returns, periodsPerYear } = input.benchmark;
    assertSameLength(portfolio, returns);
    return portfolio.length < 2 ? null : compute({ ...input, returns: portfolio, periodsPerYear }, returns);
  };

const activeReturns = (returns: Float64Array, benchmark: Float64Array) =>
  returns.map((value, t) => value - benchmark[t]!);

export const beta = measure({
  id: 'beta',
  name: 'Beta: covariance with the benchmark over its variance',
  unit: 'ratio',
  source: 'Sharpe 1964',
  needs: 'benchmark',
  compute: against(({ returns }, benchmark) => betaOf(returns, benchmark)),
});

export const alpha = measure({
  id: 'alpha',
  name: "Jensen's alpha: mean excess return less beta times the benchmark's, times the periods in a year",
  unit: 'fraction_per_year',
  source: 'Jensen 1968',
  needs: 'benchmark',
  compute: against(({ returns, periodsPerYear, riskFreeRate }, benchmark) => {
    const slope = betaOf(returns, benchmark);
    if (slope === null) return null;
    const yearly = (values: Float64Array) => mean(values) * periodsPerYear - riskFreeRate;
    return yearly(returns) - slope * yearly(benchmark);
  }),
});

export const trackingError = measure({
  id: 'tracking_error',
  name: 'Deviation of the difference to the benchmark, annualised',
  unit: 'fraction_per_year',
  source: 'Grinold & Kahn 1999',
  needs: 'benchmark',
  compute: against(
    ({ returns, periodsPerYear }, benchmark) =>
      sampleStandardDeviation(activeReturns(returns, benchmark))! * Math.sqrt(periodsPerYear),
  ),
});

export const informationRatio = measure({
  id: 'information_ratio',
  name: 'Mean difference to the benchmark a year over tracking error',
  unit: 'ratio',
  source: 'Grinold & Kahn 1999',
  needs: 'benchmark',
  compute: against(({ returns, periodsPerYear }, benchmark) => {
    const active = activeReturns(returns, benchmark);
    const deviation = sampleStandardDeviation(active)!;
    // a difference of two returns carries their rounding
    if (isRounding(deviation, benchmark)) return null;
    return (mean(active) / deviation) * Math.sqrt(periodsPerYear);
  }),
});

/** Sum of the portfolio's returns in the chosen periods over the sum of the benchmark's. */
function captured(input: MeasureInput, benchmark: Float64Array, chosen: (benchmark: number) => boolean): number | null {
  let [own, theirs] = [0, 0];
  benchmark.forEach((value, t) => {
    if (!chosen(value)) return;
    own += input.returns[t]!;
    theirs += value;
  });
  return ratio(theirs < 0 ? -own : own, Math.abs(theirs));
}

export const upCapture = measure({
  id: 'up_capture',
  name: "Mean return over the benchmark's, in periods in which the benchmark rose",
  unit: 'ratio',
  source: 'Bacon 2008, arithmetic means',
  needs: 'benchmark',
  compute: against((input, benchmark) => captured(input, benchmark, (value) => value > 0)),
});

export const downCapture = measure({
  id: 'down_capture',
  name: "Mean return over the benchmark's, in periods in which the benchmark fell",
  unit: 'ratio',
  source: 'Bacon 2008, arithmetic means',
  needs: 'benchmark',
  compute: against((input, benchmark) => captured(input, benchmark, (value) => value < 0)),
});
