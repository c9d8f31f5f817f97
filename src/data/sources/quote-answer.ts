import { minuteMs, toIso, type EpochMs } from '../../shared/time.js';
import type { QuoteCurrency } from '../domain/candle.js';
import { isDecimalText } from '../domain/decimal-text.js';
import { badAnswer } from './http-outcome.js';
import { numberText } from './json-number.js';
import type { Quote, SourceOutcome } from './market-data-source.js';

/** A price may be stamped by a clock that is a little ahead of ours. */
const clockSkewMs = 5 * minuteMs;

export interface OfferedQuote {
  /** Names the asset in messages. */
  readonly of: string;
  /** The value as JSON has it: only a positive, finite number is a price, and null says that there is none. */
  readonly price: unknown;
  readonly time: EpochMs;
  readonly quoteCurrency: QuoteCurrency;
  readonly simulatedSeed: string | null;
}

/** What a price printed as a JSON number is worth. */
export function quoteAnswer({ of, price, ...quote }: OfferedQuote, now: EpochMs): SourceOutcome<Quote> {
  if (price === null) return { kind: 'empty' };
  const text = numberText(price);
  if (!isDecimalText(text) || Number(text) <= 0) return badAnswer(`price ${text.slice(0, 40)} of ${of}`);
  if (quote.time > now + clockSkewMs) return badAnswer(`price of ${of} is of the future: ${toIso(quote.time)}`);
  return { kind: 'ok', value: { price: text, ...quote } };
}
