import { alphavantage } from './alphavantage-wire.js';
import type { Venue } from './answer.js';
import { binance } from './binance-wire.js';
import { coingecko } from './coingecko-wire.js';
import { coinmarketcap } from './coinmarketcap-wire.js';
import { fksData } from './fks-data-wire.js';
import { polygon } from './polygon-wire.js';
import { yahoofinance } from './yahoo-wire.js';

/** Every source that the simulator speaks for; their paths do not overlap, so one address is enough for all. */
export const venues: readonly Venue[] = [
  binance,
  yahoofinance,
  coingecko,
  polygon,
  alphavantage,
  coinmarketcap,
  fksData,
];
