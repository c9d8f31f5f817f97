import { recordColumns, recordedFrom } from '../../../../../src/signals/domain/record/recorded-from.js';
import { reportOf } from '../../../../../src/signals/domain/record/report.js';

const named = (row: Partial<Record<(typeof recordColumns)[number], unknown>>) =>
  recordColumns.map((column) => row[column] ?? null);
const shown = {
  id: 'a',
  category: 'swing',
  asOf: 1_000,
  riskRewardRatio: 2,
  strength: 'strong',
  confidencePoints: 70,
  size: 0.2,
};
const opinion = { opinion: 'answered', late: false, calls: 1, milliseconds: 9, served: 'rules' };
const followed = { aiConfidencePoints: 60, aiSize: 0.1, aiCancelled: false };
const settled = { exitedAt: 2_000, returnUsd: -0.05, returnBtc: null, rMultiple: -1 };

test('rows are read by their columns, and what is not there is null', () => {
  expect(recordedFrom(JSON.stringify([named({ ...shown, ...opinion, ...followed, ...settled })]))).toEqual([
    {
      signalId: 'a',
      category: 'swing',
      asOf: 1_000,
      riskRewardRatio: 2,
      strength: 'strong',
      baseline: { confidencePoints: 70, sizeFraction: 0.2, isCancelled: false },
      heldBackBy: [],
      opinion: {
        outcome: 'answered',
        late: false,
        calls: 1,
        milliseconds: 9,
        ai: { confidencePoints: 60, sizeFraction: 0.1, isCancelled: false },
        served: 'rules',
      },
      outcome: settled,
    },
  ]);
  expect(recordedFrom(JSON.stringify([named({ ...shown, heldBackBy: ['cooldown'] })]))).toMatchObject([
    { heldBackBy: ['cooldown'], opinion: null, outcome: null },
  ]);
});

test('a report counts its signals, and its verdict the history', () => {
  const rows = [
    named({ ...shown, ...opinion, ...followed, ...settled }),
    named({ ...shown, id: 'b', heldBackBy: ['x'] }),
  ];
  const report = reportOf({ signals: JSON.stringify(rows), history: '[]', category: 'swing', knownAt: 9_000 });
  expect(report).toMatchObject({
    comparison: { pairs: 1 },
    filters: [{ by: 'x', signals: 1, settled: 0 }],
    coverage: { signals: 1, pairs: 1 },
    cost: { calls: 1 },
    served: { rules: 1, rules_and_ai: 0 },
    averages: { baseline: { signals: 1 }, ai: { signals: 1 } },
    verdict: { mode: 'show', pairs: 0 },
  });
});
