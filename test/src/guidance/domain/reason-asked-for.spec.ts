import { reasonAskedFor } from '../../../../src/guidance/domain/reason-asked-for.js';

const flagged = (response: string) => ({
  signals: [{ id: 's', bias_flags: [{ bias: 'chasing', message: 'purchases follow run-ups', response }] }],
});

test('a trade that a bias asks a reason for is approved with one', () => {
  expect(reasonAskedFor({ signalId: 's' }, flagged('ask_reason'))).toBe('chasing: purchases follow run-ups');
});

test('a warning asks for none, nor do weights, nor signals of before there were flags', () => {
  expect(reasonAskedFor({ signalId: 's' }, flagged('warn'))).toBeUndefined();
  expect(reasonAskedFor({ weights: [] }, flagged('ask_reason'))).toBeUndefined();
  expect(reasonAskedFor({ signalId: 's' }, { signals: [{ id: 's' }, { bias_flags: [null, 'text'] }] })).toBeUndefined();
});
