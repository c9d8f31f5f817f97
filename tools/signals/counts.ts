import { intervalMs, isClosed, type Candle, type Interval } from '../../src/data/domain/candle.js';
import { tradeCategories, type TradeCategory } from '../../src/shared/trade-categories.js';
import { dayMs, hourMs, utcDate, type EpochMs } from '../../src/shared/time.js';
import { evaluateSignal, type SignalOutcome } from '../../src/signals/domain/evaluate-signal.js';
import { rules } from '../../src/signals/domain/rules/registry.js';
import { directions } from '../../src/signals/domain/signal.js';
import { categoryRules } from '../../src/signals/domain/trade-category.js';
import { defaultRiskBudget } from '../../src/signals/domain/trade-plan.js';
import { costRateOf } from './grid.js';
import { priceFolders, readHistories, type History, type PriceFolder } from './histories.js';

/** How often the rules are asked about an asset, by the size of its bars. */
const every: Readonly<Record<Interval, number>> = {
  '1m': hourMs,
  '5m': hourMs,
  '15m': 2 * hourMs,
  '1h': dayMs,
  '4h': dayMs,
  '1d': 7 * dayMs,
  '1w': 28 * dayMs,
};

const openers = rules.filter(({ role }) => role === 'opens').map(({ id }) => id);

/** Why there was no signal, in kinds, by the words of the reason; what no word fits is `other`. */
const whys: readonly (readonly [kind: string, words: RegExp])[] = [
  ['nothing opens', /^hold: trend/],
  ['more against', /but more speaks against it/],
  ['guard', /^hold: (the last|no movement|no average)/],
  ['holes, stale', /bars are missing|the latest closed bar/],
  ['costs', /does not pay/],
  ['other', /^/],
];

export const countHeads = [
  ...['folder', 'category', 'bars', 'assets', 'first', 'last', 'asked', 'signals'],
  ...openers.flatMap((id) => directions.map((direction) => `${id} ${direction}`)),
  ...whys.map(([kind]) => kind),
];

/** Instants at which an asset's bars are warm, `every` so often, each the end of a bar. */
function instantsOf({ series, bars }: History, category: TradeCategory): EpochMs[] {
  const step = intervalMs[series.interval];
  let next = -Infinity;
  const found: EpochMs[] = [];
  for (const { openTime } of bars.slice(categoryRules[category].minimumBars - 1)) {
    if (openTime < next) continue;
    found.push(openTime + step);
    next = openTime + every[series.interval];
  }
  return found;
}

/** Bars that end by an instant, no more than the rules look back on. */
function barsBefore(bars: readonly Candle[], interval: Interval, asOf: EpochMs, most: number): Candle[] {
  let [low, high] = [0, bars.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isClosed(bars[middle]!.openTime, interval, asOf)) low = middle + 1;
    else high = middle;
  }
  return bars.slice(Math.max(0, low - most), low);
}

function tally(outcomes: readonly SignalOutcome[]): string[] {
  const counts = new Map<string, number>();
  const add = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const outcome of outcomes) {
    if (outcome.kind === 'signal') {
      add('signals');
      add(`${outcome.evidence.rule} ${outcome.direction}`);
    } else add(whys.find(([, words]) => words.test(outcome.reason))![0]);
  }
  return countHeads.slice(7).map((head) => String(counts.get(head) ?? 0));
}

/** One row for each category that the folder's bars serve. */
export async function countRows(dataSets: string, folder: PriceFolder): Promise<string[][]> {
  const histories = await readHistories(dataSets, folder);
  const interval = folder.derived ?? folder.interval;
  const bitcoin = await bitcoinBeside(dataSets, histories, interval);
  const categories = tradeCategories.filter((category) => categoryRules[category].intervals.includes(interval));
  return categories.map((category) => {
    const outcomes: SignalOutcome[] = [];
    const asked: EpochMs[] = [];
    for (const history of histories) {
      const { asset, bars } = history;
      for (const asOf of instantsOf(history, category)) {
        asked.push(asOf);
        outcomes.push(
          evaluateSignal({
            category,
            interval,
            assetClass: asset.assetClass,
            bars: barsBefore(bars, interval, asOf, categoryRules[category].lookbackBars),
            bitcoin: asset.id === 'BTC' ? null : bitcoin,
            asOf,
            budget: defaultRiskBudget,
            costRate: costRateOf(asset.assetClass),
          }),
        );
      }
    }
    const days = asked.map((asOf) => utcDate(asOf - 1)).sort();
    const about = [folder.folder, category, interval, String(histories.length), days[0] ?? '', days.at(-1) ?? ''];
    return [...about, String(asked.length), ...tally(outcomes)];
  });
}

/** Closes of bitcoin in the folder, else those of Binance where the bars are of a day; null where there are none. */
async function bitcoinBeside(dataSets: string, histories: readonly History[], interval: Interval) {
  let own = histories.find(({ asset }) => asset.id === 'BTC');
  if (!own && interval === '1d') {
    const coins = priceFolders.find(({ folder }) => folder === 'crypto/daily/binance-usdt')!;
    own = (await readHistories(dataSets, coins)).find(({ asset }) => asset.id === 'BTC');
  }
  return own ? new Map(own.bars.map(({ openTime, close }) => [openTime, Number(close)])) : null;
}
