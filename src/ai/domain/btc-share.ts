import type { Opinion } from './opinion.js';

/** What the share of BTC may be, fractions of the portfolio. */
const btcBand = { min: 0.5, max: 0.6 } as const;
/** A distance below it is none: 1 % of the portfolio. */
const smallestMove = 0.01;

export interface BtcShare {
  /** Fraction of the portfolio, within the band. */
  readonly target: number;
  readonly action: 'HOLD' | 'INCREASE_BTC' | 'DECREASE_BTC';
  /** Target less current, to four decimals. */
  readonly difference: number;
  /** Which rule chose the target, in words. */
  readonly why: string;
}

/**
 * The share of BTC that an opinion on it speaks for: the top of the band for a buy above 0.7, its middle above 0.5, the
 * bottom for a sell above 0.7. Everything else, no opinion among it, leaves the share where it is, moved into the band.
 * The thresholds are the prototype's.
 */
export function btcShare(current: number, opinion: Pick<Opinion, 'direction' | 'confidence'> | null): BtcShare {
  const chosen = opinion && chosenBy(opinion);
  const target = chosen?.target ?? Math.min(Math.max(current, btcBand.min), btcBand.max);
  const difference = Number((target - current).toFixed(4));
  const action = Math.abs(difference) < smallestMove ? 'HOLD' : difference > 0 ? 'INCREASE_BTC' : 'DECREASE_BTC';
  const band = `${btcBand.min * 100} to ${btcBand.max * 100} %`;
  const kept = target === current ? `it lies within ${band}` : `it is moved into ${band}`;
  const why =
    chosen?.why ?? `${opinion ? 'the opinion is too weak to move the share' : 'there is no opinion'}; ${kept}`;
  return { target, action, difference, why };
}

function chosenBy({ direction, confidence }: Pick<Opinion, 'direction' | 'confidence'>) {
  const why = `${direction} with confidence ${confidence}`;
  if (direction === 'buy' && confidence > 0.7) return { target: 0.6, why };
  if (direction === 'buy' && confidence > 0.5) return { target: 0.55, why };
  if (direction === 'sell' && confidence > 0.7) return { target: 0.5, why };
  return null;
}
