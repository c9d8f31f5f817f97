import { bitcoinRelativeStrength } from './bitcoin-relative-strength.js';
import { breakout } from './breakout.js';
import { pullback } from './pullback.js';
import { rsiReversal } from './rsi-reversal.js';
import type { Rule } from './rule.js';
import { trendWithMacd } from './trend-with-macd.js';
import { volatilityRegime } from './volatility-regime.js';

/** Every rule there is, in the order in which they are asked: of those that open a signal the first decides. */
export const rules = [
  rsiReversal,
  breakout,
  pullback,
  trendWithMacd,
  bitcoinRelativeStrength,
  volatilityRegime,
] as const satisfies readonly Rule[];

export type RuleId = (typeof rules)[number]['id'];
