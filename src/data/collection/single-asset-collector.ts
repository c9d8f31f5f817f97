import { Injectable } from '@nestjs/common';
import { Fault } from '../../shared/errors.js';
import type { AssetCollection, CollectAssetInput } from '../data.contract.js';
import { afterAnswer, nextQuestion, unasked, whyNothingCame } from '../domain/collecting.js';
import type { SourceIo } from '../sources/market-data-source.js';
import { BarFetcher } from './bar-fetcher.js';
import { CollectionPlanner } from './collection-planner.js';
import { SeriesVerifier } from './series-verifier.js';

/** The whole collection of one asset in one step, for workflows that began when it was one. */
@Injectable()
export class SingleAssetCollector {
  constructor(
    private readonly planner: CollectionPlanner,
    private readonly fetcher: BarFetcher,
    private readonly verifier: SeriesVerifier,
  ) {}

  /** @throws Fault when nothing came and a source could not be asked: another attempt may find more */
  async collect(input: CollectAssetInput, io: SourceIo, tell: (note: string) => void): Promise<AssetCollection> {
    const { collectionId, assetId, interval, asOf } = input;
    const of = { collectionId, assets: [assetId], intervals: [interval], from: null, asOf };
    const { series: planned } = await this.planner.plan(of, io.now(), tell);
    let series = unasked(planned[0]!);
    for (let next = nextQuestion(series); next; next = nextQuestion(series)) {
      const { source, part, completes } = next;
      const question = { ...of, assetId, interval: series.interval, source, part, completes, mayWait: true };
      series = afterAnswer(series, next, await this.fetcher.fetch(question, io, tell));
    }
    const { asked: fetched, spared } = series;
    const collected = await this.verifier.verify({ ...of, ...series, fetched, spared }, tell, io.now());
    const why = collected.series === null ? whyNothingCame([collected]) : undefined;
    if (why && why.type !== 'PricesMissing') throw new Fault(why.type, why.reason);
    return collected;
  }
}
