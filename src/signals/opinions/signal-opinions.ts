import { Injectable } from '@nestjs/common';
import { aiFollowed, effectOf, opinionBounds, type OpinionAnswer, type OpinionMode } from '../../ai/domain/effect.js';
import { OpinionsService } from '../../ai/opinions.service.js';
import { ClosedBars } from '../../data/candles/closed-bars.js';
import { revisionsFor } from '../../data/domain/candle.js';
import { PoliciesService } from '../../policies/policies.service.js';
import { InvariantViolation } from '../../shared/errors.js';
import type { OwnerId, PortfolioId, SignalId } from '../../shared/ids.js';
import { toIso, type EpochMs } from '../../shared/time.js';
import { askedBy, rehearsalAskedForMs, signalQuestion, whyTooLateToAsk } from '../domain/signal-question.js';
import { categoryRules } from '../domain/trade-category.js';
import { OpinionRecord } from '../record/opinion-record.js';
import { onTimeMs, type OpinionPlan, type RecordedOpinion, type RecordOpinionInput } from './opinions.contract.js';
import { SignalOpinionRepository, type SignalOpinionRow } from './signal-opinion.repository.js';
import { seriesOf, SignalRepository, type StoredSignal } from '../signal.repository.js';

/** What is asked about stored signals, and what is kept of the answers. */
@Injectable()
export class SignalOpinions {
  constructor(
    private readonly signals: SignalRepository,
    private readonly kept: SignalOpinionRepository,
    private readonly bars: ClosedBars,
    private readonly policies: PoliciesService,
    private readonly record: OpinionRecord,
    private readonly opinions: OpinionsService,
  ) {}

  /** In the order in which they were given. */
  async toAskAbout(ids: readonly SignalId[], rehearsals: boolean, now: EpochMs): Promise<SignalId[]> {
    const asked = await this.kept.of(ids);
    const signals = await this.signals.stored(ids);
    const isWanted = ({ id, heldBack, rehearsal, expiresAt }: StoredSignal) =>
      !asked.has(id) && !heldBack && (rehearsal ? rehearsals : expiresAt.getTime() > now);
    const wanted = new Set(signals.filter(isWanted).map(({ id }) => id));
    return ids.filter((id) => wanted.has(id));
  }

  async plan(id: SignalId, now: EpochMs): Promise<OpinionPlan> {
    const signal = await this.signalOf(id);
    const { category, rehearsal } = signal;
    const expiresAt = rehearsal ? now + rehearsalAskedForMs : signal.expiresAt.getTime();
    const why = whyTooLateToAsk(askedBy[category], expiresAt, now);
    if (why !== undefined) return { kind: 'none', why };
    const series = seriesOf(signal);
    const last = categoryRules[category].lookbackBars;
    const asOf = signal.asOf.getTime();
    const bars = await this.bars.of(series, asOf, { last, revisions: revisionsFor(series, rehearsal) });
    const asked = signalQuestion(signal, bars);
    if (asked.kind === 'none') return asked;
    const { question, about } = asked;
    return { kind: 'ask', question, about, asOf: toIso(asOf), until: toIso(expiresAt) };
  }

  /** Both arms of a signal as its asking has ended. A signal that has an opinion keeps it. */
  async keep({ signalId, asked, ended }: RecordOpinionInput, now: EpochMs): Promise<RecordedOpinion> {
    const signal = await this.signalOf(signalId);
    const { category, direction, confidencePoints, positionSizePct: sizeFraction } = signal;
    const given = ended.outcome === 'answered' ? ended.given : null;
    const tooLate = given && whyTooLate(signal, Date.parse(given.answeredAt));
    const isUsed = given !== null && tooLate === undefined;
    const answer: OpinionAnswer = isUsed
      ? { kind: 'opinion', opinion: given.opinion, complaints: [] }
      : { kind: 'unanswered', why: tooLate ?? (ended.outcome === 'answered' ? '' : ended.why) };
    const exchanges = await this.opinions.exchangesOf(asked.map(({ input }) => input));
    const calls = exchanges.flat();
    const isSimulated = given?.simulated === true || calls.some(({ simulated }) => simulated);
    const { setting, mode } = await this.modeFor({ ...signal, simulated: signal.simulated || isSimulated });
    const base = { direction, confidencePoints, sizeFraction };
    const ai = effectOf(base, answer, aiFollowed, true);
    const served = effectOf(base, answer, { ...opinionBounds, mode }, mode === 'lower_and_raise');
    const opinion = isUsed ? given.opinion : null;
    const row = await this.kept.keep({
      signalId,
      ownerId: signal.ownerId,
      kind: askedBy[category],
      outcome: isUsed ? 'answered' : ended.outcome === 'refused' ? 'refused' : 'unanswered',
      attempts: asked.map(({ input, complaints, at }, i) => {
        const last = exchanges[i]?.at(-1);
        return { number: input.number, exchangeId: last?.id ?? null, key: last?.key ?? null, complaints, at };
      }),
      direction: opinion?.direction ?? null,
      confidence: opinion?.confidence ?? null,
      model: opinion?.model ?? null,
      summary: opinion?.rationale.summary ?? null,
      answeredAt: isUsed ? new Date(given.answeredAt) : null,
      simulated: isSimulated,
      late: isUsed && now - signal.createdAt.getTime() > onTimeMs,
      calls: calls.length,
      milliseconds: calls.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
      aiConfidencePoints: ai.confidencePoints,
      aiSizeFraction: ai.sizeFraction,
      aiCancelled: ai.isCancelled,
      setting,
      mode,
      servedBasis: served.basis,
      servedConfidencePoints: served.confidencePoints,
      servedSizeFraction: served.sizeFraction,
      servedCancelled: served.isCancelled,
      reasons: [...served.reasons],
      recordedAt: new Date(now),
    });
    return recordedOf(row);
  }

  private async signalOf(id: SignalId): Promise<StoredSignal> {
    const [signal] = await this.signals.stored([id]);
    if (!signal) throw new InvariantViolation(`there is no signal ${id}`);
    return signal;
  }

  /** What the policy in force says, and what it comes to for this signal; `simulated` by its prices or its opinion. */
  private async modeFor(signal: StoredSignal): Promise<Pick<SignalOpinionRow, 'setting' | 'mode'>> {
    const { ownerId, portfolioId } = signal;
    const { limits } = await this.policies.inForce(ownerId as OwnerId, portfolioId as PortfolioId);
    const setting = limits.signals.opinions;
    const mode: OpinionMode = setting === 'by_record' ? await this.record.allows(signal) : setting;
    return { setting, mode };
  }
}

/** An answer of after the expiry changes nothing any more. A rehearsal's expiry is no instant of ours. */
const whyTooLate = ({ rehearsal, expiresAt }: StoredSignal, answeredAt: EpochMs): string | undefined =>
  rehearsal || answeredAt <= expiresAt.getTime()
    ? undefined
    : `it came at ${toIso(answeredAt)}, after the signal had expired at ${toIso(expiresAt.getTime())}`;

const recordedOf = ({ outcome, servedBasis: arm, late, reasons }: SignalOpinionRow): RecordedOpinion => ({
  outcome,
  arm,
  late,
  reasons,
});
