import type { CollectionReport } from '../../data/data.contract.js';
import type { SeriesRef } from '../../data/domain/candle.js';
import { whyNothingCame, type NothingCame } from '../../data/domain/collecting.js';

/** The series that hold the collected assets' bars, or which assets have none and what every source said. */
export function seriesToUse(
  report: CollectionReport,
): { kind: 'series'; series: SeriesRef[] } | ({ kind: 'missing' } & NothingCame) {
  const why = whyNothingCame(report.assets.filter(({ series }) => series === null));
  if (why) return { kind: 'missing', ...why };
  return { kind: 'series', series: report.assets.flatMap((asset) => asset.series ?? []) };
}
