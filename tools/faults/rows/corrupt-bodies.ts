import { AnsweringServer } from '../corruption/answering-server.js';
import { judgedBodies } from '../corruption/corpus-run.js';
import { corruptions } from '../corruption/corruptions.js';
import { detailsOf, documentOf, matrixOf, type Counted } from '../corruption/matrix.js';
import { wireFormats } from '../corruption/wire-formats.js';
import type { Chance, StacklessRow, TrialOutcome } from '../fault-row.js';

/** No family may need more than this beyond what was used before the trial, whatever a body holds. */
const mostMegabytes = 512;

const megabytes = () => process.memoryUsage().rss / 1_048_576;

async function trial(server: AnsweringServer, chance: Chance): Promise<TrialOutcome> {
  const before = megabytes();
  const bodies: Counted[] = [];
  const complaints: string[] = [];
  let most = before;
  for await (const { family, corruption, judged } of judgedBodies(chance, server)) {
    bodies.push({ family, corruption, rows: judged.rows });
    complaints.push(...judged.complaints.map((said) => `${family}, ${corruption}: ${said}`));
    most = Math.max(most, megabytes());
  }
  if (most - before > mostMegabytes) complaints.push(`needed ${(most - before).toFixed(0)} MB more than before`);
  const { all } = matrixOf(bodies);
  return {
    acknowledgedLost: 0,
    duplicateEffects: 0,
    jobsLost: 0,
    differences: all.corruptAccepted + all.cleanRefused,
    complaints,
    measured: {
      bodies: bodies.length,
      'clean rows accepted': all.cleanAccepted,
      'clean rows refused': all.cleanRefused,
      'corrupt rows accepted': all.corruptAccepted,
      'corrupt rows refused': all.corruptRefused,
      'memory MB': most,
    },
    details: detailsOf(bodies),
  };
}

export const corruptBodies: StacklessRow = {
  name: 'corrupt-bodies',
  fault: `each of ${corruptions.length} corruptions is done to one body of each of ${wireFormats.length} sources that it fits, at a random place`,
  promise: 'the rows that are accepted are exactly those that were left clean, and nothing crashes',
  async prepareAlone() {
    const server = await AnsweringServer.start();
    return { trial: (chance) => trial(server, chance), stop: () => server.stop() };
  },
  document: (run) => ({ file: 'docs/generated/corruption.md', text: documentOf(run) }),
};
