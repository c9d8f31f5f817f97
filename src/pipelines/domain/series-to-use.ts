import type { CollectionReport } from '../../data/data.contract.js';
import type { SeriesRef } from '../../data/domain/candle.js';

/** The series that hold the collected assets' bars, or which assets have none and what every source said. */
export function seriesToUse(
  report: CollectionReport,
): { kind: 'series'; series: SeriesRef[] } | { kind: 'missing'; reason: string } {
  const missing = report.assets.filter((asset) => asset.series === null);
  if (missing.length > 0) {
    const told = missing.map(({ assetId, attempts }) => {
      const said = attempts.map(({ source, outcome, detail }) => `${source}: ${detail ?? outcome}`);
      return `${assetId} (${said.join('; ') || 'no source offers it'})`;
    });
    return { kind: 'missing', reason: `no source has prices of ${told.join(', ')}` };
  }
  return { kind: 'series', series: report.assets.flatMap((asset) => asset.series ?? []) };
}
