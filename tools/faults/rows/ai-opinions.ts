import { dayMs, toIso, utcDate } from '../../../src/shared/time.js';
import type { FaultOrder } from '../../ai-simulator/faults.js';
import type { Chance, StackRow, TrialOutcome } from '../fault-row.js';
import { asOf, type Lab } from '../lab.js';
import { jobsAtTheirEnd, makePortfolio, requestPipeline, sampleHoldings, unsuccessful } from '../scenario.js';

/** A 429 that names no time asks for a minute's rest: the client alone is tried with that. */
const kinds: readonly FaultOrder['kind'][] = [
  'timeout',
  '429',
  '500',
  '503',
  'cut',
  'html',
  'truncated-json',
  'wrong-schema',
  'refused',
  'contradiction',
  'wrong-side',
  'far-levels',
  'injection',
  'slow',
];
/** Fewer than open the circuit, whose rest alone would take a minute. */
const mostFaults = 4;
const firstDay = Date.parse('2024-10-01T00:00:00Z');
const days = 240;
const patienceMs = 90_000;
/** What a policy that may only lower takes off at the most. */
const mostPointsLower = 20;
const mostOpinions = 3;

interface OpinionRow {
  signal_id: string;
  outcome: 'answered' | 'refused' | 'unanswered';
  attempts: { number: number }[];
  summary: string | null;
  base_points: number;
  base_size: number;
  ai_points: number;
  ai_size: number;
  ai_cancelled: boolean;
  served_points: number;
  served_size: number;
  served_cancelled: boolean;
}

/** One run of signals whose opinions meet faults. */
class Trial {
  private readonly complaints: string[] = [];

  constructor(
    private readonly lab: Lab,
    private readonly portfolioId: string,
    private readonly chance: Chance,
  ) {}

  async run(): Promise<TrialOutcome> {
    const { lab, chance } = this;
    const day = utcDate(firstDay + Math.floor(chance.between(0, days)) * dayMs);
    await this.signalRun(day, 'none');
    const undisturbed = await this.signals(day);
    const faults = Array.from({ length: 1 + Math.floor(chance.between(0, mostFaults)) }, () => this.aFault());
    await lab.ai.clearFaults();
    for (const kind of faults) await lab.ai.fault({ kind, route: '/ai/trading' });
    const before = await this.calls();
    await this.signalRun(day, 'wanted');
    const ids = undisturbed.map(({ id }) => id);
    const opinions = await this.opinionsOn(ids);
    for (const opinion of opinions) this.judge(opinion);
    const disturbed = await this.signals(day);
    const differences = undisturbed.filter(({ row }, i) => row !== disturbed[i]?.row).length;
    const after = await this.calls();
    const [sent, kept] = [after.sent - before.sent, after.kept - before.kept];
    if (sent !== kept) this.complaints.push(`${sent} calls were sent and ${kept} kept`);
    const of = (outcome: OpinionRow['outcome']) => opinions.filter((one) => one.outcome === outcome).length;
    const lost = ids.length - opinions.length;
    const more = disturbed.length - undisturbed.length;
    return {
      acknowledgedLost: lost,
      duplicateEffects: after.answeredTwice + Math.max(0, more) + (await this.startedTwice(ids)),
      jobsLost: 0,
      differences,
      complaints: [...this.complaints, ...(lost > 0 ? [`after ${faults.join(', ')}`] : [])],
      measured: {
        signals: ids.length,
        faults: faults.length,
        answered: of('answered'),
        refused: of('refused'),
        unanswered: of('unanswered'),
      },
    };
  }

  private aFault(): FaultOrder['kind'] {
    return kinds[Math.floor(this.chance.between(0, kinds.length))]!;
  }

  private async signalRun(day: string, opinions: 'none' | 'wanted'): Promise<void> {
    const body = {
      portfolio_id: this.portfolioId,
      assets: Object.keys(sampleHoldings),
      categories: ['swing', 'long_term'],
      as_of: day,
      opinions,
    };
    await this.lab.api.json(202, 'POST', '/api/v1/signals/runs', {
      body,
      key: `${this.portfolioId} ${day} ${opinions}`,
    });
    this.complaints.push(...unsuccessful(await jobsAtTheirEnd(this.lab, patienceMs)));
  }

  /** Those of a day, as their rows are, in the order of their ids; nobody asks about those that are held back. */
  private signals(day: string): Promise<{ id: string; row: string }[]> {
    return this.lab.sql<{ id: string; row: string }>(
      'select id, to_jsonb(s)::text as row from signal s where portfolio_id = $1 and as_of = $2 and held_back is null order by id',
      [this.portfolioId, toIso(Date.parse(day) + dayMs)],
    );
  }

  /** What is recorded of the signals once all is, or once patience is over. A rest that a fault asked for is cut short. */
  private async opinionsOn(ids: readonly string[]): Promise<OpinionRow[]> {
    for (const end = Date.now() + patienceMs; ;) {
      const rows = await this.lab.sql<OpinionRow>(
        `select o.signal_id, o.outcome, o.attempts, o.summary, s.confidence_points as base_points,
           s.position_size_pct as base_size, o.ai_confidence_points as ai_points, o.ai_size_fraction as ai_size,
           o.ai_cancelled, o.served_confidence_points as served_points, o.served_size_fraction as served_size,
           o.served_cancelled
         from signal_opinion o join signal s on s.id = o.signal_id where o.signal_id = any($1)`,
        [ids],
      );
      if (rows.length >= ids.length || Date.now() > end) return rows;
      await this.lab.sql(`update source_state set resting_until = now() where resting_until > now()`);
      await this.lab.pause(200);
    }
  }

  private judge(opinion: OpinionRow): void {
    const { base_points: points, base_size: size } = opinion;
    const complain = (what: string) => this.complaints.push(`${opinion.outcome} ${opinion.signal_id}: ${what}`);
    const isBase = (p: number, s: number, cancelled: boolean) => p === points && s === size && !cancelled;
    if (opinion.outcome !== 'answered') {
      if (!isBase(opinion.served_points, opinion.served_size, opinion.served_cancelled))
        complain('changed what is served');
      if (!isBase(opinion.ai_points, opinion.ai_size, opinion.ai_cancelled)) complain('changed the AI arm');
    }
    if (opinion.served_points > points) complain(`raised ${points} points to ${opinion.served_points}`);
    if (opinion.served_points < points - mostPointsLower)
      complain(`lowered ${points} points to ${opinion.served_points}`);
    if (opinion.served_size > size || opinion.ai_size > size) complain('made the position larger');
    if (opinion.attempts.length > mostOpinions) complain(`took ${opinion.attempts.length} opinions`);
    if (/[\u0000-\u001f\u202e\u200b]|<<|>>/.test(opinion.summary ?? '')) complain('holds unseen characters');
  }

  /** Of the model: as the simulator counted them, as they are kept, and questions with a second answer. */
  private async calls(): Promise<{ sent: number; kept: number; answeredTwice: number }> {
    const [row] = await this.lab.sql<{ kept: number; twice: number }>(
      `select count(*)::int as kept,
         (count(*) filter (where outcome = 'answered')
           - count(distinct key) filter (where outcome = 'answered'))::int as twice
       from ai_exchange`,
    );
    const sent = (await this.lab.ai.requests())['/ai/trading/analyze'] ?? 0;
    return { sent, kept: row!.kept, answeredTwice: row!.twice };
  }

  /** Signals that more than one workflow asked about. */
  private startedTwice(ids: readonly string[]): Promise<number> {
    return this.lab.askTemporal(async (client) => {
      let more = 0;
      for (const id of ids) {
        const query = `WorkflowId = 'opinion:${id}'`;
        const { count } = await client.workflow.count(query);
        more += Math.max(0, count - 1);
      }
      return more;
    });
  }
}

/** A portfolio whose policy lets opinions lower what is served, and the prices that its signals are made of. */
async function portfolioOf(lab: Lab): Promise<string> {
  const limits = { signals: { opinions: 'lower' } };
  const policy = { name: 'opinions may lower', limits, reason: 'to be hurt' };
  const { id: policyId } = await lab.api.json<{ id: string }>(201, 'POST', '/api/v1/policies', { body: policy });
  const portfolioId = await makePortfolio(lab, 'opinions', sampleHoldings);
  await lab.api.json(200, 'PUT', `/api/v1/portfolios/${portfolioId}/policy`, { body: { policy_id: policyId } });
  await requestPipeline(lab, portfolioId, `prices for opinions until ${asOf}`);
  const failed = unsuccessful(await jobsAtTheirEnd(lab, patienceMs));
  if (failed.length > 0) throw new Error(failed.join('; '));
  return portfolioId;
}

export const aiOpinions: StackRow = {
  name: 'ai-opinions',
  fault: `the opinions on the signals of six assets at a random day meet 1 to ${mostFaults} of ${kinds.length} faults of fks_ai (no answer, 429, 5xx, cut or wrong JSON, contradictions, a model that was taken over, ten times slower)`,
  promise:
    'every signal has one record of its asking, nobody is asked twice, no number of a signal changes, what is served stays within the policy, and without a good opinion it is what the rules say',
  trialsPerStack: 100,
  prepare: async (lab) => {
    let portfolioId: string | undefined;
    return async (chance) => new Trial(lab, (portfolioId ??= await portfolioOf(lab)), chance).run();
  },
};
