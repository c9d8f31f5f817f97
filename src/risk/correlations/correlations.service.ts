import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import { splitNotes } from '../../data/domain/split-adjustment.js';
import { AdjustedCloses } from '../../data/prices/adjusted-closes.js';
import { ComputePool, type ComputeTask } from '../../platform/compute/compute-pool.js';
import { instantIfGiven, instantOf } from '../../platform/http/instant.js';
import { AssetSplits } from '../../portfolio/ledger/asset-splits.js';
import { refusedFor, type FieldError } from '../../shared/errors.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { dayMs, toIso, type EpochMs } from '../../shared/time.js';
import { lookbackStart } from '../domain/assessment.js';
import type { Correlations } from '../domain/correlation.js';
import type {
  CorrelationWindow,
  estimatedIn,
  pairwiseIn,
  repairedIn,
  withFirstIn,
} from '../domain/correlation-window.js';
import type { CovarianceEstimatorId } from '../domain/covariance/registry.js';
import { chooseLowCorrelation } from '../domain/low-correlation.js';
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

const inThread = <Input, Output>(name: string): ComputeTask<Input, Output> => ({
  module: new URL('../domain/correlation-window.js', import.meta.url),
  name,
});
const tasks = {
  pairwise: inThread<Parameters<typeof pairwiseIn>[0], ReturnType<typeof pairwiseIn>>('pairwiseIn'),
  repaired: inThread<Parameters<typeof repairedIn>[0], ReturnType<typeof repairedIn>>('repairedIn'),
  estimated: inThread<Parameters<typeof estimatedIn>[0], ReturnType<typeof estimatedIn>>('estimatedIn'),
  withFirst: inThread<Parameters<typeof withFirstIn>[0], ReturnType<typeof withFirstIn>>('withFirstIn'),
};
/** How long a request waits for the thread, which works on one question after the other. */
const longestWaitMs = 8_000;

/** How assets move together, from stored daily closes. */
@Injectable()
export class CorrelationsService {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly closes: AdjustedCloses,
    private readonly splits: AssetSplits,
    private readonly compute: ComputePool,
  ) {}

  /** @throws DomainError `invalid` naming what nobody knows */
  async matrix(viewer: OwnerId, query: CorrelationsQuery): Promise<CorrelationsView> {
    const assetIds = await this.known(query.assets);
    const window = await this.window(viewer, query);
    const { input, simulated, notes } = await this.prices(assetIds, window);
    const { estimator } = query;
    if (estimator !== 'pairwise') {
      const found = await this.computed(tasks.estimated, {
        ...input,
        estimator: estimator as CovarianceEstimatorId,
      });
      return {
        ...aboutView(window, assetIds, found.assets),
        simulated,
        notes,
        estimator,
        ...entriesView(found),
        shrinkage: found.shrinkage,
        effective_observations: found.effectiveObservations,
        repair_distance: found.effectiveObservations === null ? null : (found.repairDistance ?? 0),
        repaired_matrix: null,
      };
    }
    const { found, nearest } = await this.computed(tasks.repaired, input);
    const n = found.assets.length;
    return {
      ...aboutView(window, assetIds, found.assets),
      simulated,
      notes,
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
    const { input, simulated, notes } = await this.prices([anchor, ...candidates], window);
    const { limit, count } = query;
    const { assets, matrix, observations } = await this.computed(tasks.pairwise, input);
    const place = new Map(assets.map((assetId, i) => [assetId, i]));
    const correlationOf = (a: AssetId, b: AssetId): number | null => {
      const [i, j] = [place.get(a), place.get(b)];
      return i === undefined || j === undefined ? null : matrix[i]![j]!;
    };
    const { chosen, tooCorrelated, unknown } = chooseLowCorrelation(
      candidates
        .filter((assetId) => place.has(assetId))
        .map((assetId) => ({ assetId, correlationToAnchor: correlationOf(assetId, anchor) })),
      correlationOf,
      { limit, count },
    );
    const inCommon = (assetId: AssetId) => observations[place.get(assetId)!]![place.get(anchor)!]!;
    return {
      ...aboutView(window, [anchor, ...candidates], assets),
      simulated,
      notes,
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
    const others = assetIds.filter((assetId) => assetId !== anchor);
    const { input } = await this.prices([anchor, ...others], recent(viewer, lookbackDays));
    const found = await this.computed(tasks.withFirst, input);
    return new Map(found.map(({ assetId, correlation }) => [assetId, correlation]));
  }

  /** Correlations of the assets with prices, in US dollars. */
  async between(
    viewer: OwnerId,
    assetIds: readonly AssetId[],
    lookbackDays: number,
  ): Promise<Map<AssetId, Map<AssetId, number | null>>> {
    const { input } = await this.prices([...new Set(assetIds)], recent(viewer, lookbackDays));
    const { assets, matrix } = await this.computed(tasks.pairwise, input);
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
      knownAt: instantIfGiven('as_known_at', query.as_known_at, now),
      lookbackDays: query.lookback_days,
      numeraire: (await this.assets.known(query.numeraire, 'numeraire')).id,
    };
  }

  /** What is stored of the window, for the thread. */
  private async prices(
    assetIds: readonly AssetId[],
    { viewer, asOf, knownAt, lookbackDays, numeraire }: Window,
  ): Promise<{ input: CorrelationWindow; simulated: boolean; notes: string[] }> {
    const needed = [...assetIds, numeraire].filter((assetId) => assetId !== usd);
    const since = lookbackStart(asOf, lookbackDays);
    const splits = await this.splits.of(viewer, needed, knownAt);
    const read = await this.closes.of(needed, { viewer, since, before: asOf - dayMs + 1, knownAt }, splits);
    const closes = new Map(
      [...read].map(([assetId, { openTimes, usd: inUsd }]) => [assetId, { openTimes, closes: inUsd }]),
    );
    const simulated = [...read.values()].some(({ world }) => world !== '');
    const notes = [...read].flatMap(([assetId, prices]) => splitNotes(assetId, prices.splits));
    return { input: { assetIds, closes, numeraire, asOf, lookbackDays }, simulated, notes };
  }

  /** In a thread: a matrix of fifty assets holds the event loop up for seconds. */
  private computed<Input, Output>(task: ComputeTask<Input, Output>, input: Input): Promise<Output> {
    return this.compute.runWithin(
      task,
      input,
      longestWaitMs,
      (seconds) => `the correlations were not there within ${seconds} seconds: ask for fewer assets or days, or later`,
    );
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
  withPrices: readonly AssetId[],
) => ({
  numeraire,
  as_of: toIso(asOf),
  as_known_at: knownAt === undefined ? null : toIso(knownAt),
  lookback_days: lookbackDays,
  no_prices: asked.filter((assetId) => !withPrices.includes(assetId)),
});

const entriesView = ({ assets, matrix, observations }: Correlations) => ({
  assets: [...assets],
  matrix: matrix.map((row) => [...row]),
  observations: observations.map((row) => [...row]),
});
