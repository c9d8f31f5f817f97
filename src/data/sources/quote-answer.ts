import { minuteMs, toIso, type EpochMs } from '../../shared/time.js';
import type { QuoteCurrency } from '../domain/candle.js';
import { isDecimalText } from '../domain/decimal-text.js';
import { badAnswer, type FailedOutcome } from './http-outcome.js';
import { numberText } from './json-number.js';
import type { Quote, SourceOutcome } from './market-data-source.js';

/** A price may be stamped by a clock that is a little ahead of ours. */
const clockSkewMs = 5 * minuteMs;
/** No market that is asked here told its prices before: an earlier stamp is in another unit, or none. */
const earliest = Date.UTC(1970, 0, 2);

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
export function quoteAnswer({ price, ...quote }: OfferedQuote, now: EpochMs): SourceOutcome<Quote> {
  if (price === null) return { kind: 'empty' };
  return textQuoteAnswer({ ...quote, price: numberText(price) }, now);
}

/** What a price printed as decimal text is worth: a positive one, with a time that is one and not of the future. */
export function textQuoteAnswer(
  { of, ...quote }: OfferedQuote & { readonly price: string },
  now: EpochMs,
): SourceOutcome<Quote> {
  const { price, time } = quote;
  if (!isDecimalText(price) || !(Number(price) > 0)) return badAnswer(`price ${price.slice(0, 40)} of ${of}`);
  return whyUndated(of, time, now) ?? { kind: 'ok', value: quote };
}

function whyUndated(of: string, time: EpochMs, now: EpochMs): FailedOutcome | undefined {
  // checked before it is shown: beyond JavaScript's last date there is no text for it
  if (!Number.isSafeInteger(time) || time < earliest || time > 8.64e15) {
    return badAnswer(`price of ${of} at ${time}, which is no time`);
  }
  return time > now + clockSkewMs ? badAnswer(`price of ${of} is of the future: ${toIso(time)}`) : undefined;
}
