// npm run stop: stops what a start left running, and what a killed demo left behind.
import { messageOf, shown, stateDirOf } from './local/project.mjs';
import { stopStack } from './local/stack-state.mjs';

try {
  const stateDir = stateDirOf('.cache/local');
  const any = [await stopStack(stateDir, { say: console.log, evenWithLauncher: true })];
  // a demo that runs in another terminal is that terminal's own
  const demo = stateDirOf('.cache/demo');
  if (demo !== stateDir) any.push(await stopStack(demo, { say: console.log, evenWithLauncher: false }));
  if (!any.includes(true)) console.log(`nothing of ${shown(stateDir)} is running`);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
