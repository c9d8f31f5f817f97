import { startService, type Service } from '../../support/story.js';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
}, 60_000);
afterAll(() => service.stop());

const conversion = '/api/v1/conversions?from=EUR&to=USD&amount=200&as_of=2024-01-04';

test('a euro is no dollar: it is worth what a stored series says, and nothing is known without one', async () => {
  const { http } = service;
  await http.get(conversion).expect(409);
  const { body: quotes } = await http.get('/api/v1/data/quotes?assets=EUR,USD').expect(200);
  const prices = quotes.items.map((one: { asset_id: string; price_usd: number | null }) => [
    one.asset_id,
    one.price_usd,
  ]);
  expect(Object.fromEntries(prices)).toEqual({ EUR: null, USD: 1 });

  const rows = [
    'date,open,high,low,close,volume',
    '2024-01-03,1.09,1.10,1.08,1.0915,',
    '2024-01-04,1.09,1.10,1.08,1.0945,',
  ];
  const form = http.post('/api/v1/data/imports').field('asset', 'EURUSD=X').field('adjustment', 'raw');
  const { body } = await form.attach('file', Buffer.from(rows.join('\n')), 'EURUSD.csv').expect(201);
  expect(body).toMatchObject({ asset_id: 'EUR', rows_new: 2, quote_currency: 'USD' });

  const { body: converted } = await http.get(conversion).expect(200);
  expect(converted).toMatchObject({ result: '218.9', rate: '1.0945' });
});

test('the dollar has no series', async () => {
  const form = service.http.post('/api/v1/data/imports').field('asset', 'USD').field('adjustment', 'raw');
  const { body } = await form
    .attach('file', Buffer.from('date,open,high,low,close,volume\n2024-01-03,1,1,1,1,\n'), 'a.csv')
    .expect(422);
  expect(body.errors[0]).toMatchObject({ field: 'asset', value: 'USD' });
});

test('a cost in euros is converted at the rate of its day, and what is unknown says why, in JSON and CSV', async () => {
  const { http } = service;
  const { body: made } = await http.post('/api/v1/portfolios').send({ name: 'Two currencies' }).expect(201);
  const path = `/api/v1/portfolios/${made.id}`;
  await http.post(`${path}/accounts`).send({ name: 'Euro', type: 'taxable', currency: 'EUR' }).expect(201);
  const buy = { kind: 'buy', asset: 'BTC', quantity: '1', price: '40000', account: 'Euro' };
  const transactions = [
    { ...buy, executed_at: '2023-06-01' },
    { ...buy, executed_at: '2024-01-05' },
    {
      kind: 'transfer',
      executed_at: '2024-02-01',
      asset: 'BTC',
      quantity: '2',
      account: 'Euro',
      to_account: 'Default',
    },
    { kind: 'deposit', executed_at: '2024-02-02', asset: 'BTC', quantity: '1' },
    { kind: 'sell', executed_at: '2024-03-01', asset: 'BTC', quantity: '3', price: '60000' },
  ];
  await http.post(`${path}/transactions`).send({ transactions }).expect(200);
  const { body } = await http.get(`${path}/gains`).expect(200);
  expect(body.realised).toMatchObject([
    { cost: '40000', cost_currency: 'EUR', exchange_rate: null, gain: null, gain_unknown: 'no_exchange_rate' },
    { cost: '40000', cost_currency: 'EUR', exchange_rate: '1.0945', gain: '16220', gain_unknown: null },
    { cost: null, gain: null, gain_unknown: 'cost_not_stated' },
  ]);
  expect(body.totals).toMatchObject([{ currency: 'USD', cost: '43780', gain: '16220', unknown: 2 }]);
  const { text } = await http.get(`${path}/gains`).set('accept', 'text/csv').expect(200);
  const [header = '', ...rows] = text.trimEnd().split('\n');
  expect(header).toMatch(/,transaction_id,lot_id,exchange_rate,gain_unknown$/);
  expect(rows.map((row) => row.split(',').slice(-2))).toEqual([
    ['', 'no_exchange_rate'],
    ['1.0945', ''],
    ['1', 'cost_not_stated'],
  ]);
});

test.each(['valuation?asof=2025-06-30', 'gains?methode=hifo', 'transactions?assets=BTC', 'rebalancing-plans?page=2'])(
  'a parameter that nobody knows is refused by its name: %s',
  async (route) => {
    const { body: made } = await service.http.post('/api/v1/portfolios').send({ name: 'Strict' }).expect(201);
    const { body } = await service.http.get(`/api/v1/portfolios/${made.id}/${route}`).expect(422);
    const [, field] = /\?(\w+)=/.exec(route)!;
    expect(body.errors).toMatchObject([{ field, message: 'is not known here' }]);
  },
);
test.each(['portfolios?limits=5', 'conversions?from=BTC&to=USD&date=2025-01-01'])('so it is in %s', async (route) => {
  const { body } = await service.http.get(`/api/v1/${route}`).expect(422);
  expect(body.errors).toMatchObject([{ message: 'is not known here' }]);
});
