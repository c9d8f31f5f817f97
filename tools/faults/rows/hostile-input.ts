import net from 'node:net';
import { hostileFiles, hostileJson, hostileTexts, hostileValues, type HostileBody } from '../hostile/bodies.js';
import { routesOf, writes, type ApiDocument, type Route } from '../hostile/routes.js';
import { messageOf } from '../../local/project.mjs';
import type { Chance, StackRow, TrialOutcome } from '../fault-row.js';
import type { Lab } from '../lab.js';
import { makePortfolio } from '../scenario.js';

/** No answer may take longer, nor the API's memory grow by more: some times what is measured on two slow cores. */
const longestMs = 3_000;
const mostMegabytes = 512;
/** A body that drips is given up by then. */
const slowestMs = 15_000;
const slowSockets = 50;
const boundary = 'hostile';

interface Tried {
  readonly status: number;
  readonly text: string;
  readonly milliseconds: number;
}

/** Sends, judges and counts; what is wrong becomes a complaint. */
class Attack {
  readonly complaints: string[] = [];
  requests = 0;
  slowestMs = 0;
  private slowestWhat = '';

  constructor(private readonly lab: Lab) {}

  async send(route: Route, path: string, sent: HostileBody | undefined, type = 'application/json'): Promise<Tried> {
    const begin = performance.now();
    const response = await fetch(this.lab.api.url + path, {
      method: route.method,
      headers: sent ? { 'content-type': type, ...sent.headers } : {},
      body: sent ? new Uint8Array(sent.body) : null,
      signal: AbortSignal.any([this.lab.signal, AbortSignal.timeout(30_000)]),
    });
    const text = await response.text();
    const milliseconds = performance.now() - begin;
    this.requests += 1;
    if (milliseconds > this.slowestMs) [this.slowestMs, this.slowestWhat] = [milliseconds, `${route.method} ${path}`];
    return { status: response.status, text, milliseconds };
  }

  /** Tries one thing; `wrong` says what is wrong with the answer, besides being late or our fault. */
  async try(what: string, ask: () => Promise<Tried>, wrong: (tried: Tried) => string | undefined): Promise<void> {
    try {
      const tried = await ask();
      const late = tried.milliseconds > longestMs ? `took ${tried.milliseconds.toFixed(0)} ms` : undefined;
      const ours = tried.status >= 500 ? 'is our fault' : undefined;
      const said = [wrong(tried), late, ours].filter(Boolean);
      if (said.length > 0) {
        this.complaints.push(`${what}: ${tried.status} ${said.join(', ')}: ${tried.text.slice(0, 200)}`);
      }
    } catch (error) {
      this.lab.signal.throwIfAborted();
      this.complaints.push(`${what}: no answer (${messageOf(error)})`);
    }
  }

  get slowest(): string {
    return this.slowestWhat.slice(0, 100);
  }
}

const isRefused = ({ status }: Tried) => status >= 400 && status < 500;

/** A refusal that names the field, in a problem document. */
function notRefused(tried: Tried, field?: string): string | undefined {
  if (!isRefused(tried)) return 'is no refusal';
  if (field === undefined) return undefined;
  const { errors = [] } = JSON.parse(tried.text) as { errors?: { field: string }[] };
  return errors.some((one) => one.field.startsWith(field)) ? undefined : `does not name ${field}`;
}

/** A file is refused, or each of its lines is. */
function somethingRecorded(tried: Tried): string | undefined {
  if (isRefused(tried)) return undefined;
  const { recorded } = JSON.parse(tried.text) as { recorded?: number };
  return recorded === 0 ? undefined : 'recorded something';
}

const nobody = '01890000-0000-7000-8000-000000000000';
const pathOf = ({ path }: Route, portfolioId: string) =>
  path.replace('/portfolios/{id}', `/portfolios/${portfolioId}`).replaceAll(/\{\w+\}/g, nobody);

const asForm = ({ name, body }: HostileBody): HostileBody => ({
  name,
  body: Buffer.concat([
    Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="asset"\r\n\r\nBTC\r\n`),
    Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\n`),
    body,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]),
});

/** What a trial leaves out: all of it takes half a minute. */
export interface HostileSize {
  /** How many of the hostile things each route is tried with; all of them when there are no more. */
  readonly perRoute: number;
}

function chosen<T>(all: readonly T[], most: number, chance: Chance): T[] {
  const drawn = all.map((one) => ({ one, at: chance.next() })).sort((a, b) => a.at - b.at);
  return drawn.slice(0, most).map(({ one }) => one);
}

async function trial(lab: Lab, portfolioId: string, { perRoute }: HostileSize, chance: Chance): Promise<TrialOutcome> {
  const routes = routesOf(await lab.api.json<ApiDocument>(200, 'GET', '/openapi.json'));
  const attack = new Attack(lab);
  const before = { rows: await written(lab), memory: await memoryOf(lab) };
  let most = before.memory;
  const [bodies, files] = [hostileJson(), hostileFiles()];
  const values = hostileValues();
  for (const route of routes) {
    const path = pathOf(route, portfolioId);
    const told = `${route.method} ${route.path}`;
    if (writes(route)) {
      for (const body of route.takesFile ? [] : chosen(bodies, perRoute, chance)) {
        const ask = () => attack.send(route, path, body);
        await attack.try(`${told}, ${body.name}`, ask, (tried) => notRefused(tried, body.field));
      }
      const members = route.members.flatMap((member) => values.map((value) => [member, ...value] as const));
      for (const [member, name, json] of chosen(members, perRoute * 2, chance)) {
        const others = Object.entries(route.example).filter(([key]) => key !== member);
        const texts = others.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
        const body = Buffer.from(`{${[...texts, `${JSON.stringify(member)}:${json}`].join(',')}}`);
        const ask = () => attack.send(route, path, { name, body });
        await attack.try(`${told}, ${member} of ${name}`, ask, (tried) => notRefused(tried, member));
      }
      for (const file of route.takesFile ? chosen(files, perRoute, chance) : []) {
        const isForm = route.takesFile === 'multipart/form-data';
        const type = isForm ? `multipart/form-data; boundary=${boundary}` : 'text/csv';
        const ask = () => attack.send(route, path, isForm ? asForm(file) : file, type);
        await attack.try(`${told}, ${file.name}`, ask, somethingRecorded);
      }
    }
    if (/\{\w+\}/.test(route.path)) {
      for (const [name, text] of chosen(hostileTexts, perRoute, chance)) {
        const ask = () => attack.send(route, route.path.replaceAll(/\{\w+\}/g, text), undefined);
        await attack.try(`${told}, a path of ${name}`, ask, (tried) =>
          route.path.includes('symbol') && tried.status < 400 ? undefined : notRefused(tried),
        );
      }
    }
    if (route.method === 'GET') {
      // what a route does not understand it may leave aside
      const queries = route.query.flatMap((parameter) => hostileTexts.map((text) => [parameter, ...text] as const));
      for (const [parameter, name, text] of chosen(queries, perRoute, chance)) {
        const ask = () => attack.send(route, `${path}?${parameter}=${text}`, undefined);
        await attack.try(`${told}, ${parameter} of ${name}`, ask, () => undefined);
      }
    }
    most = Math.max(most, await memoryOf(lab));
  }
  const dripped = await drip(lab);
  attack.complaints.push(...dripped.complaints);
  const after = await written(lab);
  if (most - before.memory > mostMegabytes) {
    attack.complaints.push(`the API needed ${(most - before.memory).toFixed(0)} MB more than before`);
  }
  await lab.untilReady();
  return {
    acknowledgedLost: 0,
    duplicateEffects: Math.abs(after - before.rows),
    jobsLost: 0,
    differences: null,
    complaints: attack.complaints,
    measured: {
      requests: attack.requests,
      'slowest answer ms': attack.slowestMs,
      'more memory MB': most - before.memory,
      'dripping bodies given up after s': dripped.seconds,
    },
  };
}

/** Many bodies that come by a byte at a time: all are given up, and others are served meanwhile. */
async function drip(lab: Lab): Promise<{ seconds: number; complaints: string[] }> {
  const { hostname, port } = new URL(lab.api.url);
  const begin = performance.now();
  const complaints: string[] = [];
  const head = 'POST /api/v1/portfolios HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n';
  const socket = async (): Promise<void> => {
    const client = net.connect(Number(port), hostname);
    client.write(`${head}transfer-encoding: chunked\r\n\r\n`);
    const dripping = setInterval(() => client.write('1\r\n \r\n'), 250);
    client.on('data', () => undefined);
    await new Promise<void>((resolve) => {
      const late = setTimeout(() => complaints.push('a dripping body is not given up') && client.destroy(), slowestMs);
      // it is reset when a byte comes after it was closed
      client.on('error', () => undefined);
      client.once('close', () => {
        clearTimeout(late);
        resolve();
      });
    });
    clearInterval(dripping);
  };
  const all = Promise.all(Array.from({ length: slowSockets }, socket));
  await lab.pause(1_000);
  const meanwhile = await lab.api.send('GET', '/health');
  if (meanwhile.status !== 200 || meanwhile.milliseconds > 1_000) complaints.push('others wait for dripping bodies');
  await all;
  return { seconds: (performance.now() - begin) / 1_000, complaints };
}

/** Rows that a request in good faith would have written. */
async function written(lab: Lab): Promise<number> {
  const tables = ['portfolio', 'account', 'ledger_transaction', 'job', 'policy_version', 'asset'];
  const counts = tables.map((name) => `(select count(*) from ${name})`).join(' + ');
  const [row] = await lab.sql<{ rows: string }>(`select ${counts} as rows`);
  return Number(row?.rows);
}

/** Resident memory of the API, MB. */
async function memoryOf(lab: Lab): Promise<number> {
  const { text } = await lab.api.send('GET', '/metrics');
  const bytes = /^process_resident_memory_bytes(?:\{[^}]*\})? (\S+)$/m.exec(text)?.[1];
  return Number(bytes) / 1_048_576;
}

export const hostileInputOf = (size: HostileSize): StackRow => ({
  name: 'hostile-input',
  fault: `every route of openapi.json is sent bodies of 10 MB, nested 10,000 deep, compressed bombs, numbers beyond a double, members called __proto__ or there twice, halves of characters, hostile files, paths and queries; then ${slowSockets} bodies that drip`,
  promise: `each is refused with 4xx that names the member, within ${longestMs / 1_000} s and with at most ${mostMegabytes} MB more, nothing is written, and others are served`,
  trialsPerStack: 10,
  async prepare(lab) {
    const portfolioId = await makePortfolio(lab, 'attacked', { BTC: '1' });
    // a first look writes the default policy
    await lab.api.json(200, 'GET', '/api/v1/policies');
    return (chance) => trial(lab, portfolioId, size, chance);
  },
});

export const hostileInput = hostileInputOf({ perRoute: Infinity });
