import type { Chance, StackRow, TrialOutcome } from '../fault-row.js';
import { compareTables, eraseTables, readTables, type Tables } from '../final-tables.js';
import type { Lab } from '../lab.js';
import { jobsAtTheirEnd, makePortfolio, requestPipeline, sampleHoldings, unsuccessful } from '../scenario.js';

const patienceMs = 180_000;
/** A run that was quicker than the undisturbed one may end before the instant drawn for it; then another is drawn. */
const draws = 5;

interface Undisturbed {
  tables: Tables;
  milliseconds: number;
}

async function startRun(lab: Lab): Promise<{ begin: number }> {
  await eraseTables(lab);
  const portfolioId = await makePortfolio(lab, 'worker-kill', sampleHoldings);
  const begin = Date.now();
  await requestPipeline(lab, portfolioId, 'worker-kill');
  return { begin };
}

async function undisturbedRun(lab: Lab): Promise<Undisturbed> {
  const { begin } = await startRun(lab);
  const jobs = await jobsAtTheirEnd(lab, patienceMs);
  const [wrong] = unsuccessful(jobs);
  if (wrong) throw new Error(`the undisturbed run failed: ${wrong}`);
  return { tables: await readTables(lab), milliseconds: Number(jobs[0]?.finished_at) - begin };
}

async function trial(lab: Lab, undisturbed: Undisturbed, chance: Chance): Promise<TrialOutcome> {
  for (let draw = 1; ; draw++) {
    const { begin } = await startRun(lab);
    const at = chance.next() * undisturbed.milliseconds;
    await lab.pause(Math.max(0, begin + at - Date.now()));
    const killed = Date.now();
    await lab.killWorker();
    lab.startWorker();
    const jobs = await jobsAtTheirEnd(lab, patienceMs);
    const finished = Number(jobs[0]?.finished_at ?? Number.NaN);
    if (finished <= killed) {
      if (draw === draws) throw new Error(`the run ended before the kill ${draws} times`);
      continue;
    }

    const lost = unsuccessful(jobs);
    const { differences, duplicates, words } = compareTables(undisturbed.tables, await readTables(lab));
    return {
      acknowledgedLost: jobs.length === 1 ? 0 : 1,
      duplicateEffects: duplicates,
      jobsLost: lost.length,
      differences,
      complaints: [...lost, ...words],
      measured: {
        'undisturbed s': undisturbed.milliseconds / 1_000,
        'killed after s': (killed - begin) / 1_000,
        'from kill to success s': (finished - killed) / 1_000,
      },
    };
  }
}

export const workerKill: StackRow = {
  name: 'worker-kill',
  fault:
    'the worker is killed with -9 at a random instant of a pipeline run over six assets, and started again at once',
  promise: 'the job succeeds, and every table of the database holds what it holds after an undisturbed run',
  trialsPerStack: 10,
  async prepare(lab) {
    await undisturbedRun(lab); // the first run warms everything up
    const [reference, second] = [await undisturbedRun(lab), await undisturbedRun(lab)];
    const { differences, words } = compareTables(reference.tables, second.tables);
    if (differences > 0)
      throw new Error(`two undisturbed runs differ, so nothing can be compared: ${words.join('; ')}`);
    return (chance) => trial(lab, reference, chance);
  },
};
