import { z } from 'zod';
import { pageOf } from '../../platform/http/page.js';
import { toIso, type EpochMs } from '../../shared/time.js';
import type { StoredSeries } from './candle.repository.js';
import { assetClasses, type Asset } from '../domain/asset.js';
import { adjustments, intervals, isSimulatedSource, priceBases, type Interval } from '../domain/candle.js';
import { basisOfSource } from '../domain/price-basis.js';
import type { CalendarCoverage, Disagreement, SuspectedSplit } from '../domain/quality.js';

const instant = z.iso.datetime();

const storedSchema = z.object({
  source: z.string(),
  quote_currency: z.enum(['USD', 'USDT']),
  adjustment: z.enum(adjustments),
  basis: z.enum(priceBases),
  simulated: z.boolean(),
  bars: z.number().int(),
  first_open_time: instant,
  last_open_time: instant,
});

const intervalQualitySchema = z.object({
  interval: z.enum(intervals),
  canonical: storedSchema.nullable().describe('The series that readers get; null when none is stored'),
  derived_from: z.enum(intervals).nullable().describe('The finer interval that is stored in the place of this one'),
  since: instant
    .nullable()
    .describe('First open time that is looked at: at most the last 100,000 bars that are expected'),
  coverage: z
    .object({
      expected: z.number().int().describe('Bars that a complete series has by the calendar of the asset’s class'),
      missing: z.number().int(),
      unexpected: z.number().int().describe('Stored bars that the calendar does not know'),
      gap_count: z.number().int(),
      gaps: z
        .array(z.object({ from: instant, to: instant, bars: z.number().int() }))
        .describe('The 50 longest, oldest first, by the open times of their first and last bar'),
    })
    .nullable(),
  fresh: z.boolean().describe('Whether the last bar that the calendar expects, and the source has published, is there'),
  bars_behind: z
    .number()
    .int()
    .nullable()
    .describe(
      'Expected bars after the last one; null when none is stored, and when the last one is before `since`: then they are not counted, `seconds_behind` has the time',
    ),
  seconds_behind: z.number().nullable().describe('From the end of the last bar to now'),
  sources: z.array(storedSchema).describe('Every series that is stored of the interval'),
  disagreement: z.object({
    compared: z.number().int().describe('Bars that two spot sources or more have'),
    disputed: z.number().int().describe('Bars of the window that are held back'),
    largest_deviation: z.number().nullable().describe('Distance from the median, as a fraction of it'),
    largest_deviation_at: instant.nullable(),
  }),
  suspected_splits: z
    .array(z.object({ open_time: instant, factor: z.number().describe('Price before by price after') }))
    .describe('Jumps of a stock that look like a split, of which no source tells'),
});

const assetQualitySchema = z
  .object({
    asset_id: z.string(),
    asset_class: z.enum(assetClasses),
    enabled: z.boolean(),
    intervals: z.array(intervalQualitySchema),
  })
  .meta({ id: 'AssetQuality' });
export type AssetQualityView = z.infer<typeof assetQualitySchema>;
type IntervalQualityView = z.infer<typeof intervalQualitySchema>;

export const assetQualityPage = pageOf(assetQualitySchema).meta({ id: 'AssetQualityPage' });

/** What was found of one interval of an asset. */
export interface IntervalQuality {
  readonly interval: Interval;
  readonly sources: readonly StoredSeries[];
  readonly found: {
    readonly canonical: StoredSeries;
    readonly derivedFrom: Interval | null;
    readonly since: EpochMs;
    readonly coverage: CalendarCoverage;
    /** Whether all that is stored lies before what is looked at. */
    readonly isBehindAll: boolean;
    readonly millisecondsBehind: number;
    readonly disagreement: Disagreement;
    readonly disputed: number;
    readonly splits: readonly SuspectedSplit[];
  } | null;
}

export const assetQualityView = (asset: Asset, qualities: readonly IntervalQuality[]): AssetQualityView => ({
  asset_id: asset.id,
  asset_class: asset.assetClass,
  enabled: asset.enabled,
  intervals: qualities.map(intervalQualityView),
});

function intervalQualityView({ interval, sources, found }: IntervalQuality): IntervalQualityView {
  const shared = { interval, sources: sources.map(storedView) };
  if (!found) return { ...shared, ...nothing };
  const { canonical, derivedFrom, since, coverage, isBehindAll, millisecondsBehind, disagreement, disputed, splits } =
    found;
  const { expected, missing, unexpected, gapCount, gaps, behind } = coverage;
  const { compared, largest } = disagreement;
  return {
    ...shared,
    canonical: storedView(canonical),
    derived_from: derivedFrom,
    since: toIso(since),
    coverage: {
      expected,
      missing,
      unexpected,
      gap_count: gapCount,
      gaps: gaps.map(({ from, to, bars }) => ({ from: toIso(from), to: toIso(to), bars })),
    },
    fresh: behind === 0,
    bars_behind: isBehindAll ? null : behind,
    seconds_behind: Math.max(0, Math.round(millisecondsBehind / 1000)),
    disagreement: {
      compared,
      disputed,
      largest_deviation: largest?.deviation ?? null,
      largest_deviation_at: largest ? toIso(largest.openTime) : null,
    },
    suspected_splits: splits.map(({ openTime, factor }) => ({ open_time: toIso(openTime), factor })),
  };
}

const nothing = {
  canonical: null,
  derived_from: null,
  since: null,
  coverage: null,
  fresh: false,
  bars_behind: null,
  seconds_behind: null,
  disagreement: { compared: 0, disputed: 0, largest_deviation: null, largest_deviation_at: null },
  suspected_splits: [],
} satisfies Omit<IntervalQualityView, 'interval' | 'sources'>;

const storedView = ({ series, rows, first, last }: StoredSeries): z.infer<typeof storedSchema> => ({
  source: series.source,
  quote_currency: series.quoteCurrency,
  adjustment: series.adjustment,
  basis: basisOfSource(series.source),
  simulated: isSimulatedSource(series.source),
  bars: rows,
  first_open_time: toIso(first),
  last_open_time: toIso(last),
});
