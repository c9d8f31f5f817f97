// The whole stack on one machine: PostgreSQL, Temporal, migrations, schedules, simulators, API and worker.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPg } from './pg.mjs';
import { choosePort, portFrom, releasePorts, startOnPorts } from './ports.mjs';
import { isAlive } from './processes.mjs';
import { messageOf, root, shown } from './project.mjs';
import { registerSearchAttributes } from './search-attributes.mjs';
import { runTool, waitUntilReady } from './services.mjs';
import { simulatedLimits, simulatedSources } from './simulated-sources.mjs';
import { claim, clearLeftovers, eraseState, noteStack, pgDir } from './stack-state.mjs';
import { SupervisedChild } from './supervised-child.mjs';
import { startTemporal } from './temporal.mjs';

/**
 * Runs one step of the start and shows it; the words it resolves to are shown beside it.
 * @typedef {(name: string, work: () => Promise<string>) => Promise<void>} ShowStep
 *
 * @typedef {object} StackOptions
 * @property {string} stateDir
 * @property {NodeJS.ProcessEnv} [env] DATABASE_URL and TEMPORAL_ADDRESS given: used, and no server started. A database
 *   that is given without DATABASE_OWNER_URL is migrated by whoever owns its tables.
 * @property {{ seed: number } | undefined} [simulate] Prices from the market simulator instead of the sources themselves.
 * @property {boolean} [fresh] Forgets what the state directory holds.
 * @property {(line: string) => void} [say]
 * @property {ShowStep} [step]
 * @property {AbortSignal | undefined} [signal]
 * @property {boolean} [fast] Servers that give up durability for speed, for tests.
 * @property {typeof productPrograms} [programs] Other scripts in their place, for tests of the launcher alone.
 *
 * @typedef {object} RunningStack
 * @property {string} apiUrl
 * @property {string | undefined} temporalUiUrl
 * @property {string} temporalNamespace
 * @property {string} stateDir
 * @property {(lines?: number) => string} logTails The last lines of the API's and the worker's logs.
 * @property {() => Promise<void>} restartServices Starts API and worker anew, for new code.
 * @property {() => Promise<void>} stop
 */

const wishes = {
  api: { name: 'API', variable: 'PORT', fallback: 8012 },
  metrics: { name: 'worker metrics', variable: 'METRICS_PORT', fallback: 9464 },
  simulator: { name: 'market simulator', variable: 'FKS_SIMULATOR_PORT', fallback: 8013 },
  aiSimulator: { name: 'AI simulator', variable: 'FKS_AI_SIMULATOR_PORT', fallback: 8014 },
};

const productPrograms = {
  api: 'dist/src/main.js',
  worker: 'dist/src/worker.main.js',
  migrations: 'dist/tools/migrate.js',
  schedules: 'dist/tools/declare-schedules.js',
  simulator: 'dist/tools/market-simulator/main.js',
  aiSimulator: 'dist/tools/ai-simulator/main.js',
};

/** Wrong settings are told in one line, before anything is started.
 * @param {NodeJS.ProcessEnv} env */
async function checkSettings(env) {
  /** @param {string} file */
  const built = (file) => import(pathToFileURL(path.join(root, 'dist', file)).href);
  const { readConfig } = await built('src/platform/config/config.js');
  const { sourcesInOrder } = await built('src/data/sources/registry.js');
  const { sources } = readConfig(env);
  sourcesInOrder(sources.order, sources.environment);
}

/** @type {ShowStep} */
const plainStep = async (_name, work) => {
  await work();
};

/** Starts what is not given, waits until the API says it is ready, and keeps it running until `stop`.
 * @param {StackOptions} options @returns {Promise<RunningStack>} */
export async function startStack({
  stateDir,
  env = process.env,
  simulate,
  fresh = false,
  say = console.error,
  step = plainStep,
  signal,
  fast = false,
  programs = productPrograms,
}) {
  const release = await claim(stateDir);
  const stack = new Stack({ stateDir, env, say, programs, fast });
  try {
    if (programs === productPrograms) await checkSettings(env);
    await clearLeftovers(stateDir, say);
    if (fresh) await eraseState(stateDir);
    stack.writeState();
    /** @type {ShowStep} */
    const next = async (name, work) => {
      signal?.throwIfAborted();
      await step(name, work);
    };
    await next('PostgreSQL', () => stack.startDatabase());
    await next('migrations', () => stack.migrate());
    await next('Temporal', () => stack.startTemporal());
    await next('schedules', () => stack.declareSchedules());
    if (simulate) await next('market simulator', () => stack.startSimulator(simulate.seed));
    await next('AI', () => stack.startAiSimulator(simulate?.seed ?? 1));
    await next('API and worker', () => stack.startServices(signal));
    signal?.throwIfAborted();
    stack.supervise();
  } catch (error) {
    try {
      await stack.stop();
    } catch (failure) {
      // said already; why the start failed is the news
      if (!(failure instanceof NotStopped)) throw new AggregateError([error, failure], messageOf(error));
    } finally {
      release();
    }
    throw error;
  }
  return {
    ...stack.addresses,
    stateDir,
    logTails: (lines) => stack.logTails(lines),
    restartServices: () => stack.restartServices(signal),
    stop: () => stack.stop().finally(release),
  };
}

/** @param {PromiseSettledResult<unknown>[]} results */
const reasonsOf = (results) =>
  results.flatMap((result) => (result.status === 'rejected' ? [/** @type {Error} */ (result.reason)] : []));

/** @param {PromiseSettledResult<unknown>[]} results */
function throwFirst(results) {
  const [first] = reasonsOf(results);
  if (first) throw first;
}

/** Something of the stack still runs, or may run; the causes stand in `errors`. */
export class NotStopped extends AggregateError {}

class Stack {
  #stateDir;
  #env;
  #say;
  #programs;
  #fast;
  /** @type {Awaited<ReturnType<typeof startPg>> | undefined} */ #pg;
  /** @type {Awaited<ReturnType<typeof startTemporal>> | undefined} */ #temporal;
  /** @type {SupervisedChild[]} */ #children = [];
  /** @type {number[]} */ #ports = [];
  #apiUrl = '';
  #isReady = false;
  #isStopping = false;
  /** @type {NodeJS.ProcessEnv} */ #simulated = {};
  /** @type {NodeJS.Timeout | undefined} */ #watch;

  /** @param {Required<Pick<StackOptions, 'stateDir' | 'env' | 'say' | 'programs' | 'fast'>>} options */
  constructor({ stateDir, env, say, programs, fast }) {
    this.#stateDir = stateDir;
    this.#env = env;
    this.#say = say;
    this.#programs = programs;
    this.#fast = fast;
  }

  get addresses() {
    return {
      apiUrl: this.#apiUrl,
      temporalUiUrl: this.#temporal?.uiUrl ?? (this.#env.TEMPORAL_UI_URL || undefined),
      temporalNamespace: this.#namespace,
    };
  }

  get #namespace() {
    return this.#env.TEMPORAL_NAMESPACE || 'default';
  }

  /** The services' own grace time, and a little more to say goodbye. */
  get #graceMs() {
    return (Number(this.#env.SHUTDOWN_GRACE_SECONDS || 20) + 5) * 1_000;
  }

  writeState() {
    const apiUrl = this.#isReady ? this.#apiUrl : undefined;
    noteStack(this.#stateDir, { isStopping: this.#isStopping, apiUrl, children: this.#children });
  }

  async startDatabase() {
    if (this.#env.DATABASE_URL) return 'given by DATABASE_URL';
    const asked = portFrom('FKS_POSTGRES_PORT', this.#env);
    this.#pg = await startPg({
      dir: pgDir(this.#stateDir),
      fast: this.#fast,
      say: this.#say,
      ...(asked === undefined ? {} : { port: asked, exactPort: true }),
    });
    return `127.0.0.1:${this.#pg.port}${this.#pg.fresh ? ', new' : this.#pg.reused ? ', was running' : ''}`;
  }

  async startTemporal() {
    const given = this.#env.TEMPORAL_ADDRESS;
    if (given) {
      await registerSearchAttributes(given, this.#namespace);
      return `${given}, given by TEMPORAL_ADDRESS`;
    }
    const port = portFrom('FKS_TEMPORAL_PORT', this.#env);
    const uiPort = portFrom('FKS_TEMPORAL_UI_PORT', this.#env);
    const { address, from, reused } = (this.#temporal = await startTemporal({
      stateDir: this.#stateDir,
      namespace: this.#namespace,
      fast: this.#fast,
      say: this.#say,
      exactPorts: { port: port !== undefined, uiPort: uiPort !== undefined },
      ...(port === undefined ? {} : { port }),
      ...(uiPort === undefined ? {} : { uiPort }),
    }));
    return `${address}, program from ${from}${reused ? ', was running' : ''}`;
  }

  /** As the owner of the tables, who is never taken to be the role that API and worker use. */
  async migrate() {
    const owner = this.#ownerEnv();
    if (owner) return this.#runTool('migrations', this.#programs.migrations, owner);
    this.#say('DATABASE_OWNER_URL is not set: migrations are left to you');
    return 'left to you';
  }

  declareSchedules() {
    return this.#runTool('schedules', this.#programs.schedules);
  }

  /** @param {string} name @param {string} script @param {NodeJS.ProcessEnv} more */
  async #runTool(name, script, more = {}) {
    const log = path.join(this.#stateDir, `${name}.log`);
    await runTool({ name, script, log, env: { ...this.#serviceEnv(), ...more } });
    return 'done';
  }

  /** @param {number} seed */
  async startSimulator(seed) {
    const options = ['--seed', String(seed), '--limits', JSON.stringify(simulatedLimits)];
    const url = await this.#listening(wishes.simulator, 'simulator.log', [this.#programs.simulator, ...options]);
    this.#simulated = { ...this.#simulated, ...simulatedSources(url) };
    return `${url}, seed ${seed}`;
  }

  /** Stands in for fks_ai where no address of it is given. @param {number} seed */
  async startAiSimulator(seed) {
    if (this.#env.FKS_AI_BASE_URL) return 'fks_ai, given by FKS_AI_BASE_URL';
    const program = [this.#programs.aiSimulator, '--seed', String(seed)];
    const url = await this.#listening(wishes.aiSimulator, 'ai-simulator.log', program);
    this.#simulated = { ...this.#simulated, FKS_AI_BASE_URL: url };
    return `${url}, simulator, because FKS_AI_BASE_URL is not set`;
  }

  /** Starts a program that listens on a port of its own, and answers where.
   * @param {import('./ports.mjs').PortWish} wish @param {string} log @param {string[]} program */
  #listening(wish, log, program) {
    return startOnPorts(
      async () => [await this.#choose(wish)],
      async ([port = 0]) => {
        const child = this.#child(wish.name, log, this.#env, [...program, '--port', String(port)]);
        try {
          child.start();
          for (const end = Date.now() + 20_000; !child.listensOn(port);) {
            if (child.ended !== undefined) throw new Error(child.describeEnd());
            if (Date.now() > end) throw new Error(`the ${wish.name} does not listen on port ${port}`);
            await sleep(50);
          }
        } catch (error) {
          await this.#giveUp(child);
          throw error;
        }
        return `http://127.0.0.1:${port}`;
      },
    );
  }

  /** @param {AbortSignal | undefined} signal */
  async startServices(signal) {
    const choose = async () => [await this.#choose(wishes.api), await this.#choose(wishes.metrics)];
    await startOnPorts(choose, async ([port = 0, metricsPort = 0]) => {
      const host = this.#env.HOST || '127.0.0.1';
      this.#apiUrl = `http://${['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host}:${port}`;
      const env = { ...this.#serviceEnv(), HOST: host, PORT: String(port), METRICS_PORT: String(metricsPort) };
      const api = this.#child('API', 'api.log', env, ['--enable-source-maps', this.#programs.api]);
      const worker = this.#child('worker', 'worker.log', env, ['--enable-source-maps', this.#programs.worker]);
      try {
        for (const service of [api, worker]) service.start();
        await this.#waitUntilReady(api, worker, signal);
      } catch (error) {
        await this.#giveUp(api, worker);
        throw error;
      }
    });
    this.#isReady = true;
    this.writeState();
    return this.#apiUrl;
  }

  /** @param {AbortSignal | undefined} signal */
  async restartServices(signal) {
    const [api, worker] = ['API', 'worker'].map((name) => this.#children.find((child) => child.name === name));
    if (!api || !worker) throw new Error('API and worker have not been started');
    // none may still be on its way to a start when this has failed and the stack is being stopped
    throwFirst(await this.#end(api, worker));
    signal?.throwIfAborted();
    for (const service of [api, worker]) service.start();
    await this.#waitUntilReady(api, worker, signal);
  }

  /** @param {SupervisedChild[]} children */
  #end(...children) {
    return Promise.allSettled(children.map((child) => child.stop(this.#graceMs)));
  }

  /** @param {SupervisedChild[]} children */
  async #giveUp(...children) {
    throwFirst(await this.#end(...children));
    this.#children = this.#children.filter((child) => !children.includes(child));
  }

  /** From now on whatever dies is started again. */
  supervise() {
    for (const child of this.#children) child.restartAfterCrash();
    this.#watch = setInterval(() => void this.#reviveServers(), 1_000);
  }

  #isReviving = false;
  async #reviveServers() {
    if (this.#isReviving || this.#isStopping) return;
    this.#isReviving = true;
    try {
      const [pg, temporal] = [this.#pg, this.#temporal];
      if (pg && !isAlive(pg)) {
        this.#say('PostgreSQL has died; starting it again');
        const where = { dir: pgDir(this.#stateDir), port: pg.port, exactPort: true };
        this.#pg = await startPg({ ...where, fast: this.#fast, say: this.#say });
      }
      if (temporal && !isAlive(temporal)) {
        this.#say('the Temporal server has died; starting it again');
        this.#temporal = await startTemporal({
          stateDir: this.#stateDir,
          namespace: this.#namespace,
          port: temporal.port,
          uiPort: temporal.uiPort,
          exactPorts: { port: true, uiPort: true },
          fast: this.#fast,
        });
      }
    } catch (error) {
      this.#say(`${messageOf(error)}; trying again`);
      await sleep(5_000);
    } finally {
      this.#isReviving = false;
    }
  }

  /** Stops all that can be stopped. @throws NotStopped when something could not; it has been said then */
  async stop() {
    this.#isStopping = true;
    clearInterval(this.#watch);
    const [noted] = await Promise.allSettled([(async () => this.writeState())()]);
    while (this.#isReviving) await sleep(50);
    const children = await this.#end(...this.#children);
    // the servers outlive those who use them
    const servers = await Promise.allSettled([this.#temporal?.stop(), this.#pg?.stop()]);
    releasePorts(...this.#ports);
    // whatever still runs is written down for the next launcher
    this.#children = this.#children.filter((_child, i) => children[i]?.status === 'rejected');
    this.writeState();
    const errors = reasonsOf([noted, ...children, ...servers]);
    for (const error of errors) this.#say(`not stopped: ${messageOf(error)}`);
    if (errors.length > 0) throw new NotStopped(errors, errors.map(messageOf).join('; '));
  }

  logTails(lines = 15) {
    return this.#children
      .filter((child) => !child.name.endsWith('simulator'))
      .map((child) => `the end of the ${child.name}'s log in ${shown(this.#stateDir)}:\n${child.logTail(lines)}`)
      .join('\n');
  }

  /** @param {import('./ports.mjs').PortWish} wish */
  async #choose(wish) {
    const port = await choosePort(wish, this.#env, this.#say);
    this.#ports.push(port);
    return port;
  }

  /** @param {string} name @param {string} log @param {NodeJS.ProcessEnv} env @param {string[]} args */
  #child(name, log, env, args) {
    const onChange = () => this.writeState();
    const child = new SupervisedChild({
      name,
      args,
      env,
      log: path.join(this.#stateDir, log),
      say: this.#say,
      onChange,
    });
    this.#children.push(child);
    return child;
  }

  /** What API and worker see; the database owner's password is not among it.
   * @returns {NodeJS.ProcessEnv} */
  #serviceEnv() {
    const passedOn = Object.entries(this.#env).filter(
      ([name]) => name !== 'DATABASE_OWNER_URL' && !/^npm_/i.test(name),
    );
    return {
      ...Object.fromEntries(passedOn),
      ...(this.#pg ? { DATABASE_URL: this.#pg.appUrl } : {}),
      ...(this.#temporal ? { TEMPORAL_ADDRESS: this.#temporal.address, TEMPORAL_UI_URL: this.#temporal.uiUrl } : {}),
      TEMPORAL_NAMESPACE: this.#namespace,
      ...this.#simulated,
    };
  }

  /** What migrations need beyond that; undefined when the owner of a given database is not known.
   * @returns {NodeJS.ProcessEnv | undefined} */
  #ownerEnv() {
    if (this.#pg) return { DATABASE_OWNER_URL: this.#pg.ownerUrl, DATABASE_APP_ROLE: 'fks_app' };
    const { DATABASE_URL: url = '', DATABASE_OWNER_URL: owner, DATABASE_APP_ROLE: role } = this.#env;
    return owner
      ? { DATABASE_OWNER_URL: owner, DATABASE_APP_ROLE: role || decodeURIComponent(new URL(url).username) }
      : undefined;
  }

  /** @param {SupervisedChild} api @param {SupervisedChild} worker @param {AbortSignal | undefined} signal */
  async #waitUntilReady(api, worker, signal) {
    try {
      await waitUntilReady(this.#apiUrl, { api, others: [worker], withinMs: 90_000, signal });
    } catch (error) {
      if (signal?.aborted || [api, worker].some(({ ended }) => ended !== undefined)) throw error;
      throw new Error(`${messageOf(error)}\n${this.logTails()}`, { cause: error });
    }
  }
}
