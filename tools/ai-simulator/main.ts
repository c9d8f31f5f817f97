// A stand-in for fks_ai: node dist/tools/ai-simulator/main.js [--port N] [--seed S] [--model-milliseconds N]
import { parseArgs } from 'node:util';
import { startAiSimulator } from './server.js';

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new Error(`--${name} is a whole number, not "${text}"`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      'model-milliseconds': { type: 'string', default: '20' },
    },
  });
  const simulator = await startAiSimulator({
    port: wholeNumber('port', values.port),
    seed: wholeNumber('seed', values.seed),
    modelMilliseconds: wholeNumber('model-milliseconds', values['model-milliseconds']),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.stop());
  console.log(`AI simulator on ${simulator.url}`);
}

main().catch((error: unknown) => {
  console.error(`AI simulator: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
