import { Injectable } from '@nestjs/common';
import { Context } from '@temporalio/activity';
import { BarFetcher } from '../src/data/collection/bar-fetcher.js';
import { CollectionPlanner } from '../src/data/collection/collection-planner.js';
import { CollectionsService } from '../src/data/collection/collections.service.js';
import { SeriesVerifier } from '../src/data/collection/series-verifier.js';
import { SingleAssetCollector } from '../src/data/collection/single-asset-collector.js';
import type {
  AssetCollection,
  CollectAssetInput,
  CollectionPlan,
  DataActivities,
  FetchBarsInput,
  FetchedBars,
  PlanCollectionInput,
  RetiredDataActivities,
  ScheduledCollectionsReport,
  VerifySeriesInput,
} from '../src/data/data.contract.js';
import { HttpSourceIo } from '../src/data/sources/http-source-io.js';
import { beat } from '../src/platform/temporal/heartbeat.js';

type Input<Name extends keyof DataActivities> = Parameters<DataActivities[Name]>[0];

@Injectable()
export class DataActivitiesProvider implements DataActivities, RetiredDataActivities {
  constructor(
    private readonly planner: CollectionPlanner,
    private readonly fetcher: BarFetcher,
    private readonly verifier: SeriesVerifier,
    private readonly single: SingleAssetCollector,
    private readonly collections: CollectionsService,
  ) {}

  planCollection(input: PlanCollectionInput): Promise<CollectionPlan> {
    return this.planner.plan(input, Date.now(), (note) => beat({ note }));
  }

  fetchBars(input: FetchBarsInput): Promise<FetchedBars> {
    const { assetId, interval } = input;
    return this.fetcher.fetch(input, ioOf(assetId), (note) => beat({ assetId, interval, note }));
  }

  verifySeries(input: VerifySeriesInput): Promise<AssetCollection> {
    const { assetId, interval } = input;
    return this.verifier.verify(input, (note) => beat({ assetId, interval, note }));
  }

  recordCollectionReport({ collectionId, report }: Input<'recordCollectionReport'>): Promise<void> {
    return this.collections.recordReport(collectionId, report);
  }

  requestScheduledCollection(input: Input<'requestScheduledCollection'>): Promise<ScheduledCollectionsReport> {
    return this.collections.requestScheduled(input.schedule, input.scheduledTime);
  }

  collectAsset(input: CollectAssetInput): Promise<AssetCollection> {
    const { assetId, interval } = input;
    return this.single.collect(input, ioOf(assetId), (note) => beat({ assetId, interval, note }));
  }
}

const ioOf = (assetId: string) =>
  new HttpSourceIo({
    signal: Context.current().cancellationSignal,
    onRequest: (url) => beat({ assetId, asking: url }),
  });
