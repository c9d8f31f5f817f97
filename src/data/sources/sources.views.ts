import { secondMs, toIso, type EpochMs } from '../../shared/time.js';
import { familyOf } from '../domain/source-order.js';
import type { MarketDataSource } from './market-data-source.js';
import type { SourceStanding } from './source-gate.js';
import type { SourceView } from './sources.schemas.js';

/** What collections asked a source in the last 24 hours. */
export interface RecentAttempts {
  readonly attempts: number;
  readonly outcomes: SourceView['last_24_hours']['outcomes'];
  readonly p50: number | null;
  readonly p95: number | null;
}

const instant = (at: EpochMs | null) => (at === null ? null : toIso(at));

export function sourceView(
  { id, offers, apiKey }: MarketDataSource,
  standing: SourceStanding,
  { attempts, outcomes, p50, p95 }: RecentAttempts,
): SourceView {
  const { resting } = standing;
  const lacksKey = apiKey !== undefined && apiKey.isNeeded && !apiKey.isSet;
  return {
    id,
    family: familyOf(id),
    candles: Object.fromEntries(Object.entries(offers.candles).map(([of, intervals]) => [of, [...intervals]])),
    bars: offers.bars,
    quotes: [...offers.quotes],
    basis: offers.basis,
    history: offers.history,
    history_days: { ...offers.historyDays },
    corporate_actions: [...offers.corporateActions],
    publication_lag_seconds: offers.publicationLagMs / secondMs,
    key: apiKey ? { variable: apiKey.variable, is_set: apiKey.isSet, is_needed: apiKey.isNeeded } : null,
    state: lacksKey ? 'missing_key' : resting ? 'resting' : 'ready',
    resting: resting ? { until: toIso(resting.until), why: resting.why } : null,
    failures_in_a_row: standing.failures,
    budget: standing.windows.map(({ name, limit, used, left, renewsAt }) => ({
      window: name,
      limit,
      used,
      left,
      renews_at: instant(renewsAt),
    })),
    last_ok_at: instant(standing.lastOkAt),
    last_error_at: instant(standing.lastErrorAt),
    last_error: standing.lastError,
    last_24_hours: { attempts, outcomes, p50_milliseconds: p50, p95_milliseconds: p95 },
  };
}
