import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type {
  GenerateSignals,
  GenerateSignalsInput,
  SignalActivities,
  SignalsSummary,
} from '../../src/signals/signals.contract.js';
import { writeOnce } from '../activity-options.js';

// Repeating it is free: the run's id decides what is stored, and a second attempt answers what the first one stored.
const { evaluateSignals } = proxyActivities<SignalActivities>({
  ...writeOnce,
  startToCloseTimeout: '1 min',
  summary: 'rules over closed bars, signals stored',
});

/** Rule-based signals for each series and category at one as-of; an asset without a signal has a reason. */
export const generateSignals: GenerateSignals = async (input: GenerateSignalsInput): Promise<SignalsSummary> => {
  setCurrentDetails(`asking the rules about ${input.series.length} assets as of ${input.asOf}`);
  const summary = await evaluateSignals(input);
  setCurrentDetails(
    [
      `**${summary.signalIds.length} signals**, ${summary.withheld.length} withheld, as of ${input.asOf}`,
      ...summary.withheld.map(({ assetId, category, reason }) => `- ${assetId} (${category}): ${reason}`),
    ].join('\n'),
  );
  return summary;
};
