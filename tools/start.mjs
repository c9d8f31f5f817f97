// npm start: the whole stack, until Ctrl-C.   Options: --simulate [--seed N]   Settings: see .env.example
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { interruption, Interrupted } from './local/interrupt.mjs';
import { messageOf, shown, stateDirOf } from './local/project.mjs';
import { NotStopped, startStack } from './local/stack.mjs';

const signal = interruption();
try {
  const { values } = parseArgs({ options: { simulate: { type: 'boolean' }, seed: { type: 'string' } } });
  if (values.seed !== undefined && !/^\d+$/.test(values.seed))
    throw new Error(`--seed is not a whole number: ${values.seed}`);
  await build({ signal });
  const begin = Date.now();
  const stack = await startStack({
    stateDir: stateDirOf('.cache/local'),
    simulate: values.simulate ? { seed: Number(values.seed ?? 1) } : undefined,
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
