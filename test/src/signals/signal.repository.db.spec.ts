import { v7 as uuidv7 } from 'uuid';
import { SettlementRepository } from '../../../src/signals/settlements/settlement.repository.js';
import { SignalOpinionRepository } from '../../../src/signals/opinions/signal-opinion.repository.js';
import { SignalRepository } from '../../../src/signals/signal.repository.js';
import { SignalsService } from '../../../src/signals/signals.service.js';
import { signalsQuery } from '../../../src/signals/signals.schemas.js';
import { signalDetailView, signalPage, signalView } from '../../../src/signals/signals.views.js';
import type { OwnerId, PipelineId } from '../../../src/shared/ids.js';
import { useDatabase } from '../../support/database.js';
import { anOpinionRow, aSignal, aSignalRun } from '../../support/signals.js';

const db = useDatabase();

const repository = () => new SignalRepository(db.orm.em.fork());
const service = () =>
  new SignalsService(
    repository(),
    new SettlementRepository(db.orm.em.fork()),
    new SignalOpinionRepository(db.orm.em.fork()),
  );

test('a run that was never recorded is null, not empty', async () => {
  expect(await repository().recordedRun(uuidv7())).toBeNull();
});

test('a run comes back with its signals and the reasons for those withheld', async () => {
  const run = aSignalRun();
  const recorded = await repository().recordRun(run, [aSignal(run), aSignal(run, { assetId: 'ETH' })]);
  expect(recorded.run.withheld).toEqual(run.withheld);
  expect(recorded.signals.map(({ assetId }) => assetId)).toEqual(['BTC', 'ETH']);
});

test('a run without any signal is recorded all the same', async () => {
  const run = aSignalRun();
  await repository().recordRun(run, []);
  expect(await repository().recordedRun(run.id)).toMatchObject({ signals: [] });
});

test('recording the same run again answers the first signals and writes nothing', async () => {
  const run = aSignalRun();
  const first = await repository().recordRun(run, [aSignal(run)]);
  const again = await repository().recordRun({ ...run, withheld: [] }, [
    aSignal(run),
    aSignal(run, { assetId: 'SOL' }),
  ]);
  expect(again.signals.map(({ id }) => id)).toEqual(first.signals.map(({ id }) => id));
  expect(again.run.withheld).toEqual(run.withheld);
});

test('two attempts at once leave one set of signals, which both answer', async () => {
  const run = aSignalRun();
  const attempts = await Promise.all(
    Array.from({ length: 5 }, () => repository().recordRun(run, [aSignal(run), aSignal(run, { assetId: 'ETH' })])),
  );
  const ids = attempts.map(({ signals }) => signals.map(({ id }) => id).join());
  expect(new Set(ids).size).toBe(1);
  expect(attempts[0]!.signals).toHaveLength(2);
});

test('a failing write leaves neither run nor signals behind', async () => {
  const run = aSignalRun();
  const broken = aSignal(run, { assetId: 'ETH', direction: 'up' as 'buy' });
  await expect(repository().recordRun(run, [aSignal(run), broken])).rejects.toThrow(/direction/);
  expect(await repository().recordedRun(run.id)).toBeNull();
});

test('prices keep every digit that they were given', async () => {
  const run = aSignalRun();
  await repository().recordRun(run, [aSignal(run, { entryPrice: '134.44400024414062' })]);
  const { signals } = (await repository().recordedRun(run.id))!;
  expect(signals[0]!.entryPrice).toBe('134.44400024414062');
});

describe('what a client reads', () => {
  const owner = `owner-${uuidv7()}` as OwnerId;
  const other = `owner-${uuidv7()}` as OwnerId;
  const run = aSignalRun({ ownerId: owner });
  const later = aSignalRun({ ownerId: owner });
  const foreign = aSignalRun({ ownerId: other });
  const query = (text: Record<string, string> = {}) => signalsQuery.parse(text);

  beforeAll(async () => {
    await repository().recordRun(run, [aSignal(run), aSignal(run, { assetId: 'ETH' })]);
    await repository().recordRun(later, [aSignal(later, { assetId: 'ETH', simulated: true })]);
    await repository().recordRun(foreign, [aSignal(foreign)]);
  });

  test('is newest first and belongs to one owner', async () => {
    const page = await service().page(owner, query());
    expect(page.items.map((one) => [one.pipeline_id, one.asset_id])).toEqual([
      [later.id, 'ETH'],
      [run.id, 'ETH'],
      [run.id, 'BTC'],
    ]);
    expect(page.next_cursor).toBeNull();
    expect(signalPage.parse(page)).toEqual(page);
  });

  test('is filtered by run, portfolio, asset and category', async () => {
    const assetsOf = async (text: Record<string, string>) =>
      (await service().page(owner, query(text))).items.map(({ asset_id }) => asset_id);
    expect(await assetsOf({ pipeline_id: run.id })).toEqual(['ETH', 'BTC']);
    expect(await assetsOf({ portfolio_id: later.portfolioId })).toEqual(['ETH']);
    expect(await assetsOf({ asset_id: 'BTC' })).toEqual(['BTC']);
    expect(await assetsOf({ category: 'scalp' })).toEqual([]);
    expect(await assetsOf({ pipeline_id: foreign.id })).toEqual([]);
  });

  test('comes page by page without a gap or a repeat', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await service().page(owner, query({ limit: '1', ...(cursor !== null && { cursor }) }));
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    const whole = await service().page(owner, query());
    expect(seen).toEqual(whole.items.map(({ id }) => id));
  });

  test('shows prices as numbers, confidence as a fraction and times in UTC', async () => {
    const [shown] = (await service().ofRun(owner, run.id as PipelineId))!.items;
    expect(signalView.parse(shown)).toEqual(shown);
    expect(shown).toMatchObject({
      entry_price: 34235.19345116,
      take_profit: 30811.674106,
      confidence: 0.7,
      as_of: '2021-07-07T00:00:00Z',
      expires_at: '2021-08-04T00:00:00Z',
      rehearsal: true,
      simulated: false,
      evidence: { interval: '1d', range: 0.0585, trend: 'down' },
      series: { source: 'csv:cmc-usd', quote_currency: 'USD', adjustment: 'unknown' },
    });
    expect(await service().view(owner, shown!.id)).toMatchObject(shown!);
  });

  test('is served by the rules until an opinion is recorded, and then tells both arms', async () => {
    const [shown] = (await service().ofRun(owner, later.id as PipelineId))!.items;
    expect(shown).toMatchObject({
      served: { arm: 'rules', confidence: 0.7, position_size_pct: 0.2, cancelled: false },
      opinion: null,
    });
    expect(await service().view(owner, shown!.id)).toMatchObject({ opinion_attempts: null, opinion_calls: null });
    const signal = (await repository().signalOf(owner, shown!.id))!;
    const opinion = anOpinionRow(signal, {
      servedBasis: 'rules_and_ai',
      servedConfidencePoints: 60,
      servedSizeFraction: 0.15,
    });
    await new SignalOpinionRepository(db.orm.em.fork()).keep(opinion);
    const whole = await service().view(owner, signal.id);
    expect(signalDetailView.parse(whole)).toEqual(whole);
    expect(whole).toMatchObject({
      confidence: 0.7,
      position_size_pct: 0.2,
      served: { arm: 'rules_and_ai', confidence: 0.6, position_size_pct: 0.15, cancelled: false },
      opinion: { outcome: 'answered', direction: 'buy', followed: { confidence: 0.6 }, setting: 'by_record' },
      opinion_attempts: [{ number: 1, exchange_id: opinion.attempts[0]!.exchangeId, complaints: [] }],
      opinion_calls: 1,
    });
    // a list and a run tell the same
    const { items } = await service().page(owner, query({ pipeline_id: later.id }));
    expect(items[0]!.served).toEqual(whole.served);
    expect((await service().ofRun(owner, later.id as PipelineId))!.items[0]!.served).toEqual(whole.served);
  });

  test('is not found for somebody else', async () => {
    const [shown] = (await service().ofRun(owner, run.id as PipelineId))!.items;
    await expect(service().view(other, shown!.id)).rejects.toMatchObject({ kind: 'not_found' });
    expect(await service().ofRun(other, run.id as PipelineId)).toBeNull();
  });

  test('refuses a cursor of another list', async () => {
    const cursor = Buffer.from('["a","b"]').toString('base64url');
    await expect(service().page(owner, query({ cursor }))).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('refuses a cursor whose key is no id', async () => {
    const cursor = Buffer.from('["nonsense"]').toString('base64url');
    await expect(service().page(owner, query({ cursor }))).rejects.toMatchObject({ kind: 'invalid' });
  });
});
