import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { AssetId } from '../../../../src/shared/ids.js';
import { utcDate } from '../../../../src/shared/time.js';
import { BinanceSource } from '../../../../src/data/sources/binance/binance.source.js';
import type { CandleAnswer, SourceIo, SourceOutcome } from '../../../../src/data/sources/market-data-source.js';
import { chartOf, dailyBars } from '../../../../src/data/sources/yahoofinance/yahoofinance.source.js';

// Bodies that the vendors really sent; they may not be published, so a checkout may be without them.
const folder = path.resolve(process.env['FKS_SHARED'] ?? '../shared', 'data/recorded');
const isPresent = fs.existsSync(path.join(folder, 'manifest.json'));
const title = isPresent
  ? 'recorded bodies'
  : `recorded bodies (skipped: there is no ${folder}; FKS_SHARED names another place)`;

interface Row {
  file: string;
  http_status: number;
  headers: Record<string, string>;
}

const now = Date.parse('2026-02-01T00:00:00Z');

function recorded(file: string) {
  const rows = JSON.parse(fs.readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as Row[] | { files: Row[] };
  const row = (Array.isArray(rows) ? rows : rows.files).find((one) => one.file === file);
  if (!row) throw new Error(`${file} is not in the manifest`);
  const bytes = fs.readFileSync(path.join(folder, file));
  return {
    kind: 'response',
    status: row.http_status,
    body: (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'),
    header: (name: string) => row.headers[name.toLowerCase()],
    simulatedSeed: null,
  } as const;
}

/** Kind, number of bars, first and last date, last close. */
function told(outcome: SourceOutcome<CandleAnswer>): string {
  if (outcome.kind !== 'ok') return outcome.kind;
  const { candles, rowsRefused } = outcome.value;
  const [first, last] = [candles[0]!, candles.at(-1)!];
  const refused = rowsRefused > 0 ? `, ${rowsRefused} refused` : '';
  return `${candles.length} bars ${utcDate(first.openTime)} to ${utcDate(last.openTime)}, last ${last.close}${refused}`;
}

(isPresent ? describe : describe.skip)(title, () => {
  test.each([
    ['chart-1d-aapl-2020-01.json', 'AAPL', '1 bars 2020-01-02 to 2020-01-02, last 75.0875'],
    ['chart-1d-aapl-split-and-dividend-2020.json', 'AAPL', '49 bars 2020-08-31 to 2020-11-06, last 118.69'],
    ['chart-1d-btc-usd-2020-01.json', 'BTC-USD', '3 bars 2020-01-01 to 2020-01-03, last 7344.8843'],
    ['chart-1d-btc-usd-open-bar.json', 'BTC-USD', 'empty'],
    ['chart-1d-tsla-2010-2023.json', 'TSLA', '3303 bars 2010-06-29 to 2023-08-11, last 242.65'],
    ['chart-1d-tsla-2021-01.json', 'TSLA', '5 bars 2021-01-04 to 2021-01-08, last 293.34'],
    ['chart-1d-msft-dividends-1y.json', 'MSFT', '252 bars 2021-02-01 to 2022-01-28, last 308.26'],
    ['chart-1d-nvda-split-1y.json', 'NVDA', '252 bars 2021-02-01 to 2022-01-28, last 22.84'],
    ['chart-1d-aps-ax-no-timestamp.json', 'APS.AX', 'empty'],
    ['chart-1d-capio-st-delisted-nodata.json', 'CAPIO.ST', 'empty'],
    ['chart-1m-aapl-weekend-empty.json', 'AAPL', 'empty'],
    ['chart-1m-aapl-2024-10-02.json', 'AAPL', 'badAnswer'],
    ['chart-1d-adh-null-currency.json', 'ADH', 'badAnswer'],
    ['chart-1d-ocdo-l-pence.json', 'OCDO.L', 'notOffered'],
    ['chart-1d-wsu-de-xetra.json', 'WSU.DE', 'notOffered'],
    ['chart-1d-muv2-de-2025.json', 'MUV2.DE', 'notOffered'],
    ['chart-1d-inrx-null-bar.json', 'INR=X', 'notOffered'],
    ['error-400-no-data-for-dates.json', 'BEKE', 'empty'],
    ['error-404-delisted.json', 'SI', 'unknownAsset'],
    ['error-401-invalid-crumb.json', 'AAPL', 'badAnswer'],
    ['error-401-invalid-crumb-2024-text.json', 'AAPL', 'badAnswer'],
    ['error-429-too-many-requests.txt', 'AAPL', 'rateLimited'],
  ])('yahoo %s of %s: %s', (file, symbol, wanted) => {
    const chart = chartOf(recorded(`yahoo/${file}`), now);
    const outcome =
      chart.kind === 'chart'
        ? dailyBars(chart.chart, { symbol, from: null, to: now, now, simulatedSeed: null })
        : chart;
    expect(told(outcome)).toBe(wanted);
  });

  test.each([
    // 2020-01-01 on, 1,000 days a page
    ['klines-1d-btcusdt-2020-page1-1000.json', '1d', '1000 bars 2020-01-01 to 2022-09-26, last 19227.82000000'],
    ['klines-1m-btcusdt-2021-10-22.json', '1m', '10 bars 2021-10-22 to 2021-10-22, last 60739.85000000'],
    ['klines-1m-unknown-usdt-pair-500.json', '1m', '500 bars 2024-11-16 to 2024-11-16, last 0.75410000'],
    ['klines-1d-polusdt-from-listing.json', '1d', '477 bars 2024-09-13 to 2026-01-02, last 0.11330000'],
    ['klines-empty.json', '1d', 'empty'],
    ['error-400-invalid-symbol.json', '1d', 'unknownAsset'],
    ['error-400-extra-parameter.json', '1d', 'badAnswer'],
    ['error-400-illegal-characters.json', '1d', 'badAnswer'],
    ['error-400-invalid-interval.json', '1d', 'badAnswer'],
    ['error-400-missing-parameter.json', '1d', 'badAnswer'],
    ['error-403-waf.html', '1d', 'unavailable'],
    ['error-418-ip-banned.json', '1d', 'rateLimited'],
    ['error-429-too-much-weight.json', '1d', 'rateLimited'],
    ['error-451-restricted-location.json', '1d', 'notOffered'],
    ['server-time.json', '1d', 'badAnswer'],
    ['exchangeinfo-full-2020-04.json.gz', '1d', 'badAnswer'],
  ] as const)('binance %s as bars of %s: %s', async (file, interval, wanted) => {
    const answers = [recorded(`binance/${file}`), recorded('binance/klines-empty.json')];
    const io: SourceIo = {
      signal: new AbortController().signal,
      now: () => now,
      get: () => Promise.resolve(answers.shift()!),
    };
    const request = { assetId: 'BTC' as AssetId, interval, from: 0, to: now };
    expect(told(await new BinanceSource('http://127.0.0.1').candles(request, io))).toBe(wanted);
  });

  test('two pages of Binance are joined without a bar lost or doubled', async () => {
    const pages = ['page1', 'page2'].map((page) => recorded(`binance/klines-1d-btcusdt-2020-${page}-1000.json`));
    const starts: (string | null)[] = [];
    const io: SourceIo = {
      signal: new AbortController().signal,
      now: () => now,
      get: (url) => {
        starts.push(url.searchParams.get('startTime'));
        return Promise.resolve(pages.shift() ?? recorded('binance/klines-empty.json'));
      },
    };
    const from = Date.parse('2020-01-01T00:00:00Z');
    const outcome = await new BinanceSource('http://127.0.0.1').candles(
      { assetId: 'BTC' as AssetId, interval: '1d', from, to: now },
      io,
    );
    expect(told(outcome)).toBe('2000 bars 2020-01-01 to 2025-06-22, last 100963.87000000');
    expect(starts).toEqual(['1577836800000', '1664236800000', '1750636800000']);
  });

  test.each([
    ['ticker-price-btcusdt.json', { kind: 'ok', value: expect.objectContaining({ price: '60740.00000000' }) }],
    ['ticker-price-ethbtc.json', { kind: 'badAnswer', why: 'no ticker of BTCUSDT' }],
    ['avg-price-btcusdt.json', { kind: 'badAnswer', why: 'no ticker of BTCUSDT' }],
  ])('binance %s as the latest price of BTC', async (file, wanted) => {
    const io: SourceIo = {
      signal: new AbortController().signal,
      now: () => now,
      get: () => Promise.resolve(recorded(`binance/${file}`)),
    };
    expect(await new BinanceSource('http://127.0.0.1').latestQuote('BTC' as AssetId, io)).toEqual(wanted);
  });
});
