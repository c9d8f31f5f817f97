import { CancellationScope, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { GuidanceActivities } from '../../src/guidance/guidance.contract.js';
import {
  signalRunPath,
  type JudgedPart,
  type SignalActivities,
  type SignalRunWorkflow,
} from '../../src/signals/signals.contract.js';
import { atOnce } from '../../src/shared/at-once.js';
import { writeOnce } from '../activity-options.js';
import { startDecision } from '../guidance/start-decision.js';
import { opinionsInTime } from './opinions-in-time.js';
import { asJob } from '../jobs/as-job.js';

// Repeating it is free: the run's id decides what is frozen, and a second attempt finds it.
const { freezeSignalRun } = proxyActivities<SignalActivities>({
  ...writeOnce,
  startToCloseTimeout: '2 min',
  summary: 'series, policy and moment of knowledge, chosen once',
});
// Repeating it is free: what stands for an asset, a category and the as-of is not judged again.
const { judgeSignals } = proxyActivities<SignalActivities>({
  ...writeOnce,
  startToCloseTimeout: '2 min',
  summary: 'rules over closed bars of some assets, signals stored',
});

// Repeating it is free: a decision about a signal is opened once.
const { tradesToDecide, openTradeDecision } = proxyActivities<GuidanceActivities>({
  ...writeOnce,
  summary: 'signals that the policy puts before a person',
});

/** Parts that are judged at a time: the next one's bars are read while the rules work on another's. */
const partsAtOnce = 4;
/** Decisions that are opened at a time; their events wait for each other at the portfolio's stream. */
const decisionsAtOnce = 8;

/** Signals of many assets in several categories at one as-of; a pair without a signal has a reason. */
export const signalRun: SignalRunWorkflow = ({ jobId, answerWithinHours, ...question }) =>
  asJob(jobId, async (progress) => {
    const { runId, ownerId, assets, categories, asOf, rehearsal, opinions } = question;
    const { parts, decides } = await freezeSignalRun(question);
    const judged: JudgedPart[] = [];
    let told: Promise<void> = Promise.resolve();
    await atOnce(partsAtOnce, [...Array(parts).keys()], async (part) => {
      judged.push(await judgeSignals({ runId, part }));
      const done = judged.length;
      const note = `asking the rules about ${assets.length} assets`;
      // one after the other: the last that is told is the furthest
      if (parts > 1) await (told = told.then(() => progress(done, parts, note)));
    });
    if (opinions === 'wanted') {
      setCurrentDetails('asking for opinions');
      const signalIds = judged.flatMap((one) => one.signalIds);
      await opinionsInTime(runId, signalIds, { rehearsals: rehearsal });
    }
    const trades = decides ? await tradesToDecide({ runId }) : [];
    await atOnce(decisionsAtOnce, trades, (signalId) =>
      // one step: a decision is never left open without the workflow that takes its answer
      CancellationScope.nonCancellable(async () => {
        await startDecision(await openTradeDecision({ signalId, ownerId, answerWithinHours }));
      }),
    );
    const signals = judged.reduce((sum, { signalIds }) => sum + signalIds.length, 0);
    const withheld = judged.reduce((sum, one) => sum + one.withheld, 0);
    setCurrentDetails(`**${signals} signals** of ${categories.join(', ')}, ${withheld} withheld, as of ${asOf}`);
    return { value: { runId, signals, withheld }, result: signalRunPath(runId) };
  });
