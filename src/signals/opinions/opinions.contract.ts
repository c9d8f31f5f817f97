import type { AskForOpinionInput, GivenOpinion, OpinionQuestion } from '../../ai/ai.contract.js';
import type { AskedAbout } from '../../ai/domain/check-opinion.js';
import type { SignalId } from '../../shared/ids.js';
import { secondMs, type IsoInstant } from '../../shared/time.js';

export const askForOpinionsWorkflow = 'askForOpinions';
export type AskForOpinions = (input: AskForOpinionsInput) => Promise<OpinionsAsked>;
/** `id` is that of the run, and of its part where a run has parts. */
export const opinionsWorkflowId = (id: string) => `opinions:${id}`;
export const opinionOnSignalWorkflow = 'opinionOnSignal';
export type OpinionOnSignal = (input: OpinionOnSignalInput) => Promise<RecordedOpinion>;
export const opinionWorkflowId = (signalId: SignalId) => `opinion:${signalId}`;

/** Opinions on one signal at the most: the first, and one after each of two complaints. */
export const mostOpinions = 3;
/** So long a run waits for opinions; what comes later is marked as late. */
export const onTimeMs = 30 * secondMs;

export interface AskForOpinionsInput {
  /** Stored signals; at most some hundred, a run of more asks part by part. */
  signalIds: SignalId[];
  /**
   * Asks about rehearsals, too, to try the way that an opinion takes: a model may know what came after their as-of, so
   * that its opinion is worth nothing.
   */
  rehearsals: boolean;
}

interface OpinionsAsked {
  /** Signals that somebody is asked about. */
  asked: number;
  /** Of these, how many had their asking ended in time; the others follow. */
  ended: number;
}

export interface OpinionOnSignalInput {
  signalId: SignalId;
}

/** What is to be asked about a signal. */
export type OpinionPlan =
  | {
      kind: 'ask';
      question: OpinionQuestion;
      about: AskedAbout;
      asOf: IsoInstant;
      /** An answer counts until then. */
      until: IsoInstant;
    }
  | { kind: 'none'; why: string };

/** One opinion that was asked for, and what is wrong with it. */
export interface AskedOpinion {
  input: AskForOpinionInput;
  /** Empty for the one that is used, and for one that never came. */
  complaints: string[];
  at: IsoInstant;
}

export interface RecordOpinionInput {
  signalId: SignalId;
  asked: AskedOpinion[];
  ended: { outcome: 'answered'; given: GivenOpinion } | { outcome: 'refused' | 'unanswered'; why: string };
}

export interface RecordedOpinion {
  outcome: 'answered' | 'refused' | 'unanswered';
  /** What is served since. */
  arm: 'rules' | 'rules_and_ai';
  late: boolean;
  reasons: string[];
}

/** Implemented by activities/opinions.activities.ts. */
export interface OpinionActivities {
  /**
   * Those of the signals that are worth asking about: alive, not held back, not asked about yet, no rehearsals unless they
   * are wanted.
   */
  signalsToAskAbout(input: AskForOpinionsInput): Promise<SignalId[]>;
  planOpinion(input: OpinionOnSignalInput): Promise<OpinionPlan>;
  /** Once for a signal: a second attempt answers what the first one recorded. */
  recordOpinion(input: RecordOpinionInput): Promise<RecordedOpinion>;
}
