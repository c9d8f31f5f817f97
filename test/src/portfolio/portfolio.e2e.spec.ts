import { startService, type Service } from '../../support/story.js';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
}, 60_000);
afterAll(() => service.stop());

const portfolios = '/api/v1/portfolios';
const make = async (body: object) => (await service.http.post(portfolios).send(body).expect(201)).body;
const get = async (id: string) => (await service.http.get(`${portfolios}/${id}`).expect(200)).body;

test('an owner’s first portfolio is the default one, also when two are made at once, until another is chosen', async () => {
  const [first, second] = await Promise.all([make({ name: 'A' }), make({ name: 'B' })]);
  expect([first.is_default, second.is_default].sort()).toEqual([false, true]);
  const other = first.is_default ? second : first;
  await service.http.patch(`${portfolios}/${other.id}`).send({ is_default: true }).expect(200);
  const { body } = await service.http.get(portfolios).expect(200);
  const defaults = body.items.filter((one: { is_default: boolean }) => one.is_default);
  expect(defaults.map(({ id }: { id: string }) => id)).toEqual([other.id]);
  await service.http.patch(`${portfolios}/${other.id}`).send({ is_default: false }).expect(422);
});

test('what a portfolio is called and counted in can be changed; an unknown numeraire is refused', async () => {
  const { id, numeraire } = await make({ name: 'Counted' });
  expect(numeraire).toBe('USD');
  const { body } = await service.http.patch(`${portfolios}/${id}`).send({ numeraire: 'btc-usd' }).expect(200);
  expect(body).toMatchObject({ id, name: 'Counted', numeraire: 'BTC' });
  await service.http.patch(`${portfolios}/${id}`).send({ name: 'Renamed' }).expect(200);
  expect(await get(id)).toMatchObject({ name: 'Renamed', numeraire: 'BTC' });
  const { body: refused } = await service.http.patch(`${portfolios}/${id}`).send({ numeraire: 'EURO' }).expect(422);
  expect(refused.errors).toEqual([expect.objectContaining({ field: 'numeraire', value: 'EURO' })]);
  expect((await make({ name: 'In euros', numeraire: 'EUR' })).numeraire).toBe('EUR');
  await service.http.patch(`${portfolios}/01a21087-674f-7215-bb32-e1c32cda4a10`).send({ name: 'x' }).expect(404);
});

describe('accounts', () => {
  const accountsOf = (id: string) => `${portfolios}/${id}/accounts`;

  test('a portfolio has one from the beginning, to which everything goes that names none', async () => {
    const { id } = await make({ name: 'With an account' });
    const { body } = await service.http.get(accountsOf(id)).expect(200);
    expect(body).toMatchObject({
      items: [
        {
          name: 'Default',
          type: 'personal_trading',
          currency: 'USD',
          tracks_cash: false,
          is_default: true,
          broker: null,
        },
      ],
      next_cursor: null,
    });
  });

  test.each([
    ['prop_firm', 'prop_firm'],
    ['retirement', 'long_term_retirement'],
    ['taxable', 'long_term_taxable'],
    ['long_term_taxable', 'long_term_taxable'],
  ])('the type %s is answered as %s', async (given, answered) => {
    const { id } = await make({ name: 'Typed' });
    const sent = { name: 'X', type: given, currency: 'gbp', broker: 'B', tax_status: 'tax_deferred' };
    const answer = await service.http.post(accountsOf(id)).send(sent).expect(201);
    expect(answer.body).toMatchObject({ type: answered, currency: 'GBP', broker: 'B', tax_status: 'tax_deferred' });
    expect((await service.http.get(answer.headers['location'] as string).expect(200)).body).toEqual(answer.body);
  });

  test('a name is there once, a currency is one, and an unknown type is refused', async () => {
    const { id } = await make({ name: 'Refusing' });
    const post = (body: object) => service.http.post(accountsOf(id)).send({ name: 'Y', type: 'taxable', ...body });
    await post({ currency: 'BTC' }).expect(422);
    await post({ type: 'savings' }).expect(422);
    const { body: made } = await post({}).expect(201);
    const { body } = await post({}).expect(409);
    expect(body.errors).toEqual([{ field: 'name', value: 'Y', message: 'is the name of another account' }]);
    const patch = (change: object) => service.http.patch(`${accountsOf(id)}/${made.id}`).send(change);
    await patch({ name: 'Default' }).expect(409);
    await patch({ currency: 'EUR' }).expect(422);
    const { body: changed } = await patch({ name: 'Z', broker: null, type: 'retirement', tracks_cash: true }).expect(
      200,
    );
    expect(changed).toMatchObject({ name: 'Z', type: 'long_term_retirement', tracks_cash: true });
    await service.http.get(`${accountsOf(id)}/01a21087-674f-7215-bb32-e1c32cda4a10`).expect(404);
  });

  test('with an Idempotency-Key one account is made', async () => {
    const { id } = await make({ name: 'Once' });
    const send = () =>
      service.http.post(accountsOf(id)).set('Idempotency-Key', 'k').send({ name: 'One', type: 'taxable' }).expect(201);
    const [one, two] = await Promise.all([send(), send()]);
    expect(two.body).toEqual(one.body);
  });
});

describe('gains', () => {
  const transactions = [
    { kind: 'buy', executed_at: '2022-01-10', asset: 'BTC', quantity: '1', price: '40000', fee: '10' },
    { kind: 'buy', executed_at: '2023-06-10', asset: 'BTC', quantity: '1', price: '26000', fee: '10' },
    { kind: 'staking_reward', executed_at: '2023-07-01', asset: 'ETH', quantity: '0.1', amount: '190' },
    { kind: 'staking_reward', executed_at: '2023-08-01', asset: 'ETH', quantity: '0.2' },
    { kind: 'dividend', executed_at: '2023-09-01', asset: 'SPY', amount: '15.5', fee: '2' },
    { kind: 'sell', executed_at: '2024-01-05', asset: 'BTC', quantity: '1.5', price: '44000', fee: '30' },
    { kind: 'sell', executed_at: '2024-02-05', asset: 'ETH', quantity: '0.3', price: '2300' },
  ];
  let id: string;
  beforeAll(async () => {
    ({ id } = await make({ name: 'Gains' }));
    await service.http.post(`${portfolios}/${id}/transactions`).send({ transactions }).expect(200);
  });
  const gains = (query = '') => service.http.get(`${portfolios}/${id}/gains${query}`);

  test('are told by lot, with income by holding and totals that leave out what is unknown', async () => {
    const { body } = await gains().expect(200);
    expect(
      body.realised.map((one: Record<string, string>) => [
        one['asset_id'],
        one['quantity'],
        one['proceeds'],
        one['cost'],
        one['gain'],
        one['term'],
      ]),
    ).toEqual([
      ['BTC', '1', '43980', '40010', '3970', 'long'],
      ['BTC', '0.5', '21990', '13005', '8985', 'short'],
      ['ETH', '0.1', '230', '190', '40', 'short'],
      ['ETH', '0.2', '460', null, null, 'short'],
    ]);
    expect(body.totals).toEqual([
      {
        currency: 'USD',
        proceeds: '66660',
        cost: '53205',
        gain: '12995',
        short_term: '9025',
        long_term: '3970',
        unknown: 1,
      },
    ]);
    expect(body.income).toEqual([
      expect.objectContaining({
        asset_id: 'ETH',
        dividends: '0',
        staking_rewards: '190',
        staking_units: '0.3',
        staking_units_of_unknown_worth: '0.2',
      }),
      expect.objectContaining({ asset_id: 'SPY', dividends: '15.5', staking_units: '0' }),
    ]);
  });

  test('by another method, and within a time', async () => {
    const { body } = await gains('?method=hifo&from=2024-01-05&to=2024-01-05').expect(200);
    expect(body.realised.map((one: Record<string, string>) => one['cost'])).toEqual(['40010', '13005']);
    expect(body).toMatchObject({
      method: 'hifo',
      from: '2024-01-05T00:00:00Z',
      to: '2024-01-06T00:00:00Z',
      income: [],
    });
    const average = await gains('?method=average&to=2024-01-31').expect(200);
    // 66,020 for two
    expect(average.body.realised.map((one: Record<string, string>) => one['cost'])).toEqual(['33010', '16505']);
    await gains('?method=lifo').expect(422);
    await gains('?from=yesterday').expect(422);
  });

  test('come as CSV when that is what is asked for', async () => {
    const { text, headers } = await gains().set('accept', 'text/csv').expect(200);
    expect(headers['content-type']).toContain('text/csv');
    const [head, ...lines] = text.trimEnd().split('\n');
    expect(head).toMatch(/^asset_id,account_id,acquired_at,disposed_at,quantity,proceeds,currency,cost,/);
    expect(lines).toHaveLength(4);
    expect(lines[3]).toMatch(/^ETH,[\w-]+,2023-08-01T00:00:00Z,2024-02-05T00:00:00Z,0.2,460,USD,,USD,,short,/);
  });
});
