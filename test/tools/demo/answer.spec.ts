import { answerUntilRecorded } from '../../../tools/demo/answer.js';
import type { Decision } from '../../../tools/demo/api.js';

const { signal } = new AbortController();

/** A service that gives these answers one after the other, the last one for ever. */
function service(...states: (Decision['state'] | undefined)[]) {
  const sent: string[] = [];
  return {
    sent,
    answerDecision: async (id: string, choice: 'approve' | 'reject') => {
      const state = states[Math.min(sent.length, states.length - 1)];
      sent.push(`${choice} ${id}`);
      return state && ({ id, state } as Decision);
    },
  };
}

test('the same answer is sent until it is recorded', async () => {
  const api = service('awaiting_answer', undefined, 'awaiting_answer', 'approved');
  expect(await answerUntilRecorded(api, 'd1', 'approve', { signal, pauseMs: 1 })).toMatchObject({ state: 'approved' });
  expect(api.sent).toEqual(['approve d1', 'approve d1', 'approve d1', 'approve d1']);
});

test('an answer that is recorded at once is sent once', async () => {
  const api = service('rejected');
  await answerUntilRecorded(api, 'd1', 'reject', { signal, pauseMs: 1 });
  expect(api.sent).toEqual(['reject d1']);
});

test('an answer that nobody records in time is an error that says so', async () => {
  const late = { signal, pauseMs: 5, withinMs: 50 };
  const waiting = answerUntilRecorded(service('awaiting_answer'), 'd1', 'approve', late);
  await expect(waiting).rejects.toThrow('the answer was not recorded within 0.05 s: awaiting_answer');
  const away = answerUntilRecorded(service(undefined), 'd1', 'approve', late);
  await expect(away).rejects.toThrow('the answer was not recorded within 0.05 s: not now');
});
