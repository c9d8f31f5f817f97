// The whole stack on one machine: PostgreSQL, Temporal, migrations, schedules, market simulator, API and worker.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandAbove } from './interrupt.mjs';
import { startPg } from './pg.mjs';
import { choosePort, portFrom, releasePorts, startOnPorts } from './ports.mjs';
import { identify, isAlive } from './processes.mjs';
import { messageOf, root, shown, tail } from './project.mjs';
import { registerSearchAttributes } from './search-attributes.mjs';
import { claim, clearLeftovers, eraseState, pgDir, writeState } from './stack-state.mjs';
import { SupervisedChild } from './supervised-child.mjs';
import { startTemporal } from './temporal.mjs';

/**
 * Runs one step of the start and shows it; the words it resolves to are shown beside it.
 * @typedef {(name: string, work: () => Promise<string>) => Promise<void>} ShowStep
 *
 * @typedef {object} StackOptions
 * @property {string} stateDir
 * @property {NodeJS.ProcessEnv} [env] DATABASE_URL and TEMPORAL_ADDRESS given: used, and no server started.
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
};

const productPrograms = {
  api: 'dist/src/main.js',
  worker: 'dist/src/worker.main.js',
  migrations: 'dist/tools/migrate.js',
  schedules: 'dist/tools/declare-schedules.js',
  simulator: 'dist/tools/market-simulator/main.js',
};

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
  const stack = new Stack(stateDir, env, say, programs);
  try {
    await clearLeftovers(stateDir, say);
    if (fresh) await eraseState(stateDir);
    stack.writeState();
    /** @type {ShowStep} */
    const next = async (name, work) => {
      signal?.throwIfAborted();
      await step(name, work);
    };
    await next('PostgreSQL', () => stack.startDatabase(fast));
    await next('migrations', () => stack.runTool('migrations', programs.migrations));
    await next('Temporal', () => stack.startTemporal(fast));
    await next('schedules', () => stack.runTool('schedules', programs.schedules));
    if (simulate) await next('market simulator', () => stack.startSimulator(simulate.seed));
    await next('API and worker', () => stack.startServices(signal));
    signal?.throwIfAborted();
    stack.supervise();
  } catch (error) {
    await stack.stop();
    release();
    throw error;
  }
  return {
    ...stack.addresses,
    stateDir,
    logTails: (lines) => stack.logTails(lines),
    restartServices: () => stack.restartServices(signal),
    stop: async () => {
      await stack.stop();
      release();
    },
  };
}

class Stack {
  #stateDir;
  #env;
  #say;
  #programs;
  /** @type {Awaited<ReturnType<typeof startPg>> | undefined} */ #pg;
  /** @type {Awaited<ReturnType<typeof startTemporal>> | undefined} */ #temporal;
  /** @type {SupervisedChild[]} */ #children = [];
  /** @type {number[]} */ #ports = [];
  #apiUrl = '';
  #isReady = false;
  #isStopping = false;
  /** @type {NodeJS.ProcessEnv} */ #simulated = {};
  /** @type {NodeJS.Timeout | undefined} */ #watch;

  /** @param {string} stateDir @param {NodeJS.ProcessEnv} env @param {(line: string) => void} say @param {typeof productPrograms} programs */
  constructor(stateDir, env, say, programs) {
    this.#stateDir = stateDir;
    this.#env = env;
    this.#say = say;
    this.#programs = programs;
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
    const launcher = identify(process.pid);
    if (!launcher) throw new Error(`process ${process.pid} cannot find itself`);
    writeState(this.#stateDir, {
      launcher,
      parent: commandAbove(),
      isStopping: this.#isStopping,
      apiUrl: this.#isReady ? this.#apiUrl : undefined,
      processes: this.#children.flatMap((child) => child.record ?? []),
    });
  }

  /** @param {boolean} fast */
  async startDatabase(fast) {
    if (this.#env.DATABASE_URL) return 'given by DATABASE_URL';
    const asked = portFrom('FKS_POSTGRES_PORT', this.#env);
    this.#pg = await startPg({
      dir: pgDir(this.#stateDir),
      fast,
      say: this.#say,
      ...(asked === undefined ? {} : { port: asked, exactPort: true }),
    });
    return `127.0.0.1:${this.#pg.port}${this.#pg.fresh ? ', new' : this.#pg.reused ? ', was running' : ''}`;
  }

  /** @param {boolean} fast */
  async startTemporal(fast) {
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
      fast,
      say: this.#say,
      exactPorts: { port: port !== undefined, uiPort: uiPort !== undefined },
      ...(port === undefined ? {} : { port }),
      ...(uiPort === undefined ? {} : { uiPort }),
    }));
    return `${address}, program from ${from}${reused ? ', was running' : ''}`;
  }

  /** Runs one of the project's tools to its end; its words are shown when it fails.
   * @param {string} name @param {string} script */
  async runTool(name, script) {
    const log = path.join(this.#stateDir, `${name}.log`);
    const fd = fs.openSync(log, 'w');
    const env = { ...this.#serviceEnv(), ...this.#ownerEnv() };
    const child = spawn(process.execPath, ['--enable-source-maps', script], {
      cwd: root,
      env,
      stdio: ['ignore', fd, fd],
    });
    fs.closeSync(fd);
    /** @type {string | number | null} */
    const how = await new Promise((resolve, reject) => {
      child.once('error', reject).once('exit', (code, signal) => resolve(signal ?? code));
    });
    if (how !== 0) throw new Error(`${name} failed (${how}); the end of ${shown(log)}:\n${tail(log)}`);
    return 'done';
  }

  /** @param {number} seed */
  async startSimulator(seed) {
    const url = await startOnPorts(
      async () => [await this.#choose(wishes.simulator)],
      async ([port = 0]) => {
        const options = ['--port', String(port), '--seed', String(seed)];
        const child = this.#child('market simulator', 'simulator.log', this.#env, [
          this.#programs.simulator,
          ...options,
        ]);
        try {
          child.start();
          for (const end = Date.now() + 20_000; !child.listensOn(port);) {
            if (child.ended !== undefined) throw new Error(child.describeEnd());
            if (Date.now() > end) throw new Error(`the market simulator does not listen on port ${port}`);
            await sleep(50);
          }
        } catch (error) {
          await this.#giveUp(child);
          throw error;
        }
        return `http://127.0.0.1:${port}`;
      },
    );
    this.#simulated = {
      BINANCE_BASE_URL: url,
      YAHOOFINANCE_BASE_URL: url,
      FKS_PRICES: '',
      FKS_SOURCES: 'binance,yahoofinance',
    };
    return `${url}, seed ${seed}`;
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
        await this.#waitUntilReady(api, worker, port, signal);
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
    await Promise.all([api, worker].map((service) => service.restart(this.#graceMs)));
    await this.#waitUntilReady(api, worker, Number(new URL(this.#apiUrl).port), signal);
  }

  /** @param {SupervisedChild[]} children */
  async #giveUp(...children) {
    await Promise.all(children.map((child) => child.stop(this.#graceMs)));
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
      if (pg && identify(pg.pid) === undefined) {
        this.#say('PostgreSQL has died; starting it again');
        this.#pg = await startPg({ dir: pgDir(this.#stateDir), port: pg.port, exactPort: true, say: this.#say });
      }
      if (temporal && !isAlive(temporal)) {
        this.#say('the Temporal server has died; starting it again');
        this.#temporal = await startTemporal({
          stateDir: this.#stateDir,
          namespace: this.#namespace,
          port: temporal.port,
          uiPort: temporal.uiPort,
          exactPorts: { port: true, uiPort: true },
        });
      }
    } catch (error) {
      this.#say(`${messageOf(error)}; trying again`);
      await sleep(5_000);
    } finally {
      this.#isReviving = false;
    }
  }

  async stop() {
    this.#isStopping = true;
    clearInterval(this.#watch);
    this.writeState();
    while (this.#isReviving) await sleep(50);
    await Promise.all(this.#children.map((child) => child.stop(this.#graceMs)));
    await this.#temporal?.stop();
    await this.#pg?.stop();
    releasePorts(...this.#ports);
    this.#children = [];
    this.writeState();
  }

  logTails(lines = 15) {
    return this.#children
      .filter((child) => child.name !== 'market simulator')
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

  /** What migrations need beyond that. A database given without its owner is taken to be the caller's own.
   * @returns {NodeJS.ProcessEnv} */
  #ownerEnv() {
    if (this.#pg) return { DATABASE_OWNER_URL: this.#pg.ownerUrl, DATABASE_APP_ROLE: 'fks_app' };
    const { DATABASE_URL: url = '', DATABASE_OWNER_URL: owner, DATABASE_APP_ROLE: role } = this.#env;
    return { DATABASE_OWNER_URL: owner || url, DATABASE_APP_ROLE: role || decodeURIComponent(new URL(url).username) };
  }

  /** @param {SupervisedChild} api @param {SupervisedChild} worker @param {number} port @param {AbortSignal | undefined} signal */
  async #waitUntilReady(api, worker, port, signal) {
    let last = 'no answer';
    for (const end = Date.now() + 90_000; ;) {
      signal?.throwIfAborted();
      for (const service of [api, worker]) if (service.ended !== undefined) throw new Error(service.describeEnd());
      try {
        const response = await fetch(`${this.#apiUrl}/ready`, { signal: AbortSignal.timeout(5_000) });
        // another stack on the same port would say the same
        if (response.ok && api.listensOn(port)) return;
        last = await response.text();
      } catch (error) {
        last = messageOf(error instanceof Error ? (error.cause ?? error) : error);
      }
      if (Date.now() > end) throw new Error(`the API is not ready after 90 s: ${last}\n${this.logTails()}`);
      await sleep(100);
    }
  }
}
