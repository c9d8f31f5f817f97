import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import { DailyCloses } from '../../data/prices/daily-closes.js';
import { instantOf } from '../../platform/http/instant.js';
import { refusedFor, type FieldError } from '../../shared/errors.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { dayMs, toIso, type EpochMs } from '../../shared/time.js';
import type { PriceSeries } from '../domain/alignment.js';
import { dollars, withinLookback } from '../domain/assessment.js';
import { correlationsWith, estimatedCorrelations, pairwiseCorrelations, repaired } from '../domain/correlation.js';
import type { CovarianceEstimatorId } from '../domain/covariance/registry.js';
import { chooseLowCorrelation } from '../domain/low-correlation.js';
import { inNumeraire } from '../domain/numeraire.js';
import { mean } from '../domain/returns.js';
import type { CorrelationsQuery, CorrelationsView, SelectionQuery, SelectionView } from './correlations.schemas.js';

const usd = 'USD' as AssetId;

interface Window {
  readonly viewer: OwnerId;
  readonly asOf: EpochMs;
  readonly knownAt?: EpochMs | undefined;
  readonly lookbackDays: number;
  readonly numeraire: AssetId;
}

/** Prices of a window; an asset with none is not among them. */
interface WindowPrices {
  readonly series: ReadonlyMap<AssetId, PriceSeries>;
  readonly simulated: boolean;
}

/** How assets move together, from stored daily closes. */
@Injectable()
export class CorrelationsService {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly closes: DailyCloses,
  ) {}

  /** @throws DomainError `invalid` naming what nobody knows */
  async matrix(viewer: OwnerId, query: CorrelationsQuery): Promise<CorrelationsView> {
    const assetIds = await this.known(query.assets);
    const window = await this.window(viewer, query);
    const { series, simulated } = await this.prices(assetIds, window);
    const present = [...series.values()];
    const { estimator } = query;
    const about = { ...aboutView(window, assetIds, series), simulated };
    if (estimator !== 'pairwise') {
      const found = estimatedCorrelations(present, estimator as CovarianceEstimatorId);
      return {
        ...about,
        estimator,
        ...entriesView(found),
        shrinkage: found.shrinkage,
        effective_observations: found.effectiveObservations,
        repair_distance: found.effectiveObservations === null ? null : (found.repairDistance ?? 0),
        repaired_matrix: null,
      };
    }
    const found = pairwiseCorrelations(present);
    const nearest = repaired(found);
    const n = present.length;
    return {
      ...about,
      estimator,
      ...entriesView(found),
      shrinkage: null,
      effective_observations: null,
      repair_distance: nearest?.distance ?? null,
      repaired_matrix:
        nearest && nearest.distance > 0
          ? Array.from({ length: n }, (_, i) => [...nearest.matrix.subarray(i * n, (i + 1) * n)])
          : null,
    };
  }

  /** Assets that move little with the anchor and with each other. @throws DomainError as `matrix` */
  async selection(viewer: OwnerId, query: SelectionQuery): Promise<SelectionView> {
    const { id: anchor } = await this.assets.known(query.anchor, 'anchor');
    const asked = query.assets ? await this.known(query.assets) : await this.firstEnabled(50);
    const candidates = asked.filter((assetId) => assetId !== anchor);
    const window = await this.window(viewer, query);
    const { series, simulated } = await this.prices([anchor, ...candidates], window);
    const { limit, count } = query;
    const present = [...series.values()];
    const { assets, matrix, observations } = pairwiseCorrelations(present);
    const place = new Map(assets.map((assetId, i) => [assetId, i]));
    const correlationOf = (a: AssetId, b: AssetId): number | null => {
      const [i, j] = [place.get(a), place.get(b)];
      return i === undefined || j === undefined ? null : matrix[i]![j]!;
    };
    const { chosen, tooCorrelated, unknown } = chooseLowCorrelation(
      candidates
        .filter((assetId) => series.has(assetId))
        .map((assetId) => ({ assetId, correlationToAnchor: correlationOf(assetId, anchor) })),
      correlationOf,
      { limit, count },
    );
    const inCommon = (assetId: AssetId) => observations[place.get(assetId)!]![place.get(anchor)!]!;
    return {
      ...aboutView(window, [anchor, ...candidates], series),
      simulated,
      anchor,
      limit,
      chosen: chosen.map((assetId, i) => {
        const known = chosen.slice(0, i).flatMap((before) => correlationOf(assetId, before) ?? []);
        return {
          asset_id: assetId,
          correlation_to_anchor: correlationOf(assetId, anchor),
          mean_correlation_to_chosen: known.length > 0 ? mean(known) : null,
          observations: inCommon(assetId),
        };
      }),
      too_correlated: [...tooCorrelated],
      unknown: [...unknown],
    };
  }

  /** Of each asset with prices, its correlation with the anchor; empty without prices of the anchor. */
  async withAnchor(
    viewer: OwnerId,
    anchor: AssetId,
    assetIds: readonly AssetId[],
    lookbackDays: number,
  ): Promise<Map<AssetId, number | null>> {
    const { series } = await this.prices([anchor, ...assetIds], recent(viewer, lookbackDays));
    const base = series.get(anchor);
    const found = base ? correlationsWith(base, [...series.values()]) : [];
    return new Map(found.map(({ assetId, correlation }) => [assetId, correlation]));
  }

  /** Correlations of the assets with prices, in US dollars. */
  async between(
    viewer: OwnerId,
    assetIds: readonly AssetId[],
    lookbackDays: number,
  ): Promise<Map<AssetId, Map<AssetId, number | null>>> {
    const { series } = await this.prices(assetIds, recent(viewer, lookbackDays));
    const { assets, matrix } = pairwiseCorrelations([...series.values()]);
    return new Map(matrix.map((row, i) => [assets[i]!, new Map(row.map((value, j) => [assets[j]!, value]))]));
  }

  /** The most important assets that are collected. */
  async firstEnabled(count: number): Promise<AssetId[]> {
    return (await this.assets.enabled()).slice(0, count).map(({ id }) => id);
  }

  private async window(
    viewer: OwnerId,
    query: Pick<CorrelationsQuery, 'as_of' | 'as_known_at' | 'lookback_days' | 'numeraire'>,
  ): Promise<Window> {
    const now = Date.now();
    return {
      viewer,
      asOf: instantOf('as_of', query.as_of, now),
      knownAt: query.as_known_at === undefined ? undefined : instantOf('as_known_at', query.as_known_at, now),
      lookbackDays: query.lookback_days,
      numeraire: (await this.assets.known(query.numeraire, 'numeraire')).id,
    };
  }

  private async prices(assetIds: readonly AssetId[], window: Window): Promise<WindowPrices> {
    const { viewer, asOf, knownAt, lookbackDays, numeraire } = window;
    const needed = [...assetIds, numeraire].filter((assetId) => assetId !== usd);
    const read = await this.closes.of(needed, { viewer, before: asOf - dayMs + 1, knownAt });
    const inDollars = (assetId: AssetId): PriceSeries | undefined => {
      const prices = read.get(assetId);
      const closes = prices ? { openTimes: prices.openTimes, closes: prices.usd } : undefined;
      const own = assetId === usd ? dollars(asOf) : closes;
      return own && { assetId, ...withinLookback(own, asOf, lookbackDays) };
    };
    const unit = inDollars(numeraire);
    const series = new Map<AssetId, PriceSeries>();
    for (const assetId of assetIds) {
      const own = inDollars(assetId);
      const counted = own && numeraire !== usd ? unit && inNumeraire(own, unit) : own;
      if (counted && counted.closes.length > 0) series.set(assetId, counted);
    }
    return { series, simulated: [...read.values()].some(({ world }) => world !== '') };
  }

  private async known(texts: readonly string[]): Promise<AssetId[]> {
    const catalogue = await this.assets.catalogue();
    const errors: FieldError[] = [];
    const assetIds = texts.flatMap((text) => {
      const resolved = catalogue.resolve(text);
      if (resolved.kind === 'known') return resolved.assetId;
      errors.push({ field: 'assets', value: text, message: resolved.message });
      return [];
    });
    if (errors.length === 0) return [...new Set(assetIds)];
    throw refusedFor(errors);
  }
}

const recent = (viewer: OwnerId, lookbackDays: number): Window => ({
  viewer,
  asOf: Date.now(),
  lookbackDays,
  numeraire: usd,
});

const aboutView = (
  { asOf, knownAt, lookbackDays, numeraire }: Window,
  asked: readonly AssetId[],
  series: ReadonlyMap<AssetId, PriceSeries>,
) => ({
  numeraire,
  as_of: toIso(asOf),
  as_known_at: knownAt === undefined ? null : toIso(knownAt),
  lookback_days: lookbackDays,
  no_prices: asked.filter((assetId) => !series.has(assetId)),
});

const entriesView = ({ assets, matrix, observations }: ReturnType<typeof pairwiseCorrelations>) => ({
  assets: [...assets],
  matrix: matrix.map((row) => [...row]),
  observations: observations.map((row) => [...row]),
});
