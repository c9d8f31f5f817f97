import { complaintsAbout, complaintsByItself, type AskedAbout } from '../../../../src/ai/domain/check-opinion.js';
import type { Opinion } from '../../../../src/ai/domain/opinion.js';
import { categoryRules } from '../../../../src/signals/domain/trade-category.js';
import { aCheck, anOpinion } from './an-opinion.js';

const asked: AskedAbout = { symbol: 'BTC', direction: 'buy', price: 100, limits: categoryRules.swing };
const sale = { entry: 100, stopLoss: 102, takeProfit: 95 };

test('finds nothing wrong with a plain buy, a plain sell, a bare hold and a check', () => {
  expect(complaintsAbout(anOpinion(), asked)).toEqual([]);
  expect(complaintsAbout(anOpinion({ direction: 'sell', levels: sale }), asked)).toEqual([]);
  const hold = anOpinion({ direction: 'hold', levels: null, riskRewardRatio: null, positionSizePct: 0 });
  expect(complaintsAbout(hold, asked)).toEqual([]);
  expect(complaintsAbout(aCheck(), asked)).toEqual([]);
});

const wrong: [string, Partial<Opinion>, string][] = [
  ['another asset', { symbol: 'ETH' }, 'it is about ETH, the question was about BTC'],
  ['confidence above 1', { confidence: 85 }, 'confidence 85 is not within 0 to 1'],
  ['confidence below 0', { confidence: -0.1 }, 'confidence -0.1 is not within 0 to 1'],
  ['confidence that is no number', { confidence: NaN }, 'confidence NaN is not within 0 to 1'],
  ['a size above the whole', { positionSizePct: 2 }, 'position size 2 is no fraction of the portfolio'],
  ['no levels', { levels: null }, 'buy without entry, stop loss and take profit'],
  [
    'a level of zero',
    { levels: { entry: 100, stopLoss: 0, takeProfit: 105 } },
    'levels that are no prices: entry 100, stop loss 0, take profit 105',
  ],
  [
    'levels of the opposite',
    { levels: sale },
    'buy with the levels of the opposite: entry 100, stop loss 102, take profit 95',
  ],
  [
    'the stop on the wrong side',
    { levels: { entry: 100, stopLoss: 102, takeProfit: 105 } },
    'buy with the stop loss on the wrong side: entry 100, stop loss 102, take profit 105',
  ],
  [
    'the target on the wrong side',
    { direction: 'sell', levels: { entry: 100, stopLoss: 102, takeProfit: 105 } },
    'sell with the take profit on the wrong side: entry 100, stop loss 102, take profit 105',
  ],
  ['another ratio', { riskRewardRatio: 4 }, 'risk/reward is stated as 4 and by its levels is 2.50'],
  [
    'a stop too far away',
    { levels: { entry: 100, stopLoss: 94, takeProfit: 105 }, riskRewardRatio: null },
    'stop loss lies 6.00 % from the entry, allowed are 1 to 5 %',
  ],
  [
    'a target too near',
    { levels: { entry: 100, stopLoss: 98, takeProfit: 101 }, riskRewardRatio: null },
    'take profit lies 1.00 % from the entry, allowed are 2 to 10 %',
  ],
  [
    'an entry far from the price',
    { levels: { entry: 110, stopLoss: 107, takeProfit: 115 }, riskRewardRatio: null },
    'entry 110 lies 10.00 % from the price 100, allowed are 5 %',
  ],
  [
    'a hold with levels',
    { direction: 'hold', positionSizePct: 0 },
    'hold, and yet levels: entry 100, stop loss 98, take profit 105',
  ],
  ['a hold with a size', { direction: 'hold', levels: null }, 'hold, and yet a position size of 0.02'],
];
test.each(wrong)('names %s', (_what, differs, complaint) => {
  expect(complaintsAbout(anOpinion(differs), asked)).toEqual([complaint]);
});

test('a check only moves the confidence of the direction that it is given', () => {
  expect(complaintsAbout(aCheck({ direction: 'sell' }), asked)).toEqual(['a check of a buy answered sell']);
});

test('what an opinion says is judged without the question, too', () => {
  expect(complaintsByItself(anOpinion({ levels: sale, confidence: 2 }))).toHaveLength(2);
  expect(complaintsByItself(anOpinion({ levels: { entry: 100, stopLoss: 50, takeProfit: 225 } }))).toEqual([]);
});

test('a level on the limit of its category is within it, whatever a few digits make of it', () => {
  const price = 0.123457;
  const round = (level: number) => Number(level.toPrecision(6));
  const levels = { entry: price, stopLoss: round(price * 0.998), takeProfit: round(price * 1.005) };
  const about = { ...asked, price, limits: categoryRules.scalp };
  expect(complaintsAbout(anOpinion({ levels, riskRewardRatio: 2.5 }), about)).toEqual([]);
});
