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
