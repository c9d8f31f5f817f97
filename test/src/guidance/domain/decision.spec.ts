import {
  decisionStates,
  isSettled,
  stateAfter,
  whyAnswerIsRefused,
  type Answer,
  type LiveDecisionState,
} from '../../../../src/guidance/domain/decision.js';

const answerBy = Date.parse('2026-11-28T00:00:00Z');
const approve: Answer = { choice: 'approve', note: null, actor: 'local', proposalHash: null };
const refusal = (state: LiveDecisionState, answer = approve, now = answerBy - 1) =>
  whyAnswerIsRefused({ state, proposalHash: 'h1', answerBy }, answer, now);

test.each<[LiveDecisionState, string | undefined]>([
  ['awaiting_answer', undefined],
  ['recording', 'another answer to this decision is being recorded'],
  ['approved', 'the decision was approved already'],
  ['rejected', 'the decision was rejected already'],
  ['expired', 'the decision has expired'],
])('an answer while %s is met with %s', (state, why) => {
  expect(refusal(state)).toBe(why);
});

test('an answer at the deadline is late, one millisecond before it is not', () => {
  expect(refusal('awaiting_answer', approve, answerBy)).toBe('the time to answer is over');
  expect(refusal('awaiting_answer', approve, answerBy - 1)).toBeUndefined();
});

test('an answer to a proposal that was replaced is refused', () => {
  expect(refusal('awaiting_answer', { ...approve, proposalHash: 'h0' })).toBe(
    'the proposal has changed since it was shown',
  );
  expect(refusal('awaiting_answer', { ...approve, proposalHash: 'h1' })).toBeUndefined();
});

test('exactly the three ends are settled', () => {
  expect(decisionStates.filter(isSettled)).toEqual(['approved', 'rejected', 'expired']);
  expect([stateAfter('approve'), stateAfter('reject')]).toEqual(['approved', 'rejected']);
});
