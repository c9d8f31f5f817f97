import type { AssetClass } from '../../src/data/domain/asset.js';
import { intervalMs, type Candle, type Interval } from '../../src/data/domain/candle.js';
import { usualVenue } from '../../src/portfolio/domain/venue-costs.js';
import { tradeCategories, type TradeCategory } from '../../src/shared/trade-categories.js';
import { dayMs, type EpochMs } from '../../src/shared/time.js';
import { evaluateSignal, type SignalOutcome } from '../../src/signals/domain/evaluate-signal.js';
import { categoryRules } from '../../src/signals/domain/trade-category.js';
import { defaultRiskBudget } from '../../src/signals/domain/trade-plan.js';

/** Annualised, fractions: from a bond fund's to a small coin's worst. */
const volatilities = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.2, 2, 4] as const;

/** What a trade of a class costs, a fraction of the value of each of its two trades. */
export function costRateOf(assetClass: AssetClass): number {
  const { feeRate, spreadRate } = usualVenue(assetClass);
  return Number(feeRate) + Number(spreadRate);
}

/** A bar's range in deviations of its close: of a random walk (Feller, 1951). */
const rangeOfWalk = Math.sqrt(8 / Math.PI);

/**
 * A market that moves around the clock with a volatility and rises: three steps up, two down, in logarithms, so that a
 * breakout or the trend opens a buy, with bars as wide as those of a random walk.
 */
function risingMarket(volatility: number, interval: Interval, count: number): Candle[] {
  const deviation = volatility * Math.sqrt(intervalMs[interval] / (365 * dayMs));
  // steps of +3 and -2 in turn have the deviation 2.5
  const step = deviation / 2.5;
  let price = 1_000;
  return Array.from({ length: count }, (_, i): Candle => {
    const open = price;
    price *= Math.exp(step * (i % 2 === 0 ? 3 : -2));
    const spare = Math.max(0, deviation * rangeOfWalk - Math.abs(Math.log(price / open))) / 2;
    const texts = [open, Math.max(open, price) * Math.exp(spare), Math.min(open, price) * Math.exp(-spare), price];
    const [o, h, l, c] = texts.map((value) => value.toFixed(10)) as [string, string, string, string];
    return {
      openTime: Date.UTC(2024, 0, 1) + i * intervalMs[interval],
      open: o,
      high: h,
      low: l,
      close: c,
      volume: '1',
    };
  });
}

function outcomeAt(volatility: number, category: TradeCategory, costRate: number): SignalOutcome {
  const { intervals, lookbackBars } = categoryRules[category];
  const interval = intervals[0]!;
  const bars = risingMarket(volatility, interval, lookbackBars);
  const asOf: EpochMs = bars.at(-1)!.openTime + intervalMs[interval];
  const about = { category, interval, assetClass: 'crypto', bitcoin: null, budget: defaultRiskBudget } as const;
  return evaluateSignal({ ...about, bars, asOf, costRate });
}

const percent = (value: number): string => `${Number(value.toPrecision(3))} %`;

/** One row for each volatility and category: what the rules make of a market that moves so much. */
export function gridRows(): string[][] {
  const [coins, funds] = [costRateOf('crypto'), costRateOf('etf')];
  return tradeCategories.flatMap((category) =>
    volatilities.map((volatility) => {
      const [atExchange, atBroker] = [coins, funds].map((rate) => outcomeAt(volatility, category, rate));
      const shown = atBroker!.kind === 'signal' ? atBroker! : atExchange!;
      const verdict = (outcome: SignalOutcome) => (outcome.kind === 'signal' ? 'valid' : outcome.reason);
      const interval = categoryRules[category].intervals[0]!;
      const first = [category, interval, percent(volatility * 100)];
      if (shown.kind !== 'signal')
        return [...first, '', '', '', '', '', '', '', '', verdict(atExchange!), verdict(atBroker!)];
      const afterCosts = (outcome: SignalOutcome) =>
        outcome.kind === 'signal' ? String(outcome.evidence.riskRewardAfterCosts) : '';
      return [
        ...first,
        percent(shown.evidence.range * 100),
        percent(shown.takeProfitPct),
        percent(shown.stopLossPct),
        String(shown.riskRewardRatio),
        afterCosts(atExchange!),
        afterCosts(atBroker!),
        percent(shown.positionSizePct * 100),
        shown.evidence.sizeLimitedBy,
        verdict(atExchange!),
        verdict(atBroker!),
      ];
    }),
  );
}

export const gridHeads = [
  ...['category', 'bars', 'volatility a year', 'range of a bar', 'target', 'stop', 'R/R'],
  ...['after costs of a coin', 'of a fund', 'size', 'limited by', 'a coin', 'a fund'],
];
