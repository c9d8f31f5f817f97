// Ctrl-C, SIGTERM, a closed terminal and the death of the command above all mean the same: stop in order.
import { identify, isAlive } from './processes.mjs';

/** Aborted, with the signal's name as its reason, when this process is asked to end. Asking again changes nothing. */
export function interruption() {
  const controller = new AbortController();
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => controller.abort(new Interrupted(signal)));
  }
  // whatever goes wrong unnoticed elsewhere: the processes started so far are stopped all the same
  for (const event of ['uncaughtException', 'unhandledRejection'])
    process.on(event, (error) => controller.abort(error));
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => controller.abort(new Interrupted('nobody reads its output any more')));
  }
  const parent = commandAbove();
  if (parent) {
    const timer = setInterval(() => {
      if (!isAlive(parent)) controller.abort(new Interrupted('the command that started it is gone'));
    }, 1_000);
    timer.unref();
  }
  return controller.signal;
}

/** The bootstrap that started this process, when it did: after its death nobody else would stop the stack. */
export const commandAbove = () =>
  Number(process.env.FKS_BOOTSTRAP_PID) === process.ppid ? identify(process.ppid) : undefined;

export class Interrupted extends Error {}
