import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { lock } from '../local/lock.mjs';
import { startPg } from '../local/pg.mjs';
import { choosePort, releasePorts } from '../local/ports.mjs';
import { isAlive, waitUntilGone } from '../local/processes.mjs';
import { root } from '../local/project.mjs';
import { runTool, waitUntilReady } from '../local/services.mjs';
import { simulatedSources } from '../local/simulated-sources.mjs';
import { claim, clearLeftovers, eraseState, noteStack, pgDir } from '../local/stack-state.mjs';
import { SupervisedChild } from '../local/supervised-child.mjs';
import { startTemporal } from '../local/temporal.mjs';
import type { LimitOrder } from '../market-simulator/budgets.js';
import { Caller } from './caller.js';
import { SimulatedAi } from './simulated-ai.js';
import { SimulatedMarket } from './simulated-market.js';

/** What a row needs of its stack. */
export interface LabSettings {
  /** What the market allows its sources, and for API and worker the variables that say the same. */
  limits: LimitOrder;
  environment: NodeJS.ProcessEnv;
  /** The market stands still at this instant (ISO 8601). */
  marketNow: string;
}

export interface LabOptions {
  settings?: LabSettings | undefined;
  /** Holds the servers' state, logs and a copy of the build; below the project's folder. */
  stateDir: string;
  signal: AbortSignal;
  say: (line: string) => void;
}

/** The market stands still, so that runs with the same as-of see the same prices; no budget is in the way. */
const usualSettings: LabSettings = {
  limits: { yahoofinance: { minute: 600 }, polygon: { minute: 600 } },
  environment: {
    FKS_SOURCES: 'binance,yahoofinance,polygon',
    YAHOOFINANCE_REQUESTS_PER_MINUTE: '600',
    POLYGON_REQUESTS_PER_MINUTE: '600',
  },
  marketNow: '2025-07-01T12:00:00Z',
};
/** Every pipeline's as-of: long over, therefore a rehearsal that does not depend on the day it is run. */
export const asOf = '2025-06-30';
const marketSeed = 7;
const aiSeed = 7;
/** What the lab's simulator answers in a few milliseconds is given up after this, and no budget is in the way. */
const aiEnvironment = { FKS_AI_TIMEOUT_SECONDS: '5', FKS_AI_OPINIONS_PER_DAY: '1000000' };

/**
 * The first port tried for each; a taken one gives way to the next free one. Away from those of the local stack, whose
 * clients must not meet this one, and from those that the system gives to outgoing connections while a server is down.
 */
const firstPorts = {
  API: 21_812,
  'market simulator': 21_822,
  'worker metrics': 21_832,
  'AI simulator': 21_842,
  PostgreSQL: 25_832,
  Temporal: 27_833,
};
const readyWithinMs = 60_000;
const graceSeconds = 5;

type RunningPg = Awaited<ReturnType<typeof startPg>>;
type RunningTemporal = Awaited<ReturnType<typeof startTemporal>>;

/**
 * A whole stack of its own, to be hurt: real servers with full durability, the real API and worker, a market that
 * stands still.
 *
 * Unlike the launcher's stack it repairs nothing by itself: what a row stops stays stopped until the row starts it.
 */
export class Lab {
  private pg: RunningPg | undefined;
  private temporal: RunningTemporal | undefined;
  private readonly children: SupervisedChild[] = [];
  private readonly ports: number[] = [];
  private services: { api: SupervisedChild; worker: SupervisedChild } | undefined;
  private release: () => void = () => undefined;
  private callerOfApi: Caller | undefined;
  private simulatedMarket: SimulatedMarket | undefined;
  private simulatedAi: SimulatedAi | undefined;
  private isStopping = false;

  private constructor(private readonly options: LabOptions) {}

  /** A fresh stack; what an earlier lab left in the state directory is stopped and forgotten. */
  static async start(options: LabOptions): Promise<Lab> {
    const lab = new Lab(options);
    lab.release = await claim(options.stateDir);
    try {
      await lab.up();
      return lab;
    } catch (error) {
      await lab.stop();
      throw error;
    }
  }

  get signal(): AbortSignal {
    return this.options.signal;
  }

  get api(): Caller {
    if (!this.callerOfApi) throw new Error('the lab has no API yet');
    return this.callerOfApi;
  }

  get market(): SimulatedMarket {
    if (!this.simulatedMarket) throw new Error('the lab has no market yet');
    return this.simulatedMarket;
  }

  get ai(): SimulatedAi {
    if (!this.simulatedAi) throw new Error('the lab has no AI yet');
    return this.simulatedAi;
  }

  /** When it is in the market, ISO 8601. */
  get marketNow(): string {
    return this.settings.marketNow;
  }

  private get settings(): LabSettings {
    return this.options.settings ?? usualSettings;
  }

  pause(milliseconds: number): Promise<void> {
    return sleep(milliseconds, undefined, { signal: this.signal });
  }

  private async up(): Promise<void> {
    const { stateDir, say } = this.options;
    await clearLeftovers(stateDir, say);
    await eraseState(stateDir);
    this.note();
    const servers = await Promise.allSettled([this.copyBuild(), this.startDatabase(), this.startTemporal()]);
    for (const server of servers) if (server.status === 'rejected') throw server.reason;
    this.signal.throwIfAborted();
    await this.runTool('migrations', 'tools/migrate.js');
    await this.runTool('schedules', 'tools/declare-schedules.js');
    await this.startServices();
  }

  /** Kept apart from dist, which a build may replace between a kill and the restart. */
  private async copyBuild(): Promise<void> {
    const release = await lock(path.join(root, '.cache/build.lock'));
    try {
      fs.rmSync(this.program(''), { recursive: true, force: true });
      fs.cpSync(path.join(root, 'dist'), this.program(''), { recursive: true });
    } finally {
      release();
    }
  }

  private program(file: string): string {
    return path.join(this.options.stateDir, 'program', file);
  }

  private async startDatabase(): Promise<void> {
    const { stateDir } = this.options;
    const known = this.pg && { port: this.pg.port, exactPort: true };
    this.pg = await startPg({ dir: pgDir(stateDir), ...(known ?? { port: firstPorts.PostgreSQL }) });
  }

  private runTool(name: string, script: string): Promise<void> {
    const log = path.join(this.options.stateDir, `${name}.log`);
    const env = { ...this.serviceEnv(), DATABASE_OWNER_URL: this.pg?.ownerUrl, DATABASE_APP_ROLE: 'fks_app' };
    return runTool({ name, script: this.program(script), env, log });
  }

  private async startServices(): Promise<void> {
    const [port, metricsPort, simulatorPort, aiPort] = [
      await this.choose('API'),
      await this.choose('worker metrics'),
      await this.choose('market simulator'),
      await this.choose('AI simulator'),
    ];
    const ai = `http://127.0.0.1:${aiPort}`;
    const market = `http://127.0.0.1:${simulatorPort}`;
    const { environment, limits, marketNow } = this.settings;
    const env = {
      ...this.serviceEnv(),
      HOST: '127.0.0.1',
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      ...simulatedSources(market),
      FKS_AI_BASE_URL: ai,
      ...aiEnvironment,
      ...environment,
    };
    const simulated = ['--port', String(simulatorPort), '--seed', String(marketSeed), '--now', marketNow];
    simulated.push('--limits', JSON.stringify(limits));
    this.simulatedMarket = new SimulatedMarket(market, this.signal);
    this.child('market simulator', 'simulator.log', env, 'tools/market-simulator/main.js', simulated);
    this.simulatedAi = new SimulatedAi(ai, this.signal);
    const aiArgs = ['--port', String(aiPort), '--seed', String(aiSeed), '--model-milliseconds', '5'];
    this.child('AI simulator', 'ai-simulator.log', env, 'tools/ai-simulator/main.js', aiArgs);
    this.services = {
      api: this.child('API', 'api.log', env, 'src/main.js'),
      worker: this.child('worker', 'worker.log', env, 'src/worker.main.js'),
    };
    for (const child of this.children) child.start();
    this.callerOfApi = new Caller(`http://127.0.0.1:${port}`, this.signal);
    await this.untilReady();
  }

  private child(name: string, log: string, env: NodeJS.ProcessEnv, script: string, args: string[] = []) {
    const child = new SupervisedChild({
      name,
      env,
      args: [path.relative(root, this.program(script)), ...args],
      log: path.join(this.options.stateDir, log),
      say: this.options.say,
      onChange: () => this.note(),
    });
    this.children.push(child);
    return child;
  }

  private async choose(name: keyof typeof firstPorts): Promise<number> {
    const port = await choosePort({ name, variable: '', fallback: firstPorts[name] }, {}, () => undefined);
    this.ports.push(port);
    return port;
  }

  /** Nothing of the caller's own settings: a trial must not depend on them. */
  private serviceEnv(): NodeJS.ProcessEnv {
    const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_ALL'].filter((name) => process.env[name] !== undefined);
    return {
      ...Object.fromEntries(kept.map((name) => [name, process.env[name]])),
      DATABASE_URL: this.pg?.appUrl,
      TEMPORAL_ADDRESS: this.temporal?.address,
      SHUTDOWN_GRACE_SECONDS: String(graceSeconds),
    };
  }

  /** Written down, so that a later lab finds what this one left when it was killed. */
  private note(): void {
    const { isStopping, children } = this;
    noteStack(this.options.stateDir, { isStopping, apiUrl: this.callerOfApi?.url, children });
  }

  async untilReady(): Promise<void> {
    const api = this.services?.api;
    if (!api) throw new Error('the lab has no API yet');
    const others = this.children.filter((child) => child !== api);
    await waitUntilReady(this.api.url, { api, others, withinMs: readyWithinMs, signal: this.signal });
  }

  /** Processes that ended though nobody had stopped them, started again; what each left as its last words. */
  async mend(): Promise<string[]> {
    const ended = this.children.filter((child) => child.ended !== undefined);
    const words = ended.map((child) => child.describeEnd());
    for (const child of ended) child.start();
    if (ended.length > 0) await this.untilReady();
    return words;
  }

  /** kill -9 of the worker; resolves when it is gone. */
  async killWorker(): Promise<void> {
    const worker = this.worker();
    const known = worker.record;
    if (!known) throw new Error(worker.describeEnd());
    process.kill(known.pid, 'SIGKILL');
    while (worker.ended === undefined) await sleep(2);
  }

  startWorker(): void {
    this.worker().start();
  }

  private worker(): SupervisedChild {
    if (!this.services) throw new Error('the lab has no worker yet');
    return this.services.worker;
  }

  /** `pg_ctl stop -m immediate`: no shutdown checkpoint, sessions are cut off, the next start has to recover. */
  async stopDatabaseImmediately(): Promise<void> {
    const known = this.pg;
    if (!known || !isAlive(known)) throw new Error('PostgreSQL does not run');
    process.kill(known.pid, 'SIGQUIT');
    if (!(await waitUntilGone(known, 30_000))) throw new Error(`PostgreSQL (process ${known.pid}) does not end`);
  }

  /** On the same port and the same data. */
  restartDatabase(): Promise<void> {
    return this.startDatabase();
  }

  async stopTemporal({ byKill }: { byKill: boolean }): Promise<void> {
    const known = this.temporal;
    if (!known) throw new Error('Temporal does not run');
    if (byKill) {
      process.kill(known.pid, 'SIGKILL');
      if (!(await waitUntilGone(known, 10_000))) throw new Error(`Temporal (process ${known.pid}) does not end`);
    }
    await known.stop();
  }

  /** The first time on a free port; after that on the same port and the same data. */
  async startTemporal(): Promise<void> {
    const { stateDir } = this.options;
    const { port, uiPort } = this.temporal ?? { port: firstPorts.Temporal, uiPort: firstPorts.Temporal + 1_000 };
    const again = this.temporal !== undefined;
    this.temporal = await startTemporal({ stateDir, port, uiPort, exactPorts: { port: again, uiPort: again } });
  }

  async askTemporal<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const connection = await Connection.connect({ address: this.temporal?.address ?? '', connectTimeout: 10_000 });
    try {
      return await connection.withDeadline(Date.now() + 20_000, () => work(new Client({ connection })));
    } finally {
      await connection.close();
    }
  }

  /** As the superuser: the lab looks behind the service's back. */
  async sql<T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> {
    const client = new pg.Client({ connectionString: this.pg?.url, connectionTimeoutMillis: 10_000 });
    await client.connect();
    try {
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Stops everything; safe to call at any time. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.note();
    const pause = (graceSeconds + 3) * 1_000;
    const stopped = [
      ...(await Promise.allSettled(this.children.map((child) => child.stop(pause)))),
      ...(await Promise.allSettled([this.temporal?.stop(), this.pg?.stop()])),
    ];
    releasePorts(...this.ports);
    this.children.length = 0;
    this.note();
    this.release();
    for (const one of stopped) if (one.status === 'rejected') throw one.reason;
  }
}
