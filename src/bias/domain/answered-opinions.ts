import type { AnsweredOpinion } from './trading-history.js';

/** A step of a decision as the audit trail has it. */
export interface DecisionEvent {
  /** `decision:{id}` */
  readonly subject: string;
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/**
 * What was answered to opinions of the AI: one of each proposal that was approved or rejected, that on the asset whose weight
 * the proposal changes the most. It was followed when the proposal goes its way and was approved, or goes the other way and
 * was rejected. Rehearsals, opinions to hold and proposals without an answer do not count; events may come in any order.
 */
export function answeredOpinions(events: readonly DecisionEvent[]): AnsweredOpinion[] {
  const answers = new Map<string, boolean>();
  for (const { subject, kind } of events) {
    if (kind === 'approved' || kind === 'rejected') answers.set(subject, kind === 'approved');
  }
  return events.flatMap(({ subject, kind, payload }) => {
    const approved = answers.get(subject);
    if (kind !== 'proposed' || approved === undefined || payload['rehearsal'] === true) return [];
    const strongest = proposedMoves(payload).toSorted((a, b) => b.size - a.size)[0];
    if (!strongest) return [];
    const { side, goesUp } = strongest;
    return [{ decisionId: subject, side, followed: ((side === 'buy') === goesUp) === approved }];
  });
}

interface ProposedMove {
  readonly side: 'buy' | 'sell';
  readonly goesUp: boolean;
  readonly size: number;
}

/** Assets that a proposal changes and on which an opinion was shown. */
function proposedMoves(payload: DecisionEvent['payload']): ProposedMove[] {
  const changes = new Map(
    listIn(objectIn(payload, 'proposal'), 'weights').map((weight) => {
      const [current, target] = [weight['current_weight'], weight['target_weight']];
      const change = typeof current === 'number' && typeof target === 'number' ? target - current : 0;
      return [weight['asset_id'], change];
    }),
  );
  return listIn(objectIn(payload, 'evidence'), 'signals').flatMap((signal) => {
    const side = objectIn(signal, 'opinion')['direction'];
    if (side !== 'buy' && side !== 'sell') return [];
    // what proposes no weights proposes to do as the signal says
    const change = changes.size > 0 ? (changes.get(signal['asset_id']) ?? 0) : signal['direction'] === 'buy' ? 1 : -1;
    return change === 0 ? [] : [{ side, goesUp: change > 0, size: Math.abs(change) }];
  });
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objectIn = (from: Json, name: string): Json => {
  const value = from[name];
  return isObject(value) ? value : {};
};
const listIn = (from: Json, name: string): Json[] => {
  const value = from[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
};
