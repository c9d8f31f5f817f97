import { proxyActivities, sleep } from '@temporalio/workflow';
import type {
  AssetCollection,
  CollectPricesInput,
  DataActivities,
  FetchedBars,
  SeriesLeft,
} from '../../src/data/data.contract.js';
import { afterAnswer, nextQuestion, toAskAgain } from '../../src/data/domain/collecting.js';
import { minuteMs, secondMs } from '../../src/shared/time.js';
import { readAtLength } from '../activity-options.js';
import { fetchPart } from './fetch-part.js';

const { verifySeries } = proxyActivities<DataActivities>(readAtLength);

/** Where nobody could be asked and nothing that is stored answers, the sources are asked again after these pauses. */
const pausesMs = [10 * secondMs, 30 * secondMs, 90 * secondMs, 2 * minuteMs];

export interface Told {
  /** Hears of every answer, with what is left after it. */
  onAnswer: (left: SeriesLeft, fetched: FetchedBars) => void;
  mustStop: () => boolean;
  /** Whether another pause is worth it, after so many. */
  mayPause: (pauses: number) => boolean;
}

/**
 * One asset's bars from its sources in their order until enough have them, compared and reported; undefined when the
 * workflow must stop before.
 */
export async function collectSeries(
  input: CollectPricesInput,
  begun: SeriesLeft,
  { onAnswer, mustStop, mayPause }: Told,
): Promise<AssetCollection | undefined> {
  const { collectionId, from, asOf } = input;
  const { assetId, interval, spared } = begun;
  const of = { collectionId, assetId, interval, from, asOf };
  let series = begun;
  for (let round = 0; ; round++) {
    for (let next = nextQuestion(series); next; next = nextQuestion(series)) {
      if (mustStop()) return undefined;
      const { source, taskQueue, part, completes, votes } = next;
      // somebody waits for a collection within another workflow: a second opinion is not worth minutes
      const mayWait = input.jobId !== null || votes === 0;
      const question = { ...of, source, part, completes, mayWait };
      const fetched = await fetchPart(question, taskQueue);
      series = afterAnswer(series, next, fetched);
      onAnswer(series, fetched);
    }
    const summary = `${interval} bars of ${assetId} compared`;
    const collected = await verifySeries.executeWithOptions({ summary }, [{ ...of, fetched: series.asked, spared }]);
    const again = collected.series === null ? toAskAgain(series) : undefined;
    const pause = pausesMs[round];
    if (!again || pause === undefined || !mayPause(round)) return collected;
    await sleep(pause, { summary: `${assetId}: no source could be asked` });
    series = again;
  }
}
