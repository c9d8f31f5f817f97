import type { AssetId } from '../shared/ids.js';
import { toIso } from '../shared/time.js';
import { completeLimits, type PolicyLimits } from './domain/policy-limits.js';
import type { LimitsBody, PolicyView } from './policies.schemas.js';
import type { Policy, PolicyRollout, PolicyVersion } from './policy.entity.js';

/** `assets` and `groups` name assets as they were resolved. */
export const limitsFrom = (body: LimitsBody, resolve: (text: string, field: string) => AssetId): PolicyLimits => ({
  anchor: resolve(body.anchor, 'limits.anchor'),
  anchorBand: body.anchor_band,
  others: body.others,
  assets: Object.fromEntries(
    Object.entries(body.assets).map(([text, band]) => [resolve(text, `limits.assets.${text}`), band]),
  ),
  groups: body.groups.map(({ name, assets, min, max }, i) => ({
    name,
    min,
    max,
    assets: assets.map((text, k) => resolve(text, `limits.groups.${i}.assets.${k}`)),
  })),
  thresholds: {
    dailyCvar95: body.thresholds.daily_cvar_95,
    maxDrawdown: body.thresholds.max_drawdown,
    sharpe: body.thresholds.sharpe,
  },
  signals: {
    opinions: body.signals.opinions,
    bias: body.signals.bias,
    decisions: { categories: body.signals.decisions.categories, minConfidence: body.signals.decisions.min_confidence },
  },
});

export const limitsView = (limits: PolicyLimits): LimitsBody => ({
  anchor: limits.anchor,
  anchor_band: limits.anchorBand,
  others: limits.others,
  assets: { ...limits.assets },
  groups: limits.groups.map(({ name, assets, min, max }) => ({ name, assets: [...assets], min, max })),
  thresholds: {
    daily_cvar_95: limits.thresholds.dailyCvar95,
    max_drawdown: limits.thresholds.maxDrawdown,
    sharpe: limits.thresholds.sharpe,
  },
  signals: {
    opinions: limits.signals.opinions,
    bias: { ...limits.signals.bias },
    decisions: {
      categories: [...limits.signals.decisions.categories],
      min_confidence: limits.signals.decisions.minConfidence,
    },
  },
});

export const policyView = (
  { id, name, isDefault, createdAt }: Policy,
  versions: readonly PolicyVersion[],
  rollouts: readonly PolicyRollout[],
): PolicyView => ({
  id,
  name,
  is_default: isDefault,
  created_at: toIso(createdAt.getTime()),
  versions: versions.map((one) => ({
    version: one.version,
    limits: limitsView(completeLimits(one.limits)),
    reason: one.reason,
    created_at: toIso(one.createdAt.getTime()),
  })),
  rollouts: rollouts.map(({ sequence, version, share, portfolios, reason, actor, at }) => ({
    sequence,
    version,
    share,
    portfolios,
    reason,
    actor,
    at: toIso(at.getTime()),
  })),
});
