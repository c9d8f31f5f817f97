import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { AssetSplits } from '../../../../src/portfolio/ledger/asset-splits.js';
import type { AssetId, OwnerId } from '../../../../src/shared/ids.js';
import { useDatabase } from '../../../support/database.js';
import { startApi, testConfig } from '../../../support/service.js';

const db = useDatabase();
let app: NestExpressApplication;
const owner = 'local' as OwnerId;
const http = () => request(app.getHttpServer());

beforeAll(async () => (app = await startApi(testConfig(db.database.url))));
afterAll(() => app.close());

test('splits are those that sources tell, then those of the ledgers in effect, as known at a moment', async () => {
  const [beforeAny, assets] = [Date.now() - 1, ['AAPL', 'NVDA'] as AssetId[]];
  const { body: portfolio } = await http().post('/api/v1/portfolios').send({ name: 'Core' }).expect(201);
  const path = `/api/v1/portfolios/${portfolio.id}/transactions`;
  const split = async (asset: string, ratio: string, executed: string) =>
    (await http().post(path).send({ kind: 'split', asset, ratio, executed_at: executed }).expect(201)).body;
  await http()
    .post(path)
    .send({ kind: 'deposit', asset: 'AAPL', quantity: '8', executed_at: '2019-01-01' })
    .expect(201);
  await http()
    .post(path)
    .send({ kind: 'deposit', asset: 'NVDA', quantity: '8', executed_at: '2019-01-01' })
    .expect(201);
  await split('AAPL', '4', '2020-08-31T20:00:00Z');
  const wrong = await split('NVDA', '1:10', '2024-06-10');
  const beforeReversal = Date.now();
  await http().post(`${path}/${wrong.id}/reverse`).send({ reason: 'one to ten it was not' }).expect(201);
  await db.orm.em.fork().execute(
    `insert into corporate_action (asset_id, source, kind, ex_date, numerator, denominator, known_at)
     values ('AAPL', 'polygon', 'split', '2020-08-31', 4, 1, now()), ('MSFT', 'polygon', 'split', '2003-02-18', 2, 1, now())`,
  );

  const splits = app.get(AssetSplits);
  const day = Date.parse('2020-08-31T00:00:00Z');
  const ledgers = { day, factor: 4, toldBy: 'ledger' };
  expect(await splits.of(owner, assets)).toEqual(new Map([['AAPL', [{ day, factor: 4, toldBy: 'polygon' }, ledgers]]]));
  expect(await splits.of(owner, assets, beforeReversal)).toEqual(
    new Map([
      ['AAPL', [ledgers]],
      ['NVDA', [{ day: Date.parse('2024-06-10T00:00:00Z'), factor: 0.1, toldBy: 'ledger' }]],
    ]),
  );
  expect(await splits.of(owner, assets, beforeAny)).toEqual(new Map());
});
