import { RequestContext } from '@mikro-orm/core';
import { MikroORM } from '@mikro-orm/postgresql';
import { AuditService } from '../../../src/audit/audit.service.js';
import type { BiasReportView } from '../../../src/bias/bias.schemas.js';
import { seededRandom } from '../../../src/risk/domain/random.js';
import type { OwnerId } from '../../../src/shared/ids.js';
import { dayMs, toIso, utcDate } from '../../../src/shared/time.js';
import { openOrm } from '../../support/database.js';
import { storeCloses, today } from '../../support/price-histories.js';
import { startService, type Service } from '../../support/story.js';

const days = 900;
const firstTrade = 420;
const assets = ['BTC', 'ETH', 'SOL', 'ADA', 'LINK', 'AVAX'];
const random = seededRandom(11);
const prices = assets.map(() => {
  let price = 100;
  return Array.from({ length: days }, () => (price *= Math.exp(0.03 * random.normal())));
});
const instantOf = (day: number) => today() - (days - day) * dayMs;

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
  const orm = await openOrm(service.database.url);
  for (const [i, asset] of assets.entries()) {
    await storeCloses(
      orm,
      asset,
      prices[i]!.map((close, day) => [instantOf(day), close.toFixed(8)] as const),
    );
  }
  await orm.close();
}, 60_000);
afterAll(() => service.stop());

const signal = {
  symbol: 'btc',
  signal_type: 'BUY',
  category: 'swing',
  entry_price: 100,
  take_profit: 110,
  stop_loss: 95,
  take_profit_pct: 10,
  stop_loss_pct: 5,
  risk_reward_ratio: 2,
  position_size_pct: 0.05,
  timestamp: '2026-11-25T08:00:00.123456',
  strength: 'strong',
  confidence: 0.7,
  indicators: { rsi: 28 },
};
const check = (over: object = {}) => service.http.post('/api/ai/bias-check').send({ ...signal, ...over });

async function aPortfolio(name = 'Traded'): Promise<string> {
  const { body } = await service.http.post('/api/v1/portfolios').send({ name }).expect(201);
  return body.id as string;
}
async function biasOf(id: string, query: Record<string, string> = {}): Promise<BiasReportView> {
  const answer = await service.http.get(`/api/v1/portfolios/${id}/bias`).query(query);
  expect({ status: answer.status, detail: answer.body.detail }).toEqual({ status: 200, detail: undefined });
  return answer.body as BiasReportView;
}
const findingOf = ({ findings }: BiasReportView, bias: string) => findings.find((one) => one.bias === bias)!;

/** Buys one asset every third day and sells, every fourth, half of what has gained. */
function sellerOfGains(): object[] {
  const held = assets.map(() => ({ units: 0, cost: 0 }));
  const transactions: object[] = [];
  for (let day = firstTrade; day < days; day++) {
    const executed_at = toIso(instantOf(day) + dayMs / 2);
    const record = (kind: string, i: number, units: number) => {
      const price = prices[i]![day]!.toFixed(8);
      transactions.push({
        kind,
        executed_at,
        asset: assets[i],
        quantity: units.toFixed(8),
        price,
        external_id: `${kind} ${day}`,
      });
    };
    if (day % 3 === 0) {
      const i = (day / 3) % assets.length;
      const units = 1_000 / prices[i]![day]!;
      held[i]!.units += units;
      held[i]!.cost += units * prices[i]![day]!;
      record('buy', i, units);
    }
    if (day % 4 === 0) {
      const i = held.findIndex(({ units, cost }, of) => units > 0 && units * prices[of]![day]! > cost * 1.02);
      if (i < 0) continue;
      const units = held[i]!.units / 2;
      held[i] = { units, cost: held[i]!.cost / 2 };
      record('sell', i, units);
    }
  }
  return transactions;
}

test('without a portfolio a signal is checked by its size alone, and no AI is said to have judged it', async () => {
  const { body } = await check().expect(200);
  expect(body).toMatchObject({
    symbol: 'BTC',
    bias_detected: false,
    bias_type: null,
    ai_confidence: null,
    rule_based_flags: 0,
    mitigation: { suggestions: [], action_required: false },
    recommendation: 'OK',
    portfolio_id: null,
  });
  const { body: large } = await check({ position_size_pct: 0.7 }).expect(200);
  expect(large).toMatchObject({
    bias_detected: true,
    bias_type: 'concentration',
    rule_based_flags: 1,
    mitigation: { suggestions: [{ type: 'concentration', severity: 'high' }], action_required: true },
    recommendation: 'AVOID_TRADING',
  });
});

test.each([
  [{ symbol: undefined }, 'symbol'],
  [{ signal_type: 'HOLD' }, 'signal_type'],
  [{ position_size_pct: 1.5 }, 'position_size_pct'],
  [{ stop_loss: 'low' }, 'stop_loss'],
  [{ timestamp: 'yesterday' }, 'timestamp'],
  [{ symbol: 'NOSUCH' }, 'symbol'],
])('a signal with %j is refused naming %s', async (over, field) => {
  const answer = await check(over);
  expect(answer.status).toBe(422);
  expect(typeof answer.body.detail).toBe('string');
  expect(answer.body.errors).toMatchObject([{ field }]);
});

test('a body that is no object is refused with 422', async () => {
  const answer = await service.http.post('/api/ai/bias-check').send([signal]);
  expect([answer.status, typeof answer.body.detail]).toEqual([422, 'string']);
});

test('an empty portfolio gets ten answers that say what is missing', async () => {
  const report = await biasOf(await aPortfolio());
  expect(report.findings).toHaveLength(10);
  expect(report.findings.every(({ verdict, missing }) => verdict === 'not_enough_data' && missing.length > 0)).toBe(
    true,
  );
  expect(report).toMatchObject({ overall: 'OK', recent_loss: 0, win_streak: 0, false_discoveries: { tests: 0 } });
});

test('an unknown portfolio, another parameter and a time to come are refused', async () => {
  const get = (id: string, query: object) => service.http.get(`/api/v1/portfolios/${id}/bias`).query(query);
  await get('019a7c3e-5c01-7b10-8f3e-4a7b2e61c0aa', {}).expect(404);
  await get('no-id', {}).expect(422);
  const id = await aPortfolio('Refused');
  await get(id, { as_of: '2999-01-01' }).expect(422);
  await get(id, { lookback: '3' }).expect(422);
});

describe('who sells gains alone', () => {
  let id: string;
  beforeAll(async () => {
    id = await aPortfolio('Seller of gains');
    const transactions = sellerOfGains();
    await service.http.post(`/api/v1/portfolios/${id}/transactions`).send({ transactions }).expect(200);
  });

  test('is suspected of the disposition effect, with its numbers and what the policy says', async () => {
    const report = await biasOf(id);
    const found = findingOf(report, 'disposition');
    expect(found).toMatchObject({ verdict: 'suspected', severity: 'high', response: 'ask_reason', missing: [] });
    expect(found.effect!.words).toMatch(/of gains and 0 % of losses were realised/);
    expect(found.p_value!).toBeLessThan(1e-4);
    expect(found.adjusted_p_value!).toBeGreaterThan(found.p_value!);
    expect(found.values['realised_losses']).toBe(0);
    expect(report.overall).toBe('AVOID_TRADING');
    expect(report.simulated).toBe(false);
  });

  test('what came after an as-of says nothing about it', async () => {
    const as_of = utcDate(instantOf(firstTrade + 300));
    const before = await biasOf(id, { as_of });
    expect(findingOf(before, 'disposition').sample.size).toBeGreaterThan(10);
    await service.http
      .post(`/api/v1/portfolios/${id}/transactions`)
      .send({ kind: 'sell', executed_at: toIso(today()), asset: 'ETH', quantity: '0.01', price: '1' })
      .expect(201);
    expect(await biasOf(id, { as_of })).toEqual(before);
    // nothing of it was recorded then
    const { findings } = await biasOf(id, { as_of, as_known_at: as_of });
    expect(findings.every(({ verdict }) => verdict === 'not_enough_data')).toBe(true);
  });

  test('answers to opinions are read from the audit trail', async () => {
    const audit = service.api.get(AuditService, { strict: false });
    const orm = service.api.get(MikroORM);
    const tell = (n: number, kind: string, eventKey: string, payload: Record<string, unknown>) =>
      audit.append({
        stream: `portfolio:${id}`,
        ownerId: 'local' as OwnerId,
        subject: `decision:${n}`,
        eventKey: `decision:${n}:${eventKey}`,
        actor: 'local',
        kind,
        payload,
      });
    await RequestContext.create(orm.em, async () => {
      for (let n = 0; n < 24; n++) {
        const direction = n % 2 === 0 ? 'buy' : 'sell';
        await tell(n, 'proposed', 'proposed', {
          rehearsal: false,
          proposal: {},
          evidence: { signals: [{ asset_id: 'ETH', direction, opinion: { direction } }] },
        });
        await tell(n, direction === 'buy' ? 'approved' : 'rejected', 'settled', { choice: 'approve' });
      }
    });
    expect(findingOf(await biasOf(id), 'confirmation')).toMatchObject({
      verdict: 'suspected',
      sample: { size: 24 },
      values: { buys_ignored: 0, buys_followed: 12, sells_ignored: 12, sells_followed: 0 },
    });
    // a rehearsal of another day knows all that is known now, and nothing that was answered since
    const yesterday = { as_of: toIso(today() - dayMs), as_known_at: toIso(Date.now()) };
    expect(findingOf(await biasOf(id, yesterday), 'confirmation')).toMatchObject({
      verdict: 'not_enough_data',
      sample: { size: 0 },
    });
  });
});

test('a signal of the default portfolio is judged by the weight that it leads to', async () => {
  const { body } = await service.http.get('/api/v1/portfolios?limit=50').expect(200);
  const first = (body.items as { id: string; is_default: boolean }[]).find((one) => one.is_default)!;
  const holdings = { BTC: '55', ETH: '0', USD: (45 * prices[0]![days - 1]!).toFixed(2) };
  await service.http.put(`/api/v1/portfolios/${first.id}/holdings`).send({ holdings }).expect(200);
  const { body: within } = await check({ position_size_pct: 0.04, stop_loss_pct: 10 }).expect(200);
  expect(within).toMatchObject({ bias_detected: false, portfolio_id: first.id });
  const { body: above } = await check({ position_size_pct: 0.06, stop_loss_pct: 10 }).expect(200);
  expect(above.flags).toMatchObject([{ bias: 'concentration', response: 'ask_reason' }]);
  expect(above.flags[0].message).toMatch(/BTC would be 61 % of the portfolio, above its limit of 60 %/);
});
