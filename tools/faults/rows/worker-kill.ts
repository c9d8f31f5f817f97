import type { StackRow } from '../fault-row.js';
import { eraseTables } from '../final-tables.js';
import { killedRuns } from '../killed-run.js';
import { makePortfolio, requestPipeline, sampleHoldings } from '../scenario.js';

export const workerKill: StackRow = {
  name: 'worker-kill',
  fault:
    'the worker is killed with -9 at a random instant of a pipeline run over six assets, and started again at once',
  promise: 'the job succeeds, and every table of the database holds what it holds after an undisturbed run',
  trialsPerStack: 10,
  prepare(lab) {
    const start = async () => {
      await eraseTables(lab);
      const portfolioId = await makePortfolio(lab, 'worker-kill', sampleHoldings);
      const begin = Date.now();
      await requestPipeline(lab, portfolioId, 'worker-kill');
      return { begin };
    };
    return killedRuns(lab, { start });
  },
};
