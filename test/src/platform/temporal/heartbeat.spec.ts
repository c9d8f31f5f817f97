import { MockActivityEnvironment } from '@temporalio/testing';
import { beat, beating } from '../../../../src/platform/temporal/heartbeat.js';

// an ES module has no global of this name
const { jest } = import.meta;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** What an activity of seven seconds sends, when it tells once after three that it is half-way. */
async function beatsOf(info: { heartbeatTimeoutMs?: number }): Promise<unknown[]> {
  const environment = new MockActivityEnvironment(info);
  const beats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => beats.push(details));
  const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const activity = async () => {
    await after(3_000);
    if (info.heartbeatTimeoutMs !== undefined) beat('half-way');
    await after(4_000);
  };
  const done = environment.run(() => beating(activity));
  await jest.advanceTimersByTimeAsync(60_000);
  await done;
  return beats;
}

test('an activity beats while it runs, with what it told last, and no longer', async () => {
  expect(await beatsOf({ heartbeatTimeoutMs: 10_000 })).toEqual([undefined, 'half-way', 'half-way', 'half-way']);
});

test('an activity without a heartbeat timeout does not beat', async () => {
  expect(await beatsOf({})).toEqual([]);
});
