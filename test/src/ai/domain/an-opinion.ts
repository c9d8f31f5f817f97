import type { Opinion } from '../../../../src/ai/domain/opinion.js';

/** A buy of a model that nothing is wrong with, at a price of 100. */
export const anOpinion = (differs: Partial<Opinion> = {}): Opinion => ({
  kind: 'opinion',
  symbol: 'BTC',
  direction: 'buy',
  confidence: 0.8,
  levels: { entry: 100, stopLoss: 98, takeProfit: 105 },
  riskRewardRatio: 2.5,
  positionSizePct: 0.02,
  rationale: { summary: 'because', factors: [], risks: [] },
  model: 'a model',
  ...differs,
});

export const aCheck = (differs: Partial<Opinion> = {}): Opinion =>
  anOpinion({ kind: 'check', levels: null, riskRewardRatio: null, positionSizePct: null, model: null, ...differs });
