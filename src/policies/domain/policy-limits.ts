import type { FieldError } from '../../shared/errors.js';
import type { AssetId } from '../../shared/ids.js';
import type { TradeCategory } from '../../shared/trade-categories.js';

/** Fractions of a portfolio's value. */
export interface Band {
  readonly min: number;
  readonly max: number;
}

/** What the weights of some assets together have to be. */
interface GroupLimit extends Band {
  readonly name: string;
  readonly assets: readonly AssetId[];
}

/** What a portfolio's risk is judged by; losses are positive fractions. */
export interface RiskThresholds {
  /** Largest acceptable mean loss of the worst 5 % of days. */
  readonly dailyCvar95: number;
  /** Largest acceptable fall from a peak. */
  readonly maxDrawdown: number;
  /** Least acceptable Sharpe ratio, annualised. */
  readonly sharpe: number;
}

/** What an opinion of the AI may do to a signal: nothing, lower it, or as much as the record of opinions allows. */
export const opinionModes = ['show', 'lower', 'by_record'] as const;
/** What a finding of bias leads to: it is told, an answer needs a reason, the signal is held back. */
export const biasResponses = ['warn', 'ask_reason', 'block'] as const;
type BiasResponse = (typeof biasResponses)[number];

/** What a portfolio does with its signals. */
interface SignalLimits {
  readonly opinions: (typeof opinionModes)[number];
  /** By the finding's severity. */
  readonly bias: { readonly medium: BiasResponse; readonly high: BiasResponse };
  /** Signals of these categories, from this confidence (0 to 1) on, are put before a person. */
  readonly decisions: { readonly categories: readonly TradeCategory[]; readonly minConfidence: number };
}

/** The limits of one version of a policy. */
export interface PolicyLimits {
  /** The asset that the portfolio is built around; it must be held. */
  readonly anchor: AssetId;
  readonly anchorBand: Band;
  /** For every asset but the anchor that has no band of its own. */
  readonly others: Band;
  /** Bands of single assets other than the anchor, by asset id. */
  readonly assets: Readonly<Record<string, Band>>;
  readonly groups: readonly GroupLimit[];
  readonly thresholds: RiskThresholds;
  readonly signals: SignalLimits;
}

/** As a version may have been written before it had to say something on signals. */
export type StoredLimits = Omit<PolicyLimits, 'signals'> & Partial<Pick<PolicyLimits, 'signals'>>;

/** Bitcoin is half to 60 % of the portfolio and nothing else is more than a fifth; nothing is sold short. */
export const defaultLimits: PolicyLimits = {
  anchor: 'BTC' as AssetId,
  anchorBand: { min: 0.5, max: 0.6 },
  others: { min: 0, max: 0.2 },
  assets: {},
  groups: [],
  thresholds: { dailyCvar95: 0.08, maxDrawdown: 0.5, sharpe: 0.5 },
  signals: {
    opinions: 'by_record',
    bias: { medium: 'warn', high: 'ask_reason' },
    decisions: { categories: [], minConfidence: 0.7 },
  },
};

export const completeLimits = (stored: StoredLimits): PolicyLimits => ({
  ...stored,
  signals: stored.signals ?? defaultLimits.signals,
});

/** The band of one asset's weight. */
export const bandOf = ({ anchor, anchorBand, others, assets }: PolicyLimits, assetId: AssetId): Band =>
  assetId === anchor ? anchorBand : (assets[assetId] ?? others);

/** Weights differ from a limit by more than rounding from here on. */
const tolerance = 1e-9;

/**
 * Everything in the limits that contradicts itself, naming the field: a band that is empty, groups of one name, an anchor
 * with a second band, lower limits that add up to more than the whole portfolio. Empty when nothing does.
 */
export function contradictions({ anchor, anchorBand, others, assets, groups }: PolicyLimits): FieldError[] {
  const errors: FieldError[] = [];
  const own = Object.entries(assets);
  const bands: [string, Band][] = [
    ['anchor_band', anchorBand],
    ['others', others],
    ...own.map(([id, band]): [string, Band] => [`assets.${id}`, band]),
    ...groups.map((group, i): [string, Band] => [`groups.${i}`, group]),
  ];
  for (const [field, { min, max }] of bands) {
    if (min > max) errors.push({ field: `${field}.min`, value: min, message: `is above the upper limit of ${max}` });
  }
  if (anchor in assets) {
    errors.push({ field: `assets.${anchor}`, value: anchor, message: 'is the anchor, whose limits are anchor_band' });
  }
  groups.forEach(({ name }, i) => {
    if (groups.findIndex((other) => other.name === name) < i) {
      errors.push({ field: `groups.${i}.name`, value: name, message: 'names a second group' });
    }
  });
  const least = own.reduce((sum, [id, { min }]) => sum + (id === anchor ? 0 : min), anchorBand.min);
  if (least > 1 + tolerance) {
    const message = `makes the lower limits add up to ${Number(least.toPrecision(10))}, more than the whole portfolio`;
    errors.push({ field: 'anchor_band.min', value: anchorBand.min, message });
  }
  return errors;
}

/** A limit that weights do not keep. */
export interface Breach extends Band {
  /** The asset, or the group. */
  readonly limit: string;
  readonly kind: 'asset' | 'group';
  readonly weight: number;
}

/** Tells currencies from what they buy. */
export type IsCash = (assetId: AssetId) => boolean;

/**
 * The limits that weights, shares of the whole with its cash, do not keep; an asset that is not named is not held. Cash is
 * what the limits of the others leave over: it has a limit where it is given one of its own.
 */
export function breaches(
  limits: PolicyLimits,
  weights: ReadonlyMap<AssetId, number>,
  isCash: IsCash = () => false,
): Breach[] {
  const judged = [...weights.keys()].filter((assetId) => !isCash(assetId));
  const named = new Set<AssetId>([limits.anchor, ...(Object.keys(limits.assets) as AssetId[]), ...judged]);
  const checks: Breach[] = [
    ...[...named].map((assetId): Breach => {
      const { min, max } = bandOf(limits, assetId);
      // a lower limit for all others is for those that are held
      const least = assetId === limits.anchor || assetId in limits.assets || weights.has(assetId) ? min : 0;
      return { limit: assetId, kind: 'asset', weight: weights.get(assetId) ?? 0, min: least, max };
    }),
    ...limits.groups.map(({ name, assets, min, max }): Breach => ({
      limit: name,
      kind: 'group',
      weight: assets.reduce((sum, assetId) => sum + (weights.get(assetId) ?? 0), 0),
      min,
      max,
    })),
  ];
  return checks.filter(({ weight, min, max }) => weight < min - tolerance || weight > max + tolerance);
}

/**
 * Share of the portfolio that has to change hands at the least before the limits are kept: what is too much has to be
 * sold and what is missing bought, and one sale can pay for one purchase. A lower bound where groups overlap.
 */
export function leastTurnover(limits: PolicyLimits, weights: ReadonlyMap<AssetId, number>, isCash?: IsCash): number {
  const broken = breaches(limits, weights, isCash);
  const turnoverOf = (kind: Breach['kind']) => {
    const own = broken.filter((breach) => breach.kind === kind);
    const missing = own.reduce((sum, { weight, min }) => sum + Math.max(0, min - weight), 0);
    const excess = own.reduce((sum, { weight, max }) => sum + Math.max(0, weight - max), 0);
    return Math.max(missing, excess);
  };
  const ofGroups = Math.max(
    0,
    ...broken
      .filter(({ kind }) => kind === 'group')
      .map(({ weight, min, max }) => Math.max(min - weight, weight - max)),
  );
  return Math.max(turnoverOf('asset'), ofGroups);
}
