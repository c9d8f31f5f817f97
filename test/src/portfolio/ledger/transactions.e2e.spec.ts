import { MikroORM } from '@mikro-orm/postgresql';
import { accountsOf, foldLedger, holdingsOf } from '../../../../src/portfolio/domain/ledger.js';
import { LedgerService } from '../../../../src/portfolio/ledger/ledger.service.js';
import type { OwnerId } from '../../../../src/shared/ids.js';
import { startService, type Service } from '../../../support/story.js';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
}, 60_000);
afterAll(() => service.stop());

const owner = 'local' as OwnerId;

async function aPortfolio(): Promise<string> {
  const { body } = await service.http.post('/api/v1/portfolios').send({ name: 'Ledger' }).expect(201);
  return body.id;
}
async function anAccount(portfolioId: string, account: object): Promise<string> {
  const { body } = await service.http.post(`/api/v1/portfolios/${portfolioId}/accounts`).send(account).expect(201);
  return body.id;
}
const pathOf = (id: string) => `/api/v1/portfolios/${id}/transactions`;
const post = (id: string, body: unknown) => service.http.post(pathOf(id)).send(body as object);
const holdings = async (id: string): Promise<Record<string, string>> =>
  (await service.http.get(`/api/v1/portfolios/${id}`).expect(200)).body.holdings;
const csv = (id: string, text: string | Buffer) =>
  service.http
    .post(`${pathOf(id)}/imports`)
    .set('content-type', 'text/csv')
    .send(text as string);

/** What the application keeps for readers beside what the transactions add up to. */
async function expectProjectionToBeTheFold(id: string): Promise<void> {
  const ledger = service.api.get(LedgerService);
  const orm = service.api.get(MikroORM);
  const { RequestContext } = await import('@mikro-orm/core');
  await RequestContext.create(orm.em, async () => {
    const { accounts, transactions } = await ledger.stateOf(owner, id);
    const folded = holdingsOf(foldLedger(accountsOf(accounts), transactions));
    expect(await holdings(id)).toEqual(Object.fromEntries(folded.map(({ assetId, quantity }) => [assetId, quantity])));
  });
}

const buy = {
  kind: 'buy',
  executed_at: '2024-03-01T10:15:00+02:00',
  asset: 'btc-usd',
  quantity: '0.25',
  price: '60000.10',
};

describe('one transaction', () => {
  test('is recorded with everything that it says, can be read again, and is held', async () => {
    const id = await aPortfolio();
    const answer = await post(id, {
      ...buy,
      fee: { amount: '1.5', currency: 'USD' },
      external_id: 'x-1',
      note: 'first',
    }).expect(201);
    expect(answer.body).toMatchObject({
      kind: 'buy',
      executed_at: '2024-03-01T08:15:00Z',
      asset_id: 'BTC',
      quantity: '0.25',
      price: '60000.1',
      amount: '15000.025',
      currency: 'USD',
      fee: { amount: '1.5', currency: 'USD' },
      external_id: 'x-1',
      note: 'first',
      to_account_id: null,
      reverses: null,
      reversed_by: null,
    });
    const { body } = await service.http.get(answer.headers['location'] as string).expect(200);
    expect(body).toEqual(answer.body);
    expect(await holdings(id)).toEqual({ BTC: '0.25' });
    await expectProjectionToBeTheFold(id);
  });

  test('with a business key that is there already is that one; with other content a conflict that names the field', async () => {
    const id = await aPortfolio();
    const { body: first } = await post(id, { ...buy, external_id: 'k' }).expect(201);
    const again = await post(id, { ...buy, quantity: '0.250', external_id: 'k' }).expect(200);
    expect(again.body).toEqual(first);
    const { body } = await post(id, { ...buy, quantity: '0.3', external_id: 'k' }).expect(409);
    expect(body.errors).toEqual([
      expect.objectContaining({ field: 'quantity', value: '0.3', message: expect.stringContaining('"0.25"') }),
      expect.objectContaining({ field: 'amount' }),
    ]);
    expect(await holdings(id)).toEqual({ BTC: '0.25' });
  });

  test('with an Idempotency-Key is recorded once', async () => {
    const id = await aPortfolio();
    const send = () => post(id, buy).set('Idempotency-Key', 'once').expect(201);
    const [one, two] = await Promise.all([send(), send()]);
    expect(two.body).toEqual(one.body);
    expect(await holdings(id)).toEqual({ BTC: '0.25' });
  });

  test.each<[string, object, string, RegExp]>([
    ['more than is held', { ...buy, kind: 'sell', quantity: '0.26' }, 'quantity', /0\.25 BTC .*"Default" holds/],
    ['an unknown asset', { ...buy, asset: 'BTX' }, 'asset', /nearest are .*BTC/],
    ['a wrong currency', { ...buy, currency: 'EUR' }, 'currency', /"Default", which is USD/],
    ['a fee in a coin', { ...buy, fee: { amount: '1', currency: 'BNB' } }, 'fee_currency', /kind fee/],
    ['the future', { ...buy, executed_at: '2999-01-01' }, 'executed_at', /future/],
    ['a time without a zone', { ...buy, executed_at: '2024-01-01T10:00:00' }, 'executed_at', /zone/],
    ['nothing', { ...buy, quantity: '0' }, 'quantity', /more than 0/],
    ['less than nothing', { ...buy, quantity: '-1' }, 'quantity', /more than 0/],
    ['19 decimals', { ...buy, quantity: '0.0000000000000000001' }, 'quantity', /18 decimals/],
    ['39 digits', { ...buy, quantity: '9'.repeat(39) }, 'quantity', /38 digits/],
    ['a number that lost digits', { ...buy, quantity: 0.1 + 0.2 }, 'quantity', /15 digits/],
    ['no price', { ...buy, price: undefined }, 'amount', /missing/],
    ['a price and an amount', { ...buy, amount: '1' }, 'price', /one of them/],
    ['an unknown member', { ...buy, colour: 'red' }, 'colour', /not known/],
    ['an unknown account', { ...buy, account: 'Nobody' }, 'account', /"Default"/],
    ['a transfer to nowhere', { ...buy, kind: 'transfer', price: undefined }, 'to_account', /missing/],
    [
      'money that is not tracked',
      { kind: 'deposit', executed_at: '2024-01-01', asset: 'USD', quantity: '5' },
      'asset',
      /tracks_cash/,
    ],
    ['its own currency bought', { ...buy, asset: 'USD' }, 'asset', /own currency/],
    [
      'a lot that is not there',
      {
        ...buy,
        kind: 'sell',
        quantity: '0.1',
        executed_at: '2024-03-02',
        lots: [{ transaction_id: '01a21087-674f-7215-bb32-e1c32cda4a10', quantity: '0.1' }],
      },
      'lots.0.quantity',
      /more than the 0 units/,
    ],
  ])('is refused for %s, naming the field and the value', async (_name, sent, field, message) => {
    const id = await aPortfolio();
    await post(id, buy).expect(201);
    const { body } = await post(id, sent).expect(422);
    expect(body.errors).toEqual([expect.objectContaining({ field, message: expect.stringMatching(message) })]);
    const path = field === 'fee_currency' ? 'fee.currency' : field;
    const value = path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], sent);
    expect(body.errors[0].value).toEqual(value);
    expect(await holdings(id)).toEqual({ BTC: '0.25' });
  });

  test('of nobody is not found', async () => {
    await post('01a21087-674f-7215-bb32-e1c32cda4a10', buy).expect(404);
    await service.http.get(pathOf('01a21087-674f-7215-bb32-e1c32cda4a10')).expect(404);
  });
});

test('what can be sent is documented', async () => {
  const { body } = await service.http.get('/openapi.json').expect(200);
  const { requestBody } = body.paths['/api/v1/portfolios/{id}/transactions'].post;
  expect(requestBody.content['application/json'].schema).toEqual({ $ref: '#/components/schemas/RecordTransactions' });
  expect(Object.keys(body.components.schemas.TransactionLine.properties)).toContain('external_id');
});

describe('a list', () => {
  test('keeps its good lines whatever the bad ones are, and reports each', async () => {
    const id = await aPortfolio();
    const transactions = [
      { ...buy, kind: 'sell', quantity: '0.1', executed_at: '2024-05-01' },
      buy,
      { ...buy, asset: 'NOPE' },
      'nonsense',
      null,
      { ...buy, external_id: 'same' },
      { ...buy, external_id: 'same' },
      { ...buy, kind: 'sell', quantity: '9', executed_at: '2024-06-01' },
    ];
    const { body } = await post(id, { transactions }).expect(200);
    expect(body).toMatchObject({ recorded: 3, already_recorded: 1, refused: 4 });
    expect(body.lines.map(({ line, status }: { line: number; status: string }) => `${line} ${status}`)).toEqual([
      '1 recorded',
      '2 recorded',
      '3 refused',
      '4 refused',
      '5 refused',
      '6 recorded',
      '7 already_recorded',
      '8 refused',
    ]);
    expect(body.lines[6].transaction_id).toBe(body.lines[5].transaction_id);
    expect(body.lines[2].errors).toEqual([expect.objectContaining({ field: 'asset', value: 'NOPE' })]);
    expect(await holdings(id)).toEqual({ BTC: '0.4' });
    await expectProjectionToBeTheFold(id);
  });

  test('that is sent again records nothing twice, however its numbers are written; two equal lines stay two', async () => {
    const id = await aPortfolio();
    const line = { ...buy, asset: 'ETH', quantity: '1' };
    const { body } = await post(id, { transactions: [line, line, { ...line, quantity: '3' }] }).expect(200);
    expect(body).toMatchObject({ recorded: 3, already_recorded: 0 });
    const written = [
      { ...line, asset: 'eth', quantity: '1.00' },
      { ...line, executed_at: '2024-03-01T08:15:00Z', quantity: 1, fee: '0', note: 'of the broker' },
      { ...line, quantity: '3.0' },
    ];
    const { body: again } = await post(id, { transactions: written }).expect(200);
    expect(again).toMatchObject({ recorded: 0, already_recorded: 3 });
    expect(again.lines.map((one: { transaction_id: string }) => one.transaction_id)).toEqual(
      body.lines.map((one: { transaction_id: string }) => one.transaction_id),
    );
    const file = [
      'kind,executed_at,asset,quantity,price',
      ...['1', '1.0'].map((q) => `buy,2024-03-01T08:15:00Z,ETH,${q},60000.10`),
    ];
    expect((await csv(id, file.join('\n')).expect(200)).body).toMatchObject({ recorded: 0, already_recorded: 2 });
    expect(await holdings(id)).toEqual({ ETH: '5' });
  });

  test('is refused as a whole when it is empty, too long, or has something beside it', async () => {
    const id = await aPortfolio();
    await post(id, { transactions: [] }).expect(422);
    await post(id, { transactions: Array(1_001).fill({}) }).expect(422);
    const { body } = await post(id, { transactions: [buy], kind: 'buy' }).expect(422);
    expect(body.errors).toEqual([expect.objectContaining({ field: 'kind' })]);
  });

  test('a back-dated sale may not take what was sold later', async () => {
    const id = await aPortfolio();
    await post(id, buy).expect(201);
    await post(id, { ...buy, kind: 'sell', quantity: '0.2', executed_at: '2024-05-01' }).expect(201);
    const { body } = await post(id, { ...buy, kind: 'sell', quantity: '0.1', executed_at: '2024-04-01' }).expect(422);
    expect(body.errors[0].message).toMatch(/too little for the sell .* at 2024-05-01T00:00:00Z/);
  });
});

describe('many at once', () => {
  test('of ten sales at the same time of what is enough for four, four are recorded', async () => {
    const id = await aPortfolio();
    await post(id, { ...buy, quantity: '1' }).expect(201);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => post(id, { ...buy, kind: 'sell', quantity: '0.25', executed_at: '2024-04-01' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 201, 422, 422, 422, 422, 422, 422]);
    expect(await holdings(id)).toEqual({});
  });
});

describe('accounts that track their cash', () => {
  test('are not left with a debt, and an account of euros takes only euros', async () => {
    const id = await aPortfolio();
    await anAccount(id, { name: 'Broker', type: 'taxable', currency: 'EUR', tracks_cash: true });
    const line = { account: 'Broker', executed_at: '2024-01-01' };
    await post(id, { ...line, kind: 'deposit', asset: 'EUR', quantity: '1000' }).expect(201);
    const { body } = await post(id, { ...line, kind: 'buy', asset: 'SPY', quantity: '3', price: '400' }).expect(422);
    expect(body.errors).toEqual([
      expect.objectContaining({
        field: 'price',
        value: '400',
        message: expect.stringMatching(/needs 1200 EUR .* holds 1000/),
      }),
    ]);
    await post(id, { ...line, kind: 'buy', asset: 'SPY', quantity: '2', price: '400', currency: 'USD' }).expect(422);
    await post(id, {
      ...line,
      kind: 'buy',
      asset: 'SPY',
      quantity: '2',
      price: '400',
      currency: 'eur',
      fee: '1',
    }).expect(201);
    expect(await holdings(id)).toEqual({ EUR: '199', SPY: '2' });
    await post(id, { ...line, kind: 'transfer', asset: 'SPY', quantity: '1', to_account: 'Default' }).expect(201);
    expect(await holdings(id)).toEqual({ EUR: '199', SPY: '2' });
    await expectProjectionToBeTheFold(id);
  });

  test('may begin to do so only when the cash was there', async () => {
    const id = await aPortfolio();
    await post(id, buy).expect(201);
    const accounts = `/api/v1/portfolios/${id}/accounts`;
    const { body: list } = await service.http.get(accounts).expect(200);
    const [{ id: accountId }] = list.items;
    const { body } = await service.http.patch(`${accounts}/${accountId}`).send({ tracks_cash: true }).expect(409);
    expect(body.detail).toMatch(/the buy .* would take 15000.025 USD where only 0 is held/);
    await service.http.put(`/api/v1/portfolios/${id}/holdings`).send({ holdings: {} }).expect(200);
    await service.http.patch(`${accounts}/${accountId}`).send({ tracks_cash: true }).expect(409);
  });
});

describe('a reversal', () => {
  test('takes a transaction out of effect and keeps both; the same again is the same', async () => {
    const id = await aPortfolio();
    const { body: wrong } = await post(id, { ...buy, external_id: 'w' }).expect(201);
    const path = `${pathOf(id)}/${wrong.id}/reverse`;
    const { body: reversal } = await service.http.post(path).send({ reason: 'a typing error' }).expect(201);
    expect(reversal).toMatchObject({ kind: 'reversal', reverses: wrong.id, note: 'a typing error', asset_id: 'BTC' });
    expect(await holdings(id)).toEqual({});
    const { body: again } = await service.http.post(path).send({ reason: 'twice' }).expect(200);
    expect(again.id).toBe(reversal.id);
    const { body: list } = await service.http.get(pathOf(id)).expect(200);
    expect(list.items.map((one: { kind: string; reversed_by: string | null }) => [one.kind, one.reversed_by])).toEqual([
      ['reversal', null],
      ['buy', reversal.id],
    ]);
    // the same file again does not bring it back
    expect((await post(id, { ...buy, external_id: 'w' }).expect(200)).body.reversed_by).toBe(reversal.id);
    await service.http
      .post(`${pathOf(id)}/${reversal.id}/reverse`)
      .send({ reason: 'no' })
      .expect(409);
    await expectProjectionToBeTheFold(id);
  });

  test('is refused while something rests on the transaction', async () => {
    const id = await aPortfolio();
    const { body: first } = await post(id, buy).expect(201);
    await post(id, { ...buy, kind: 'sell', executed_at: '2024-04-01' }).expect(201);
    const { body } = await service.http
      .post(`${pathOf(id)}/${first.id}/reverse`)
      .send({ reason: 'x' })
      .expect(409);
    expect(body.detail).toMatch(/without it, the sell .* would take 0.25 BTC where only 0 is held/);
  });

  test('of an adjustment downwards works, too', async () => {
    const id = await aPortfolio();
    await post(id, buy).expect(201);
    const { body } = await post(id, {
      kind: 'adjustment',
      executed_at: '2024-04-01',
      asset: 'BTC',
      quantity: '-0.05',
    }).expect(201);
    expect(await holdings(id)).toEqual({ BTC: '0.2' });
    await service.http
      .post(`${pathOf(id)}/${body.id}/reverse`)
      .send({ reason: 'x' })
      .expect(201);
    expect(await holdings(id)).toEqual({ BTC: '0.25' });
  });
});

describe('the list of transactions', () => {
  test('comes in pages, newest first, by asset, account, kind and time', async () => {
    const id = await aPortfolio();
    await anAccount(id, { name: 'Second', type: 'prop_firm' });
    const days = ['01', '02', '03', '04', '05'];
    const transactions = days.map((day) => ({
      ...buy,
      executed_at: `2024-01-${day}`,
      ...(day > '03' && { account: 'Second', asset: 'ETH' }),
    }));
    await post(id, { transactions }).expect(200);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const url: string = `${pathOf(id)}?limit=2${cursor ? `&cursor=${cursor}` : ''}`;
      const page: { items: { executed_at: string }[]; next_cursor: string | null } = (await service.http.get(url)).body;
      seen.push(...page.items.map((one) => one.executed_at.slice(8, 10)));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(days.toReversed());
    const count = async (query: string) =>
      (await service.http.get(`${pathOf(id)}?${query}`).expect(200)).body.items.length;
    expect(await count('asset=btc')).toBe(3);
    expect(await count('account=Second')).toBe(2);
    expect(await count('kind=sell')).toBe(0);
    expect(await count('from=2024-01-02&to=2024-01-03')).toBe(2);
    await service.http.get(`${pathOf(id)}?cursor=abc`).expect(422);
    await service.http.get(`${pathOf(id)}?account=Third`).expect(422);
  });
});

describe('a CSV file', () => {
  const header = 'kind,executed_at,asset,quantity,price,fee,note';
  const good = [
    header,
    'buy,2024-01-02,BTC,1,40000,2,',
    'buy,2024-01-02,BTC,1,40000,2,',
    'SELL,2024-02-02T12:00:00Z,BTC,0.5,50000,,"a, b"',
  ];

  test('is recorded, with a number for each line; the same file again changes nothing', async () => {
    const id = await aPortfolio();
    const { body } = await csv(id, `\uFEFF${good.join('\r\n')}\r\n`).expect(200);
    expect(body).toMatchObject({ recorded: 3, already_recorded: 0, refused: 0 });
    expect(body.lines.map(({ line }: { line: number }) => line)).toEqual([2, 3, 4]);
    expect(await holdings(id)).toEqual({ BTC: '1.5' });
    expect((await csv(id, good.join('\n')).expect(200)).body).toMatchObject({ recorded: 0, already_recorded: 3 });
    const form = service.http.post(`${pathOf(id)}/imports`).attach('file', Buffer.from(good.join('\n')), 'a.csv');
    expect((await form.expect(200)).body).toMatchObject({ recorded: 0, already_recorded: 3 });
    expect(await holdings(id)).toEqual({ BTC: '1.5' });
    await expectProjectionToBeTheFold(id);
  });

  test('with other zeros, or with its columns in another order, is the same file', async () => {
    const id = await aPortfolio();
    await csv(id, good.join('\n')).expect(200);
    const same = [
      'asset,kind,executed_at,quantity,price,fee',
      'btc,buy,2024-01-02T00:00:00Z,1.0,40000.00,2.0',
      'BTC-USD,buy,2024-01-02,1.00,4e4,2',
      'BTC,sell,2024-02-02T12:00:00Z,.5,50000,0',
    ];
    expect((await csv(id, same.join('\n')).expect(200)).body).toMatchObject({ recorded: 0, already_recorded: 3 });
    expect(await holdings(id)).toEqual({ BTC: '1.5' });
  });

  test('newest first is as good as oldest first, and a bad line never loses the others', async () => {
    const id = await aPortfolio();
    const lines = [good[3], 'buy,2024-01-03,NOPE,1,1,,', 'buy,2024-01-03', 'buy,2024-01-03,BTC,x"y,1,,', good[1]];
    const { body } = await csv(id, [header, ...lines].join('\n')).expect(200);
    expect(
      body.lines.map(({ line, status, errors }: { line: number; status: string; errors: { field: string }[] }) => [
        line,
        status,
        errors[0]?.field,
      ]),
    ).toEqual([
      [2, 'recorded', undefined],
      [3, 'refused', 'asset'],
      [4, 'refused', '(whole)'],
      [5, 'refused', '(whole)'],
      [6, 'recorded', undefined],
    ]);
    expect(await holdings(id)).toEqual({ BTC: '0.5' });
  });

  test.each([
    ['nothing', '', /empty/],
    ['other columns', 'date,open,close\n1,2,3', /is no column/],
    ['a column twice', 'kind,kind,executed_at,asset\n', /twice/],
    ['a column missing', 'kind,asset\n', /lacks the column executed_at/],
    [
      'too many lines',
      [header, ...Array<string>(20_001).fill('buy,2024-01-02,BTC,1,1,,')].join('\n'),
      /more than 20000 lines/,
    ],
  ])('with %s is none of transactions', async (_name, text, message) => {
    const { body } = await csv(await aPortfolio(), text).expect(422);
    expect(body.detail).toMatch(message);
  });

  test('that is none, or too large, is refused', async () => {
    const id = await aPortfolio();
    await service.http
      .post(`${pathOf(id)}/imports`)
      .send({})
      .expect(415);
    const large = Buffer.alloc(10 * 1024 * 1024, 'a');
    await csv(id, large).expect(413);
    await service.http
      .post(`${pathOf(id)}/imports`)
      .attach('file', large, 'a.csv')
      .expect(413);
    const whole = await csv(id, Buffer.alloc(7 * 1024 * 1024, '"'));
    expect(whole.status).toBe(422);
  });
});

describe('hostile bodies are refused in bounded time, and change nothing', () => {
  const raw = (id: string, text: string) =>
    service.http.post(pathOf(id)).set('content-type', 'application/json').send(text);
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const line = JSON.stringify(buy);

  test.each<[string, string, number[]]>([
    ['10 MB', JSON.stringify({ note: 'x'.repeat(10_000_000) }), [413]],
    ['a depth of 10,000', `{"transactions":[${nested(10_000)}]}`, [400, 422]],
    ['a depth of 10,000 in a line', line.replace('{', `{"note":${nested(10_000)},`), [400, 422]],
    ['a depth of 100', `{"transactions":[${nested(100)}]}`, [400]],
    ['a depth of 60 in a line', line.replace('{', `{"note":${nested(60)},`), [422]],
    ['__proto__', line.replace('{', '{"__proto__":{"kind":"sell"},'), [400]],
    ['constructor', line.replace('{', '{"constructor":{"prototype":1},'), [400]],
    ['a member twice', line.replace('{', '{"quantity":"99",'), [400]],
    ['1e400', line.replace('"0.25"', '1e400'), [400]],
    ['-1e400 in a list', `{"transactions":[${line.replace('"0.25"', '-1e400')}]}`, [400]],
    ['1e99 as text', line.replace('"0.25"', '"1e99"'), [422]],
    ['a huge exponent as text', line.replace('"0.25"', '"1e999999999"'), [422]],
    ['NaN as text', line.replace('"0.25"', '"NaN"'), [422]],
    ['Infinity as text', line.replace('"0.25"', '"Infinity"'), [422]],
    ['hexadecimal digits', line.replace('"0.25"', '"0x10"'), [422]],
    ['half a surrogate pair in a key', line.replace('{', '{"external_id":"\\ud800",'), [400]],
    ['half a surrogate pair in an asset', line.replace('btc-usd', '\\udfff'), [400]],
    ['a zero byte', line.replace('{', '{"note":"a\\u0000b",'), [422]],
    ['an array', `[${line}]`, [422]],
    ['a text', '"buy"', [422]],
    ['null', 'null', [422]],
    ['broken JSON', line.slice(0, -1), [400]],
  ])('%s', async (_name, text, statuses) => {
    const id = await aPortfolio();
    const answer = await raw(id, text).set('Idempotency-Key', 'hostile');
    expect(statuses).toContain(answer.status);
    expect(await holdings(id)).toEqual({});
  });
});

describe('setting holdings', () => {
  const put = (id: string, wanted: object) =>
    service.http.put(`/api/v1/portfolios/${id}/holdings`).send({ holdings: wanted });

  test('writes the adjustments, once, with a cost that nobody knows', async () => {
    const id = await aPortfolio();
    await post(id, buy).expect(201);
    const { body } = await put(id, { BTC: '0.5', ETH: '4', USD: '100' }).expect(200);
    expect(body.holdings).toEqual({ BTC: '0.5', ETH: '4', USD: '100' });
    const count = async () => (await service.http.get(pathOf(id)).expect(200)).body.items.length;
    expect(await count()).toBe(4);
    await put(id, { BTC: '0.50', ETH: 4, USD: '100' }).expect(200);
    expect(await count()).toBe(4);
    await put(id, { ETH: '1' }).expect(200);
    expect(await holdings(id)).toEqual({ ETH: '1' });
    const { body: list } = await service.http.get(`${pathOf(id)}?asset=ETH`).expect(200);
    expect(
      list.items.map((one: { kind: string; quantity: string; amount: null }) => [one.kind, one.quantity, one.amount]),
    ).toEqual([
      ['adjustment', '-3', null],
      ['adjustment', '4', null],
    ]);
    await expectProjectionToBeTheFold(id);
  });

  test('takes what is too much from the default account first, then from the others', async () => {
    const id = await aPortfolio();
    const other = await anAccount(id, { name: 'Other', type: 'personal_trading' });
    await post(id, { transactions: [buy, { ...buy, account: other, quantity: '1' }] }).expect(200);
    await put(id, { BTC: '0.5' }).expect(200);
    const { body } = await service.http.get(`${pathOf(id)}?kind=adjustment`).expect(200);
    const parts = body.items.map((one: { account_id: string; quantity: string }) => [
      one.account_id === other,
      one.quantity,
    ]);
    expect(parts.sort()).toEqual([
      [false, '-0.25'],
      [true, '-0.5'],
    ]);
  });
});
