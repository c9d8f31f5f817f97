import { proxyActivities } from '@temporalio/workflow';
import type { DataActivities, FetchBarsInput, FetchedBars } from '../../src/data/data.contract.js';
import { unreached } from '../../src/data/domain/collecting.js';
import { askForPart } from '../activity-options.js';
import { whyUnreached } from './unreached.js';

const { fetchBars } = proxyActivities<DataActivities>(askForPart);

/** One part of one source's history; that the source could not be asked, however often, is an outcome, too. */
export async function fetchPart(input: FetchBarsInput, taskQueue: string): Promise<FetchedBars> {
  const { source, interval, assetId, part } = input;
  const summary = `${interval} bars of ${assetId} from ${source}, ${part.from ?? 'all'} to ${part.to}`;
  try {
    return await fetchBars.executeWithOptions({ taskQueue, summary }, [input]);
  } catch (error) {
    const why = whyUnreached(error);
    if (why === undefined) throw error;
    return unreached(why);
  }
}
