import { Injectable } from '@nestjs/common';
import { Context } from '@temporalio/activity';
import type { AssetCollection, CollectAssetInput, DataActivities } from '../src/data/data.contract.js';
import { PriceCollector } from '../src/data/price-collector.js';
import { HttpSourceIo } from '../src/data/sources/http-source-io.js';
import { beat } from '../src/platform/temporal/heartbeat.js';

@Injectable()
export class DataActivitiesProvider implements DataActivities {
  constructor(private readonly collector: PriceCollector) {}

  async collectAsset(input: CollectAssetInput): Promise<AssetCollection> {
    const signal = Context.current().cancellationSignal;
    const io = new HttpSourceIo({ signal, onRequest: (url) => beat({ assetId: input.assetId, asking: url }) });
    return this.collector.collect(input, io, (note) => beat({ assetId: input.assetId, note }));
  }
}
