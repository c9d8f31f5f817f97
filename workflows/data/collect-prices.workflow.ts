import { ApplicationFailure, continueAsNew, patched, proxyActivities, workflowInfo } from '@temporalio/workflow';
import {
  collectionPath,
  type AssetCollection,
  type CollectPrices,
  type CollectPricesInput,
  type CollectionReport,
  type DataActivities,
} from '../../src/data/data.contract.js';
import { reportOf, unasked, wasReached, whyNothingCame } from '../../src/data/domain/collecting.js';
import { readAtLength, writeOnce } from '../activity-options.js';
import { asJob } from '../jobs/as-job.js';
import { collectEachAsset, isRetired } from './collect-each-asset.js';
import { collectSeries, type Told } from './collect-series.js';
import { CollectionProgress, inDetails, type TellProgress } from './collection-progress.js';

const { planCollection } = proxyActivities<DataActivities>({
  ...readAtLength,
  summary: 'what is missing, and whom to ask for it',
});
const { recordCollectionReport } = proxyActivities<DataActivities>({
  ...writeOnce,
  summary: 'what was collected, and from where',
});

/** Series that are asked for at the same time: a source's budget is shared by all of them. */
const atOnce = 4;
/** While a collection has not reached a single source it pauses so often, and only for the first series that need it. */
const pausesForNobody = 2;

/**
 * What is missing of each asset's bars, from its sources in their order until two have them, compared and reported.
 *
 * What a source cannot give is an outcome: the next one is asked. Nothing that is stored is asked for again when a worker
 * dies, or when the workflow continues as new.
 */
export const collectPrices: CollectPrices = async (input) => {
  // replay-tested: 2026-11-25
  // Remove with collect-each-asset.ts after 2027-02: no collection of the older shape is open by then.
  if (!patched('ask-each-source') || isRetired(input)) return collectEachAsset(input);
  const { jobId, collectionId } = input;
  if (jobId === null) return collect(input, inDetails);
  return asJob(jobId, async (progress) => {
    const report = await collect(input, progress);
    await recordCollectionReport({ collectionId, report });
    const why = report.assets.every(({ series }) => series === null) ? whyNothingCame(report.assets) : undefined;
    if (why) throw ApplicationFailure.nonRetryable(why.reason, why.type);
    return { value: report, result: collectionPath(collectionId) };
  });
};

async function collect(input: CollectPricesInput, tell: TellProgress): Promise<CollectionReport> {
  const { collectionId, assets, intervals, from, asOf, recheck, earlier, continueAfterEvents } = input;
  const wanted = { collectionId, assets, intervals, from, asOf, ...(recheck && { recheck }) };
  const left = earlier?.left ?? (await planCollection(wanted)).series.map(unasked);
  const done: AssetCollection[] = [...(earlier?.done ?? [])];
  const begunAt = earlier?.begunAt ?? Date.now();
  const progress = new CollectionProgress(tell, begunAt, earlier?.partsDone ?? 0);
  // an earlier run that does not know has had answers enough to grow long
  let isReached = earlier !== undefined && (earlier.isReached ?? true);
  const mustStop = () => {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return continueAsNewSuggested || historyLength >= (continueAfterEvents ?? Infinity);
  };
  let isGivenUp = false;
  const mayPause = (round: number): boolean => {
    if (isReached || (round < pausesForNobody && !isGivenUp)) return true;
    // replay-tested: 2026-11-25
    // Remove the patch after 2027-02: no collection without it is open by then.
    if (!patched('short-wait-for-nobody')) return true;
    isGivenUp = true;
    return false;
  };

  const waiting = [...left.keys()];
  const unfinished = new Set(waiting);
  const collectNext = async (): Promise<void> => {
    for (let i = waiting.shift(); i !== undefined; i = waiting.shift()) {
      const at = i;
      const onAnswer: Told['onAnswer'] = (series, fetched) => {
        left[at] = series;
        isReached ||= wasReached(fetched);
        progress.answered(left);
      };
      const collected = await collectSeries(input, left[at]!, { onAnswer, mustStop, mayPause });
      if (!collected) continue;
      unfinished.delete(at);
      done.push(collected);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, collectNext));
  await progress.told();
  if (unfinished.size > 0) {
    const rest = left.filter((_, i) => unfinished.has(i));
    return continueAsNew<CollectPrices>({
      ...input,
      earlier: { done, left: rest, partsDone: progress.partsDone, begunAt, isReached },
    });
  }
  return reportOf(done, assets);
}
