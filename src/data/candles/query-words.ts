import { z } from 'zod';
import { intervals } from '../domain/candle.js';

/** A text that a query or a body must have, refused in words that say what is wrong with it. */
const text = (most: number) =>
  z
    .string({ error: (issue) => (issue.input === undefined ? 'is missing' : 'is not one text') })
    .min(1, 'is empty')
    .max(most, `has more than ${most} characters`);

export const assetText = text(32).describe('Any spelling that resolves: BTC, btc, BTC-USD, BTCUSDT');

export const sourceText = text(200);

export const intervalWord = z.enum(intervals, {
  error: (issue) => (issue.input === undefined ? 'is missing' : `is none of ${intervals.join(', ')}`),
});
