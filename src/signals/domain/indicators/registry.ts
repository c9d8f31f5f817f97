import { refusedFor } from '../../../shared/errors.js';
import { bollingerBands } from './bollinger.js';
import type { Indicator } from './indicator.js';
import { movingAverageConvergence } from './macd.js';
import { exponentialMovingAverage, simpleMovingAverage } from './moving-averages.js';
import { donchianChannel, stochasticOscillator } from './ranges.js';
import { realisedVolatility } from './realised-volatility.js';
import { cutlerRelativeStrength, relativeStrength } from './relative-strength.js';
import { supportResistance } from './support-resistance.js';
import { averageDirectionalIndex, averageTrueRange } from './true-range.js';
import { onBalanceVolume, rollingVwap, sessionVwap, volumeSpike } from './volume.js';

/** A new indicator is its definition and a line here. */
const all = [
  simpleMovingAverage,
  exponentialMovingAverage,
  relativeStrength,
  cutlerRelativeStrength,
  movingAverageConvergence,
  bollingerBands,
  averageTrueRange,
  averageDirectionalIndex,
  stochasticOscillator,
  onBalanceVolume,
  rollingVwap,
  sessionVwap,
  volumeSpike,
  donchianChannel,
  realisedVolatility,
  supportResistance,
] as const satisfies readonly Indicator[];

export type IndicatorId = (typeof all)[number]['id'];

/** Every indicator of bars there is. */
export const indicators: readonly Indicator<IndicatorId>[] = all;

/** The indicator of that id; an id that there is not is refused. */
export function indicatorOf(id: string): Indicator<IndicatorId> {
  const found = indicators.find((each) => each.id === id);
  if (!found) {
    const known = indicators.map((each) => each.id).join(', ');
    throw refusedFor([{ field: 'indicator', value: id, message: `is none of ${known}` }]);
  }
  return found;
}
