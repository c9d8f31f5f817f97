import { simulate } from './simulated.js';

interface Case {
  readonly of: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly answer: [number, unknown];
}

const chartError = (code: string, description: unknown) => ({ chart: { result: null, error: { code, description } } });
const text = (pattern: RegExp) => expect.stringMatching(pattern) as string;
const browser = { 'user-agent': 'Mozilla/5.0' };
const polygonKey = { authorization: 'Bearer any' };
const cmcKey = { 'x-cmc_pro_api_key': 'any' };
const cmc = (code: number, message: unknown) => ({
  status: expect.objectContaining({ error_code: code, error_message: message, credit_count: 0 }) as object,
});
const aggregates = '/v2/aggs/ticker/AAPL/range';

/** In the vendors' own words, as the contract and the recorded bodies have them. */
const refusals: Case[] = [
  {
    of: 'Binance: no such pair',
    path: '/api/v3/klines?symbol=NOPEUSDT&interval=1d',
    answer: [400, { code: -1121, msg: 'Invalid symbol.' }],
  },
  {
    of: 'Binance: no such interval',
    path: '/api/v3/klines?symbol=BTCUSDT&interval=2d',
    answer: [400, { code: -1120, msg: 'Invalid interval.' }],
  },
  {
    of: 'Binance: a parameter that is missing',
    path: '/api/v3/ticker/price',
    answer: [400, { code: -1102, msg: "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed." }],
  },
  {
    of: 'Binance: a time that is none',
    path: '/api/v3/klines?symbol=BTCUSDT&interval=1d&endTime=2025-06-01',
    answer: [
      400,
      { code: -1100, msg: "Illegal characters found in parameter 'endTime'; legal range is '^[0-9]{1,20}$'." },
    ],
  },
  {
    of: 'Binance: a parameter too many',
    path: '/api/v3/ticker/price?symbol=BTCUSDT&interval=1d&x=1',
    answer: [400, { code: -1104, msg: "Not all sent parameters were read; read '1' parameter(s) but was sent '3'." }],
  },
  {
    of: 'Binance: nothing in the window',
    path: '/api/v3/klines?symbol=BTCUSDT&interval=1d&startTime=0&endTime=1000',
    answer: [200, []],
  },
  {
    of: 'Yahoo: no such symbol',
    path: '/v8/finance/chart/NOPE?range=5d',
    headers: browser,
    answer: [404, chartError('Not Found', 'No data found, symbol may be delisted')],
  },
  {
    of: 'Yahoo: before the listing',
    path: '/v8/finance/chart/SPY?period1=0&period2=86400',
    headers: browser,
    answer: [400, chartError('Bad Request', "Data doesn't exist for startDate = 0, endDate = 86400")],
  },
  {
    of: 'Yahoo: minutes of another year',
    path: '/v8/finance/chart/SPY?period1=1704207600&period2=1704294000&interval=1m',
    headers: browser,
    answer: [422, chartError('Unprocessable Entity', text(/^1m data not available for startTime=1704207600 /))],
  },
  {
    of: 'CoinGecko: no such coin',
    path: '/api/v3/coins/nope/market_chart?vs_currency=usd&days=1',
    answer: [404, { error: 'coin not found' }],
  },
  {
    of: 'CoinGecko: no currency',
    path: '/api/v3/coins/bitcoin/market_chart?days=1',
    answer: [422, { error: 'Missing parameter vs_currency' }],
  },
  { of: 'CoinGecko: no ids', path: '/api/v3/simple/price', answer: [422, { error: 'Missing parameter ids' }] },
  {
    of: 'CoinGecko: candles without days',
    path: '/api/v3/coins/bitcoin/ohlc',
    answer: [500, { status: 500, error: 'Internal Server Error' }],
  },
  {
    of: 'CoinGecko: older than a year',
    path: '/api/v3/coins/bitcoin/market_chart?vs_currency=usd&days=400',
    answer: [
      401,
      {
        error: {
          status: expect.objectContaining({
            error_code: 10012,
            error_message: text(/limited to querying historical data within the past 365 days/),
          }) as object,
        },
      },
    ],
  },
  {
    of: 'CoinGecko: coins that it does not know, and one behind a blank',
    path: '/api/v3/simple/price?ids=nope,%20ethereum&vs_currencies=usd',
    answer: [200, {}],
  },
  {
    of: 'CoinGecko: a currency that it does not know',
    path: '/api/v3/simple/price?ids=bitcoin&vs_currencies=ethereum',
    answer: [200, { bitcoin: {} }],
  },
  {
    of: 'Polygon: no key',
    path: `${aggregates}/1/day/2025-06-02/2025-06-06`,
    answer: [401, expect.objectContaining({ status: 'ERROR', error: 'API Key was not provided' })],
  },
  {
    of: 'Polygon: older than the plan',
    path: `${aggregates}/1/day/2020-06-02/2025-06-06`,
    headers: polygonKey,
    answer: [
      403,
      expect.objectContaining({
        status: 'NOT_AUTHORIZED',
        message: text(/^Your plan doesn't include this data timeframe\. Please upgrade/),
      }),
    ],
  },
  {
    of: 'Polygon: a snapshot',
    path: '/v2/snapshot/locale/us/markets/stocks/tickers/AAPL',
    headers: polygonKey,
    answer: [403, expect.objectContaining({ status: 'NOT_AUTHORIZED' })],
  },
  {
    of: 'Polygon: no such ticker',
    path: '/v2/aggs/ticker/NOPE/range/1/day/2025-06-02/2025-06-06',
    headers: polygonKey,
    answer: [
      200,
      {
        ticker: 'NOPE',
        queryCount: 0,
        resultsCount: 0,
        adjusted: true,
        status: 'OK',
        request_id: text(/^[0-9a-f]{32}$/),
        count: 0,
      },
    ],
  },
  {
    of: 'Polygon: a date that is none',
    path: `${aggregates}/1/day/yesterday/2025-06-06`,
    headers: polygonKey,
    answer: [400, expect.objectContaining({ status: 'ERROR', error: text(/'from'/) })],
  },
  {
    of: 'Alpha Vantage: no key',
    path: '/query?function=GLOBAL_QUOTE&symbol=SPY',
    answer: [200, { 'Error Message': text(/^the parameter apikey is invalid or missing/) }],
  },
  {
    of: 'Alpha Vantage: no such stock',
    path: '/query?function=TIME_SERIES_DAILY&symbol=NOPE&apikey=any',
    answer: [200, { 'Error Message': text(/^Invalid API call.*for TIME_SERIES_DAILY\.$/) }],
  },
  {
    of: 'Alpha Vantage: no such stock to quote',
    path: '/query?function=GLOBAL_QUOTE&symbol=NOPE&apikey=any',
    answer: [200, { 'Global Quote': {} }],
  },
  {
    of: 'Alpha Vantage: what only others pay for',
    path: '/query?function=TIME_SERIES_DAILY&symbol=SPY&outputsize=full&apikey=any',
    answer: [200, { Information: text(/This is a premium endpoint/) }],
  },
  {
    of: 'CoinMarketCap: no key',
    path: '/v2/cryptocurrency/quotes/latest?id=1',
    answer: [401, cmc(1002, 'API key missing.')],
  },
  {
    of: 'CoinMarketCap: no such coin',
    path: '/v2/cryptocurrency/quotes/latest?id=99999999',
    headers: cmcKey,
    answer: [400, cmc(400, 'Invalid value for "id": "99999999"')],
  },
  {
    of: 'CoinMarketCap: no such currency',
    path: '/v2/cryptocurrency/quotes/latest?id=1&convert=NOTAQUOTE',
    headers: cmcKey,
    answer: [400, cmc(400, 'Invalid value for "convert": "NOTAQUOTE"')],
  },
  {
    of: 'CoinMarketCap: history without a plan for it',
    path: '/v2/cryptocurrency/ohlcv/historical?id=1',
    headers: cmcKey,
    answer: [403, cmc(1006, "Your API Key subscription plan doesn't support this endpoint.")],
  },
  {
    of: 'fks_data: no symbol',
    path: '/api/v1/data/ohlcv',
    answer: [422, { detail: [expect.objectContaining({ loc: ['query', 'symbol'], msg: 'Field required' })] }],
  },
  {
    of: 'fks_data: a stock',
    path: '/api/v1/data/ohlcv?symbol=SPY&interval=1d',
    answer: [500, { detail: text(/^All providers failed/) }],
  },
  {
    of: 'nobody',
    path: '/elsewhere',
    answer: [404, { error: '/elsewhere is no route of the simulator' }],
  },
];

test.each(refusals)('answers in the vendor’s own words: $of', async ({ path, headers, answer }) => {
  const { url } = await simulate();
  const response = await fetch(url + path, { headers: headers ?? {} });
  expect([response.status, await response.json()]).toEqual(answer);
});

test('Yahoo turns away whoever does not look like a browser, in plain text', async () => {
  const { url } = await simulate();
  const response = await fetch(`${url}/v8/finance/chart/SPY?range=5d`);
  expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
    429,
    'text/plain',
    'Too Many Requests\r\n',
  ]);
});

test('a window without a trade has no stamps at Yahoo', async () => {
  const { url } = await simulate();
  // Saturday and Sunday
  const response = await fetch(`${url}/v8/finance/chart/SPY?period1=1749877200&period2=1749963600&interval=5m`, {
    headers: browser,
  });
  const body = (await response.json()) as { chart: { result: [Record<string, unknown>]; error: null } };
  expect(body.chart.result[0]).toEqual({ meta: expect.any(Object) as object, indicators: { quote: [{}] } });
});

test('Polygon says where the rest of a long window is, without the key', async () => {
  const { url } = await simulate();
  const first = await fetch(
    `${url}${aggregates}/1/minute/2025-06-16/2025-06-17?adjusted=true&sort=asc&limit=500&apiKey=any`,
  );
  const page = (await first.json()) as { results: { t: number }[]; next_url: string };
  expect(page.results).toHaveLength(500);
  expect(page.next_url).not.toContain('any');
  const rest = (await (await fetch(page.next_url, { headers: polygonKey })).json()) as typeof page;
  expect(rest.results).toHaveLength(2 * 390 - 500);
  expect(rest.results[0]!.t).toBe(page.results.at(-1)!.t + 60_000);
  expect(rest).not.toHaveProperty('next_url');
});
