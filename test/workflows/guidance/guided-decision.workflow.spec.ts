import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { stateAfter, type Answer, type DecisionState } from '../../../src/guidance/domain/decision.js';
import {
  answerDecision,
  decisionWorkflowId,
  guidedDecisionWorkflow,
  type GuidanceActivities,
  type GuidedDecision,
} from '../../../src/guidance/guidance.contract.js';
import type { DecisionId, PortfolioId } from '../../../src/shared/ids.js';
import { startTimeSkipping, withWorker } from '../../support/time-skipping.js';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startTimeSkipping();
});
afterAll(() => env.teardown());

const threeDays = 3 * 86_400_000;
const approve: Answer = { choice: 'approve', note: null, actor: 'local', proposalHash: null };
const reject: Answer = { ...approve, choice: 'reject' };

/** The decision's row in memory: the first settlement stays, as in the database. */
class Row {
  state: DecisionState = 'awaiting_answer';
  updateId: string | undefined;
  writes = 0;
  failures = 0;
  settle(state: DecisionState, updateId: string): DecisionState {
    if (this.state !== 'awaiting_answer') {
      if (this.updateId === updateId) return this.state;
      throw ApplicationFailure.nonRetryable(`the decision was ${this.state} already`, 'DomainError');
    }
    this.writes += 1;
    this.updateId = updateId;
    return (this.state = state);
  }
}

type Story = (handle: WorkflowHandle<GuidedDecision>, row: Row) => Promise<void>;

async function decide(
  story: Story,
  change: Partial<GuidanceActivities> | ((row: Row) => Partial<GuidanceActivities>) = {},
) {
  const row = new Row();
  const activities = {
    async recordDecision({ answer, updateId }) {
      return row.settle(stateAfter(answer.choice), updateId);
    },
    async recordExpiry() {
      return row.settle('expired', 'expiry');
    },
    ...(typeof change === 'function' ? change(row) : change),
  } satisfies Partial<GuidanceActivities>;
  const state = await withWorker(env, activities, async (taskQueue) => {
    const decisionId = randomUUID() as DecisionId;
    const answerBy = new Date((await env.currentTimeMs()) + threeDays).toISOString();
    const handle = await env.client.workflow.start<GuidedDecision>(guidedDecisionWorkflow, {
      workflowId: decisionWorkflowId(decisionId),
      taskQueue,
      args: [
        { decisionId, portfolioId: randomUUID() as PortfolioId, answerBy, proposalHash: 'h1', title: 'a decision' },
      ],
    });
    await story(handle, row);
    return handle.result();
  });
  return { state, row };
}
const send = (handle: WorkflowHandle<GuidedDecision>, answer: Answer, updateId: string = randomUUID()) =>
  handle.executeUpdate(answerDecision, { args: [answer], updateId });

test('expires after three days without an answer', async () => {
  const { state, row } = await decide(async () => undefined);
  expect([state, row.state, row.writes]).toEqual(['expired', 'expired', 1]);
});

test.each([
  [approve, 'approved'],
  [reject, 'rejected'],
])('takes an answer: %j leads to %s', async (answer, expected) => {
  const { state, row } = await decide(async (handle) => expect(await send(handle, answer)).toBe(expected));
  expect([state, row.writes]).toEqual([expected, 1]);
});

test('the same update again gets the same answer and writes nothing', async () => {
  const { row } = await decide(async (handle) => {
    const both = await Promise.all([send(handle, approve, 'u1'), send(handle, approve, 'u1')]);
    expect(both).toEqual(['approved', 'approved']);
  });
  expect(row.writes).toBe(1);
});

test('while an answer is being recorded another one is refused', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const { state, row } = await decide(
    async (handle) => {
      const first = send(handle, approve);
      const second = await new Promise<unknown>((resolve) => {
        setTimeout(() => void send(handle, reject).then(resolve, resolve), 300);
      });
      expect(second).toBeInstanceOf(WorkflowUpdateFailedError);
      expect((second as WorkflowUpdateFailedError).cause).toMatchObject({
        type: 'AnswerRefused',
        message: 'another answer to this decision is being recorded',
      });
      release();
      expect(await first).toBe('approved');
    },
    (row) => ({
      async recordDecision({ answer, updateId }) {
        await held;
        return row.settle(stateAfter(answer.choice), updateId);
      },
    }),
  );
  expect([state, row.writes]).toEqual(['approved', 1]);
});

test('an answer whose acknowledgement was lost is recorded once', async () => {
  const { row } = await decide(
    async (handle) => expect(await send(handle, approve)).toBe('approved'),
    (row) => ({
      async recordDecision({ answer, updateId }) {
        const state = row.settle(stateAfter(answer.choice), updateId);
        row.failures += 1;
        if (row.failures === 1) throw new Error('the connection broke after the commit');
        return state;
      },
    }),
  );
  expect([row.writes, row.failures]).toEqual([1, 2]);
});

test('an answer that cannot be recorded leaves the question open', async () => {
  const { state } = await decide(
    async (handle) => {
      await expect(send(handle, approve)).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
      expect(await send(handle, reject)).toBe('rejected');
    },
    (row) => ({
      async recordDecision({ answer, updateId }) {
        if (answer.choice === 'approve') throw ApplicationFailure.nonRetryable('no', 'DomainError');
        return row.settle(stateAfter(answer.choice), updateId);
      },
    }),
  );
  expect(state).toBe('rejected');
});

test('a stale proposal is refused and the question stays open', async () => {
  const { state } = await decide(async (handle) => {
    const stale = await send(handle, { ...approve, proposalHash: 'h0' }).catch((error: unknown) => error);
    expect((stale as WorkflowUpdateFailedError).cause).toMatchObject({
      message: 'the proposal has changed since it was shown',
    });
    await send(handle, { ...approve, proposalHash: 'h1' });
  });
  expect(state).toBe('approved');
});
