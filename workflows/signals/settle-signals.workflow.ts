import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { SettleSignals, SignalActivities } from '../../src/signals/signals.contract.js';
import { readAtLength } from '../activity-options.js';

// Repeating it is free: a signal is settled once.
const { settleSignals: followSignals } = proxyActivities<SignalActivities>({
  ...readAtLength,
  summary: 'live signals on later bars',
});

/** Follows every live signal on the bars that came after it, and keeps what became of it. */
export const settleSignals: SettleSignals = async () => {
  const report = await followSignals();
  setCurrentDetails(`**${report.settled} settled**, ${report.open} still open`);
  return report;
};
