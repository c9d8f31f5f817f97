import { toIso, type EpochMs } from '../../shared/time.js';
import type { AllocationReport, Share } from '../domain/allocation.js';
import type { AllocationReportView } from './allocation.schemas.js';

const shareView = (share: Share) => ({
  current_percent: share.currentPercent,
  target_percent: share.targetPercent,
  current_value: share.currentValue,
  target_value: share.targetValue,
  difference: share.difference,
  difference_percent: share.differencePercent,
});

function differenceNote({ holdingsValue, portfolioValue, unaccounted }: AllocationReport): string | null {
  if (unaccounted === 0) return null;
  const side = unaccounted > 0 ? 'less' : 'more';
  const [holdings, difference, whole] = [holdingsValue, Math.abs(unaccounted), portfolioValue].map((usd) =>
    usd.toFixed(2),
  );
  return `the holdings are worth ${holdings} USD, ${difference} ${side} than portfolio_value ${whole}: percentages are of the latter`;
}

export const allocationReportView = (report: AllocationReport, now: EpochMs): AllocationReportView => ({
  portfolio_value: report.portfolioValue,
  holdings_value: report.holdingsValue,
  unaccounted_value: report.unaccounted,
  note: differenceNote(report),
  timestamp: toIso(now),
  asset_classes: report.classes.map((row) => ({
    asset_class: row.assetClass,
    ...shareView(row),
    assets: row.assets.map((asset) => ({ symbol: asset.symbol, ...shareView(asset) })),
  })),
  total_drift: report.totalDrift,
  needs_rebalancing: report.needsRebalancing,
  rebalancing_threshold: report.threshold,
  unknown_classes: report.unknownClasses.map(({ assetClass, value }) => ({ asset_class: assetClass, value })),
});
