import { InvariantViolation } from '../../../../src/shared/errors.js';
import { ComputePool } from '../../../../src/platform/compute/compute-pool.js';
import type { ComputeTask } from '../../../../src/platform/compute/compute-pool.js';

const module = new URL('./long-work.js', import.meta.url);
const sumOfSquares: ComputeTask<Float64Array, number> = { module, name: 'sumOfSquares' };
const spin: ComputeTask<number, number> = { module, name: 'spin' };
const never = new AbortController().signal;

describe('work in a thread of its own', () => {
  const pool = new ComputePool();
  afterAll(() => pool.onApplicationShutdown());

  it('answers what the function answers', async () => {
    expect(await pool.run(sumOfSquares, Float64Array.of(3, 4), never)).toBe(25);
  });

  it('lets the event loop go on meanwhile', async () => {
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 10);
    await pool.run(spin, 300, never);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
  });

  it('stops when it is cancelled, with the reason of the cancellation', async () => {
    const cancellation = new AbortController();
    const running = pool.run(spin, 600_000, cancellation.signal);
    const reason = new Error('no longer wanted');
    setTimeout(() => cancellation.abort(reason), 50);
    await expect(running).rejects.toBe(reason);
    expect(await pool.run(sumOfSquares, Float64Array.of(1), never)).toBe(1);
  });

  it('does not begin what is cancelled already', async () => {
    const reason = new Error('too late');
    await expect(pool.run(spin, 1, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('tells a caller who waits that it takes too long, and a defect as it is', async () => {
    const late = (seconds: number) => `not there within ${seconds} seconds`;
    await expect(pool.runWithin(spin, 600_000, 50, late)).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'not there within 0.05 seconds',
    });
    expect(await pool.runWithin(sumOfSquares, Float64Array.of(3, 4), 20_000, late)).toBe(25);
    const failing: ComputeTask<string, never> = { module, name: 'failing' };
    await expect(pool.runWithin(failing, 'odd input', 20_000, late)).rejects.toBeInstanceOf(InvariantViolation);
  });

  it('says which function failed, and takes it for a defect', async () => {
    const failing: ComputeTask<string, never> = { module, name: 'failing' };
    const running = pool.run(failing, 'odd input', never);
    await expect(running).rejects.toBeInstanceOf(InvariantViolation);
    await expect(running).rejects.toThrow('failing failed in its thread: RangeError: odd input');
  });
});
