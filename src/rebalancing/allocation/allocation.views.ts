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

export const allocationReportView = (report: AllocationReport, now: EpochMs): AllocationReportView => ({
  portfolio_value: report.portfolioValue,
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
