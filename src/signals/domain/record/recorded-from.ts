import type { RecordedSignal } from './recorded-signal.js';

/** What is read of a signal, in this order; what was not said or is not known yet is null. */
export const recordColumns = [
  'id',
  'category',
  'asOf',
  'riskRewardRatio',
  'strength',
  'confidencePoints',
  'size',
  'heldBackBy',
  'opinion',
  'late',
  'calls',
  'milliseconds',
  'aiConfidencePoints',
  'aiSize',
  'aiCancelled',
  'served',
  'exitedAt',
  'returnUsd',
  'returnBtc',
  'rMultiple',
] as const;

type Opinion = NonNullable<RecordedSignal['opinion']>;
type Outcome = NonNullable<RecordedSignal['outcome']>;
type Row = readonly [
  id: string,
  category: RecordedSignal['category'],
  asOf: number,
  riskRewardRatio: number,
  strength: RecordedSignal['strength'],
  confidencePoints: number,
  size: number,
  heldBackBy: string[] | null,
  opinion: Opinion['outcome'] | null,
  late: boolean,
  calls: number,
  milliseconds: number,
  aiConfidencePoints: number,
  aiSize: number,
  aiCancelled: boolean,
  served: Opinion['served'],
  exitedAt: Outcome['exitedAt'] | null,
  returnUsd: number,
  returnBtc: number | null,
  rMultiple: number,
];

/** Signals from the JSON of rows in the order of `recordColumns`. */
export const recordedFrom = (json: string): RecordedSignal[] => (JSON.parse(json) as Row[]).map(recordedOf);

const recordedOf = ([
  signalId,
  category,
  asOf,
  riskRewardRatio,
  strength,
  confidencePoints,
  size,
  heldBackBy,
  opinion,
  late,
  calls,
  milliseconds,
  aiConfidencePoints,
  aiSize,
  aiCancelled,
  served,
  exitedAt,
  returnUsd,
  returnBtc,
  rMultiple,
]: Row): RecordedSignal => ({
  signalId,
  category,
  asOf,
  riskRewardRatio,
  strength,
  baseline: { confidencePoints, sizeFraction: size, isCancelled: false },
  heldBackBy: heldBackBy ?? [],
  opinion:
    opinion === null
      ? null
      : {
          outcome: opinion,
          late,
          calls,
          milliseconds,
          ai: { confidencePoints: aiConfidencePoints, sizeFraction: aiSize, isCancelled: aiCancelled },
          served,
        },
  outcome: exitedAt === null ? null : { exitedAt, returnUsd, returnBtc, rMultiple },
});
