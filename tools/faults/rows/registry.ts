import type { FaultRow } from '../fault-row.js';
import { aiFaults } from './ai-faults.js';
import { aiOpinions } from './ai-opinions.js';
import { backfillKill } from './backfill-kill.js';
import { corruptBodies } from './corrupt-bodies.js';
import { duplicates } from './duplicates.js';
import { hostileInput } from './hostile-input.js';
import { oppositeAnswers } from './opposite-answers.js';
import { postgresRestart } from './postgres-restart.js';
import { signalRunKill } from './signal-run-kill.js';
import { temporalOutage } from './temporal-outage.js';
import { workerKill } from './worker-kill.js';

/** Every row, in the order of the table. A new one is a file beside this one and a line here. */
export const faultRows: readonly FaultRow[] = [
  workerKill,
  temporalOutage,
  postgresRestart,
  duplicates,
  oppositeAnswers,
  backfillKill,
  corruptBodies,
  hostileInput,
  aiFaults,
  signalRunKill,
  aiOpinions,
];
