// npm start: the whole stack, until Ctrl-C.   Options: see `usage`   Settings: see .env.example
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { interruption, Interrupted } from './local/interrupt.mjs';
import { messageOf, shown, stateDirOf } from './local/project.mjs';
import { NotStopped, startStack } from './local/stack.mjs';

const usage = `npm start -- [--prices DIR]... | [--simulate [--seed N]]
  --prices DIR   a folder of price files, as FKS_PRICES; repeatable, the first folder that has an asset wins
  --simulate     prices from the market simulator, of seed N (1 unless said)`;

/** The options' values; folders are taken from where the caller stands. */
function readOptions() {
  /** @type {{ simulate?: boolean, seed?: string, prices?: string[] }} */
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        simulate: { type: 'boolean' },
        seed: { type: 'string' },
        prices: { type: 'string', multiple: true },
      },
    }));
  } catch (error) {
    throw new Error(`${messageOf(error).split('. To specify')[0]}\n${usage}`, { cause: error });
  }
  const { simulate, seed, prices = [] } = values;
  if (simulate && prices.length > 0) throw new Error('--simulate and --prices exclude each other');
  if (seed !== undefined && !/^\d+$/.test(seed)) throw new Error(`--seed is not a whole number: ${seed}`);
  const folders = prices.map((dir) => path.resolve(process.env.INIT_CWD ?? process.cwd(), dir));
  const withColon = folders.find((dir) => dir.includes(path.delimiter));
  if (withColon !== undefined) throw new Error(`--prices: a folder's path cannot hold a colon: ${withColon}`);
  return { simulate: simulate ? { seed: Number(seed ?? 1) } : undefined, folders };
}

const signal = interruption();
try {
  const { simulate, folders } = readOptions();
  await build({ signal });
  const begin = Date.now();
  const stack = await startStack({
    stateDir: stateDirOf('.cache/local'),
    env: { ...process.env, ...(folders.length > 0 && { FKS_PRICES: folders.join(path.delimiter) }) },
    simulate,
    signal,
    step: async (name, work) => {
      const start = Date.now();
      const words = await work();
      console.error(`  ${name.padEnd(17)} ${words} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
    },
  });
  try {
    console.log(`ready ${stack.apiUrl}`);
    console.log(`  API docs     ${stack.apiUrl}/docs`);
    if (stack.temporalUiUrl) console.log(`  Temporal UI  ${stack.temporalUiUrl}`);
    console.log(
      `  logs, state  ${shown(stack.stateDir)}   (up in ${((Date.now() - begin) / 1000).toFixed(1)} s; Ctrl-C stops)`,
    );
    await new Promise((resolve) => (signal.aborted ? resolve(undefined) : signal.addEventListener('abort', resolve)));
    console.error('stopping ...');
  } finally {
    await stack.stop();
  }
  if (!(signal.reason instanceof Interrupted)) throw signal.reason;
  console.error('stopped');
} catch (error) {
  const why = error instanceof NotStopped ? error : (signal.reason ?? error);
  if (!(why instanceof Interrupted)) {
    console.error(messageOf(why));
    process.exitCode = 1;
  }
}
process.exit();
