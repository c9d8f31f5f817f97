// How often the tests for biases err and how often they find what is there, on simulated portfolios. What is done is kept in
// .cache/bias as long as the programs stay the same, so that an interrupted run goes on where it stopped.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Bias } from '../../src/bias/domain/bias-test.js';
import { interruption } from '../local/interrupt.mjs';
import { root, shown, stateDirOf, writeWhole } from '../local/project.mjs';
import { plantedBiases, traders, type Trader } from './simulated-trader.js';
import { trial, type Trial } from './trial.js';

const table = path.join(root, 'docs/generated/bias.md');
const cache = stateDirOf('.cache/bias');
const alpha = 0.05;

/** Of the tests and of the simulation, as they run. */
function fingerprint(): string {
  const hash = createHash('sha256');
  const domain = path.join(import.meta.dirname, '../../src/bias/domain');
  for (const folder of [import.meta.dirname, domain, path.join(domain, 'tests'), path.join(domain, 'statistics')]) {
    for (const file of fs.readdirSync(folder).filter((name) => /\.[jt]s$/.test(name) && name !== 'main.js')) {
      hash.update(fs.readFileSync(path.join(folder, file)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** A run that was killed while it wrote leaves half a line at the end. */
function readKept(file: string): Trial[] {
  if (!fs.existsSync(file)) return [];
  const whole = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);
  fs.writeFileSync(file, whole.map((line) => `${line}\n`).join(''));
  return whole.map((line) => JSON.parse(line) as Trial);
}

async function trialsOf(trader: Trader, count: number, signal: AbortSignal): Promise<Trial[]> {
  const file = path.join(cache, `${trader}-${fingerprint()}.jsonl`);
  const done = readKept(file).filter(({ seed }) => seed <= count);
  const seen = new Set(done.map(({ seed }) => seed));
  if (seen.size > 0) console.log(`${trader}: ${seen.size} of ${count} are done already`);
  for (let seed = 1; seed <= count; seed++) {
    if (seen.has(seed)) continue;
    // lets a request to stop be heard
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    const one = trial(trader, seed);
    fs.appendFileSync(file, `${JSON.stringify(one)}\n`);
    done.push(one);
    if (seed % 200 === 0) console.log(`${trader}: ${seed} of ${count}`);
  }
  return done;
}

const share = (part: number, whole: number): string => (whole === 0 ? '-' : (part / whole).toFixed(3));

function rowsOf(trader: Trader, trials: readonly Trial[]): string {
  const rejected = plantedBiases.map((bias) => {
    const values = trials.flatMap(({ pValues }) => pValues[bias] ?? []);
    const count = values.filter((one) => one <= alpha).length;
    return values.length === trials.length
      ? share(count, values.length)
      : `${share(count, values.length)} of ${values.length}`;
  });
  const own = trials.filter(({ suspected }) => suspected.includes(trader as Bias)).length;
  const others = trials.filter(({ suspected }) => suspected.some((bias) => bias !== trader)).length;
  const z = trials.flatMap(({ odeanZ }) => odeanZ ?? []);
  const byOdean = share(z.filter((one) => one > 1.6449).length, z.length);
  const found = (plantedBiases as readonly string[]).includes(trader) ? share(own, trials.length) : '-';
  return `| ${[trader, trials.length, ...rejected, byOdean, found, share(others, trials.length)].join(' | ')} |`;
}

const page = (rows: readonly string[]): string => `# Tests for biases on simulated portfolios

Written by \`node tools/bootstrap.mjs tools/bias/run.mjs [portfolios of each kind]\`. Each row is a kind of trader
(\`tools/bias/simulated-trader.ts\`): ten assets without drift, five years, a trade about every sixth day; 60 answered
opinions. \`unbiased\` chooses everything by chance, \`saver\` as well but only buys; the others have the bias of their
name and no other, though what one does to the trades can be seen by other tests, too (who only buys after a run-up of an
asset also buys when the market has risen).

In the columns of the biases: the share of portfolios of which the test's own p value is at most ${alpha}; where a test
had not enough data, of how many. \`Odean's z\`: the same for the disposition effect by Odean's own standard error, which
the service shows but does not judge by. \`found\`: the trader's bias is suspected, after control of the false discovery
rate at 0.1 over all tests. \`another\`: any other bias is.

| trader | portfolios | ${plantedBiases.join(' | ')} | Odean's z | found | another |
| --- | --- | ${plantedBiases.map(() => '---').join(' | ')} | --- | --- | --- |
${rows.join('\n')}
`;

const count = Number(process.argv[2] ?? 1_000);
fs.mkdirSync(cache, { recursive: true });
const signal = interruption();
const rows: string[] = [];
for (const trader of traders) rows.push(rowsOf(trader, await trialsOf(trader, count, signal)));
writeWhole(table, page(rows));
console.log(rows.join('\n'));
console.log(`written: ${shown(table)}`);
