import fs from 'node:fs';
import path from 'node:path';
import { alignedReturns, type PriceSeries } from '../../../../src/risk/domain/alignment.js';
import { estimatedCorrelations, pairwiseCorrelations } from '../../../../src/risk/domain/correlation.js';
import { measureRisk } from '../../../../src/risk/domain/measures/registry.js';
import { inNumeraire } from '../../../../src/risk/domain/numeraire.js';
import { historicalWindows, replayWindow } from '../../../../src/risk/domain/stress.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { measureInput } from '../../../support/returns.js';
import { sharedData } from '../../../support/shared-data.js';

const shared = sharedData('datasets');
const files: Record<string, string> = {
  BTC: 'crypto/daily/binance-usdt/BTCUSDT.csv',
  ETH: 'crypto/daily/binance-usdt/ETHUSDT.csv',
  SPY: 'stocks/daily/yahoo-adjusted/SPY.csv',
  GLD: 'stocks/daily/yahoo-adjusted/GLD.csv',
};
const missing = Object.values(files).filter((file) => !fs.existsSync(path.join(shared, file)));
// the recorded prices are not part of the repository
const withPrices = missing.length === 0 ? describe : describe.skip;

function load(symbol: string, from = '2018-01-01', to = '2025-06-30'): PriceSeries {
  const lines = fs.readFileSync(path.join(shared, files[symbol]!), 'utf8').trim().split('\n').slice(1);
  const rows = lines.map((line) => line.split(',')).filter(([date]) => date! >= from && date! <= to);
  return {
    assetId: symbol as AssetId,
    openTimes: rows.map(([date]) => Date.parse(`${date}T00:00:00Z`)),
    closes: rows.map((row) => Number(row[4])),
  };
}

withPrices(`recorded prices (${missing.length === 0 ? 'all there' : `missing: ${missing.join(', ')}`})`, () => {
  test('each window of a fall is one: Bitcoin lost by the known amounts', () => {
    const btc = load('BTC');
    const losses = historicalWindows.map(({ id, ...window }) => {
      const { change } = replayWindow(window, new Map([['BTC' as AssetId, 1]]), [btc]);
      return [id, change === null ? null : Math.round(change * 100)];
    });
    expect(Object.fromEntries(losses)).toEqual({
      // Binance's prices in the data begin with 2018
      crypto_winter_2018: null,
      covid_2020: -33,
      black_thursday_2020: -47,
      china_ban_2021: -49,
      luna_2022: -27,
      crypto_winter_2022: -77,
      ftx_2022: -26,
    });
  });

  test('Bitcoin’s largest drawdown from 2018 to mid-2025 is the one of 2018, recovered in 2020', () => {
    const { returns, dates } = alignedReturns([load('BTC')]);
    const risk = measureRisk(measureInput(returns, { dates, periodsPerYear: 365 }));
    expect(risk.max_drawdown).toEqual({
      depth: expect.closeTo(1 - 3211.72 / 17069.79, 9),
      peak: '2018-01-06',
      trough: '2018-12-15',
      recovery: '2020-11-17',
    });
    expect(risk.volatility).toBeGreaterThan(0.5);
  });

  test('in bitcoin, Bitcoin has no volatility and gold has Bitcoin’s', () => {
    const btc = load('BTC');
    const own = alignedReturns([inNumeraire(btc, btc)]);
    expect(measureRisk(measureInput(own.returns, { dates: own.dates })).volatility).toBe(0);
    const gold = alignedReturns([inNumeraire(load('GLD'), btc)]);
    expect(measureRisk(measureInput(gold.returns, { dates: gold.dates })).volatility).toBeGreaterThan(0.5);
  });

  test('coins move together more than with stocks and gold, by every estimate', () => {
    const series = ['BTC', 'ETH', 'SPY', 'GLD'].map((symbol) => load(symbol, '2021-01-01'));
    for (const { matrix } of [
      pairwiseCorrelations(series),
      estimatedCorrelations(series, 'ledoit_wolf_constant_correlation'),
    ]) {
      expect(matrix[0]![1]).toBeGreaterThan(0.6);
      expect(matrix[0]![2]).toBeLessThan(0.6);
      expect(matrix[0]![3]).toBeLessThan(0.3);
    }
  });
});
