import { z } from 'zod';
import { intervals } from '../../data/domain/candle.js';
import type { Page } from '../../platform/http/page.js';
import { toIso } from '../../shared/time.js';
import { tradeCategories } from '../../shared/trade-categories.js';
import { heldBackWords } from '../domain/held-back.js';
import { opinionWishes } from '../domain/signal-run.js';
import type { FrozenRun, OutcomeCounts, OutcomeRow } from './signal-run.repository.js';
import { signalExample, signalView, type SignalView } from '../signals.views.js';

const outcomeKinds = ['signal', 'held_back', 'withheld'] as const;

const outcomeSchema = z.object({
  asset_id: z.string(),
  category: z.enum(tradeCategories),
  outcome: z.enum(outcomeKinds),
  signal: signalView.nullable(),
  reason: z.string().nullable().describe('Why there is no signal, or why it is held back'),
});
export type OutcomeView = z.output<typeof outcomeSchema>;

export const signalRunSchema = z
  .object({
    id: z.uuid(),
    portfolio_id: z.uuid(),
    as_of: z.iso.datetime(),
    rehearsal: z.boolean(),
    known_at: z.iso.datetime().describe('Bars and settlements count as they were known then'),
    categories: z.array(z.enum(tradeCategories)),
    assets: z.array(z.string()),
    opinions: z.enum(opinionWishes),
    policy: z.object({ id: z.uuid(), version: z.int() }),
    series: z.array(
      z.object({
        asset_id: z.string(),
        interval: z.enum(intervals),
        source: z.string(),
        quote_currency: z.string(),
        adjustment: z.string(),
      }),
    ),
    pairs: z.int().describe('Of an asset and a category'),
    open: z.int().describe('Pairs without an outcome yet'),
    counts: z.object({ signals: z.int(), held_back: z.int(), withheld: z.int() }),
    items: z
      .array(outcomeSchema)
      .describe('By asset and category; what an earlier run of the same as-of had found stands'),
    next_cursor: z.string().nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({
    id: 'SignalRun',
    example: {
      id: '019a7c3e-5c8e-7d6f-b1d2-6c0e4f7a9b33',
      portfolio_id: '019a7c3e-5c01-7b10-8f3e-4a7b2e61c0aa',
      as_of: '2021-07-07T00:00:00Z',
      rehearsal: true,
      known_at: '2026-11-25T09:30:12.345Z',
      categories: ['swing'],
      assets: ['BTC', 'SPY'],
      opinions: 'none',
      policy: { id: '019a7c3e-5b10-7a20-9c3d-1f2e3d4c5b6a', version: 1 },
      series: [
        { asset_id: 'BTC', interval: '1d', source: 'csv:cmc-usd', quote_currency: 'USD', adjustment: 'unknown' },
        { asset_id: 'SPY', interval: '1d', source: 'yahoofinance', quote_currency: 'USD', adjustment: 'split' },
      ],
      pairs: 2,
      open: 0,
      counts: { signals: 1, held_back: 0, withheld: 1 },
      items: [
        { asset_id: 'BTC', category: 'swing', outcome: 'signal', signal: signalExample, reason: null },
        {
          asset_id: 'SPY',
          category: 'swing',
          outcome: 'withheld',
          signal: null,
          reason: 'hold: trend neutral, RSI 48',
        },
      ],
      next_cursor: null,
      created_at: '2026-11-25T09:30:12.345Z',
    },
  });
export type SignalRunView = z.output<typeof signalRunSchema>;

/** One outcome; `signalOf` shows the signal with an id. */
export function outcomeView(row: OutcomeRow, signalOf: (id: string) => SignalView): OutcomeView {
  const { assetId, category, signalId } = row;
  const pair = { asset_id: assetId, category };
  if (!signalId) return { ...pair, outcome: 'withheld', signal: null, reason: row.reason ?? null };
  const signal = signalOf(signalId);
  const reason = signal.held_back && heldBackWords(signal.held_back);
  return { ...pair, outcome: reason === null ? 'signal' : 'held_back', signal, reason };
}

export function signalRunView(run: FrozenRun, counts: OutcomeCounts, page: Page<OutcomeView>): SignalRunView {
  const { assets, categories, opinions, policy, series } = run.question;
  const pairs = assets.length * categories.length;
  return {
    id: run.id,
    portfolio_id: run.portfolioId,
    as_of: toIso(run.asOf.getTime()),
    rehearsal: run.rehearsal,
    known_at: toIso(run.knownAt.getTime()),
    categories: [...categories],
    assets: [...assets],
    opinions,
    policy,
    series: series.map(({ assetId, interval, source, quoteCurrency, adjustment }) => ({
      asset_id: assetId,
      interval,
      source,
      quote_currency: quoteCurrency,
      adjustment,
    })),
    pairs,
    open: pairs - counts.signals - counts.heldBack - counts.withheld,
    counts: { signals: counts.signals, held_back: counts.heldBack, withheld: counts.withheld },
    ...page,
    created_at: toIso(run.createdAt.getTime()),
  };
}
