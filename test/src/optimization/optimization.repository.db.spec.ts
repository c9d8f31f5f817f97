import { v7 as uuidv7 } from 'uuid';
import { contentHashOf, OptimizationRepository } from '../../../src/optimization/optimization.repository.js';
import { optimizationView } from '../../../src/optimization/optimization.schemas.js';
import { OptimizationService } from '../../../src/optimization/optimization.service.js';
import type { OptimizationId, OwnerId } from '../../../src/shared/ids.js';
import { useDatabase } from '../../support/database.js';
import { aMarketSnapshot, anOptimization } from '../../support/optimizations.js';

const db = useDatabase();

const owner = 'local' as OwnerId;
const repository = () => new OptimizationRepository(db.orm.em.fork());
const service = () => new OptimizationService(repository());

describe('a market snapshot', () => {
  test('comes back digit for digit, and its hash can be computed again', async () => {
    const id = await repository().keepSnapshot(uuidv7(), owner, aMarketSnapshot());
    const loaded = await repository().snapshot(id);
    expect(loaded).toEqual(aMarketSnapshot());
    const optimization = anOptimization(id);
    await repository().keepOptimization(optimization);
    const { snapshot } = (await repository().optimizationOf(owner, optimization.id))!;
    expect(snapshot.contentHash).toBe(contentHashOf(loaded));
  });

  test('has the hash that an independent tool gives its canonical JSON', () => {
    expect(contentHashOf(aMarketSnapshot())).toBe('f9d8812a860fcec977fc27b0ab90a5f5a00b22775be8c17d4fb0c70d27942742');
  });

  test('differs in its hash by one digit of one price', () => {
    expect(contentHashOf(aMarketSnapshot())).not.toBe(contentHashOf(aMarketSnapshot('134.44400024414063')));
  });

  test('is frozen once under its key, whatever prices come later', async () => {
    const key = uuidv7();
    expect(await repository().snapshotIdByKey(key)).toBeNull();
    const first = await repository().keepSnapshot(key, owner, aMarketSnapshot());
    const again = await repository().keepSnapshot(key, owner, aMarketSnapshot('1'));
    expect(again).toBe(first);
    expect(await repository().snapshot(first)).toEqual(aMarketSnapshot());
  });

  test('is one row after five attempts at once', async () => {
    const key = uuidv7();
    const ids = await Promise.all(
      Array.from({ length: 5 }, () => repository().keepSnapshot(key, owner, aMarketSnapshot())),
    );
    expect(new Set(ids).size).toBe(1);
  });

  test('that does not exist is not found', async () => {
    await expect(repository().snapshot(uuidv7())).rejects.toMatchObject({ kind: 'not_found' });
  });
});

describe('an optimization', () => {
  test('is stored once and answered as it was stored', async () => {
    const snapshotId = await repository().keepSnapshot(uuidv7(), owner, aMarketSnapshot());
    const row = anOptimization(snapshotId);
    await repository().keepOptimization(row);
    const again = await repository().keepOptimization({ ...row, state: 'infeasible', reason: 'later', weights: [] });
    expect(again).toMatchObject({ state: 'solved', reason: null, weights: row.weights });
  });

  test('is shown with its weights, certificate and snapshot', async () => {
    const snapshotId = await repository().keepSnapshot(uuidv7(), owner, aMarketSnapshot());
    const row = anOptimization(snapshotId);
    await repository().keepOptimization(row);
    const shown = await service().view(owner, row.id);
    expect(optimizationView.parse(shown)).toEqual(shown);
    expect(shown).toMatchObject({
      id: row.id,
      state: 'solved',
      reason: null,
      as_of: '2021-01-04T00:00:00Z',
      optimizer: { id: 'min_variance', version: 1 },
      weights: [
        { asset_id: 'BTC', weight: 0.5, min: 0.5, max: 0.6, binding: 'lower', shadow_price: 0.25 },
        { asset_id: 'ETH', weight: 0.5, min: 0, max: 0.5, binding: 'upper', shadow_price: 0 },
      ],
      volatility: 0.4,
      certificate: { dual_residual: 1e-17, duality_gap: 2e-17, iterations: 3, condition_number: null },
      snapshot: {
        id: snapshotId,
        observations: 2,
        periods_per_year: 365,
        first_date: '2021-01-01',
        last_date: '2021-01-03',
        lookback_days: 365,
      },
    });
  });

  test('that is infeasible is shown with its reason', async () => {
    const snapshotId = await repository().keepSnapshot(uuidv7(), owner, aMarketSnapshot());
    const row = anOptimization(snapshotId, {
      state: 'infeasible',
      reason: 'weights must sum to 1',
      weights: [],
      certificate: null,
      statistics: {
        volatility: null,
        observations: 2,
        tradingDays: null,
        periodsPerYear: null,
        assetVolatilities: [],
        effectiveObservations: null,
        shrinkage: null,
        expectedReturns: null,
      },
    });
    await repository().keepOptimization(row);
    const shown = await service().view(owner, row.id);
    expect(optimizationView.parse(shown)).toEqual(shown);
    expect(shown).toMatchObject({
      state: 'infeasible',
      reason: 'weights must sum to 1',
      weights: [],
      certificate: null,
    });
  });

  test('is not found for somebody else', async () => {
    const snapshotId = await repository().keepSnapshot(uuidv7(), owner, aMarketSnapshot());
    const row = anOptimization(snapshotId);
    await repository().keepOptimization(row);
    const other = 'other' as OwnerId;
    await expect(service().view(other, row.id)).rejects.toMatchObject({ kind: 'not_found' });
    expect(await service().exists(other, row.id as OptimizationId)).toBe(false);
    expect(await service().exists(owner, row.id as OptimizationId)).toBe(true);
  });
});
