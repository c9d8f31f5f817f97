// A market on this machine: node dist/tools/market-simulator/main.js [--port N] [--seed S] [--prices DIR ...] [--now ISO]
// [--limits JSON]
import { parseArgs } from 'node:util';
import { parseAsOf } from '../../src/shared/time.js';
import { limitOrder, type LimitOrder } from './budgets.js';
import { startMarketSimulator } from './server.js';

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new Error(`--${name} is a whole number, not "${text}"`);
}

function limitsOf(text: string): LimitOrder {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error('--limits is no JSON', { cause });
  }
  const order = limitOrder.safeParse(value);
  if (order.success) return order.data;
  const wrong = order.error.issues.map(({ path, message }) => `${path.join('.') || '(whole)'}: ${message}`);
  throw new Error(`--limits: ${wrong.join('; ')}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      prices: { type: 'string', multiple: true, default: [] },
      now: { type: 'string' },
      limits: { type: 'string' },
    },
  });
  const now = values.now === undefined ? undefined : parseAsOf(values.now);
  if (values.now !== undefined && now === undefined) throw new Error(`--now is an ISO 8601 time, not "${values.now}"`);
  const simulator = await startMarketSimulator({
    port: wholeNumber('port', values.port),
    seed: wholeNumber('seed', values.seed),
    prices: values.prices,
    ...(now !== undefined && { now }),
    ...(values.limits !== undefined && { limits: limitsOf(values.limits) }),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.stop());
  console.log(`market simulator on ${simulator.url}`);
}

main().catch((error: unknown) => {
  console.error(`market simulator: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
