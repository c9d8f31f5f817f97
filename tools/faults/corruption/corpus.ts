import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Asset } from '../../../src/data/domain/asset.js';
import type { Candle } from '../../../src/data/domain/candle.js';
import { expectedOpens } from '../../../src/data/domain/exchange-calendar.js';
import { HttpSourceIo } from '../../../src/data/sources/http-source-io.js';
import type { CandleAnswer, SourceFamily, SourceOutcome } from '../../../src/data/sources/market-data-source.js';
import { intervalMs } from '../../../src/data/domain/candle.js';
import type { EpochMs } from '../../../src/shared/time.js';
import { messageOf } from '../../local/project.mjs';
import type { Chance } from '../fault-row.js';
import type { AnsweringServer } from './answering-server.js';
import type { Corruption, Sample } from './corruptions.js';
import { answerOf, askedIn, assetOf, caseNamed, environmentOf, fixturesOf, ms, onlySource } from './fixtures.js';
import { prices, type WireBar, type WireFormat } from './wire-formats.js';

/** Rows by truth and by what the source made of them. */
export interface Confusion {
  readonly cleanAccepted: number;
  readonly cleanRefused: number;
  readonly corruptAccepted: number;
  readonly corruptRefused: number;
}

export interface Judged {
  readonly rows: Confusion;
  readonly outcome: SourceOutcome<CandleAnswer>['kind'];
  /** What was wrong, in words; empty when the accepted rows are exactly the clean ones. */
  readonly complaints: readonly string[];
}

/** What is needed to ask one family for the bars of a body that is made up. */
export interface Subject {
  readonly family: SourceFamily;
  readonly format: WireFormat;
  readonly asset: Asset;
  readonly ok: Extract<ReturnType<typeof askedIn>, { kind: 'candles' }>;
}

export function subjectOf(family: SourceFamily, format: WireFormat): Subject {
  const fixtures = fixturesOf(family.name);
  const ok = askedIn(fixtures, caseNamed(fixtures, 'ok'));
  if (ok.kind !== 'candles') throw new Error(`the case "ok" of ${family.name} asks for no candles`);
  return { family, format, asset: assetOf(ok.asset), ok };
}

/** Bars of a random walk up to the end of what the case "ok" asks: 7 to 60 of them, prices with two decimals. */
function walk({ asset: { assetClass }, ok }: Subject, chance: Chance): WireBar[] {
  const to = Math.min(ms(ok.to), ms(ok.now));
  const step = intervalMs[ok.interval];
  const opens = expectedOpens(assetClass, ok.interval, to - 100 * step, to).slice(-Math.ceil(chance.between(6, 60)));
  let last = chance.between(20, 400);
  return opens.map((openTime) => {
    const open = last;
    last = Math.min(9_000, Math.max(2, open * (1 + chance.between(-0.03, 0.03))));
    const high = Math.max(open, last) * (1 + chance.between(0, 0.01)) + 0.02;
    const low = Math.min(open, last) * (1 - chance.between(0, 0.01)) - 0.02;
    const [o, h, l, c] = [open, high, low, last].map((price) => price.toFixed(2)) as [string, string, string, string];
    return { openTime, open: o, high: h, low: l, close: c, volume: chance.between(1, 900).toFixed(3) };
  });
}

/** The family's good body with the bars of a walk instead of its own; what else stands in the body stays. */
function sampleOf(subject: Subject, chance: Chance): Sample {
  const { family, format, asset, ok } = subject;
  const shape = { assetClass: asset.assetClass, interval: ok.interval };
  const template = family.name === 'csv' ? '' : templateOf(family.name);
  const bars = walk(subject, chance);
  const cells = (bar: WireBar) => format.cells(bar, shape);
  return {
    format,
    bars,
    rows: bars.map(cells),
    cells,
    write: (rows) => format.body(template, rows),
    now: ms(ok.now),
  };
}

/** The body with the bars is that of the first answer. */
function templateOf(family: string): string {
  const one = caseNamed(fixturesOf(family), 'ok');
  const [first] = one.answers ?? [];
  const answer = answerOf(family, { ...one, answers: first ? [first] : [] }, first?.on ?? '');
  if (!answer) throw new Error(`the case "ok" of ${family} has no answer`);
  return answer.body.toString();
}

/** Corrupts one body of a family, asks the family for it, and compares what it accepts with what was left clean. */
export async function judge(
  subject: Subject,
  corruption: Corruption,
  chance: Chance,
  server: AnsweringServer,
): Promise<Judged> {
  const sample = sampleOf(subject, chance);
  const corrupted = corruption.apply(sample, chance);
  const truth = new Map((corrupted.bars ?? sample.bars).map((bar) => [bar.openTime, bar]));
  let outcome: SourceOutcome<CandleAnswer>;
  try {
    outcome = await asked(subject, corrupted.body, sample.bars[0]!.openTime, server);
  } catch (error) {
    // a crash is what this looks for
    const refused = corrupted.rows - corrupted.clean.size;
    return {
      rows: { cleanAccepted: 0, cleanRefused: corrupted.clean.size, corruptAccepted: 0, corruptRefused: refused },
      outcome: 'badAnswer',
      complaints: [`threw ${messageOf(error)}`],
    };
  }
  const accepted = outcome.kind === 'ok' ? outcome.value.candles : [];
  const isGood = ({ openTime, ...candle }: Candle) => {
    const bar = corrupted.clean.has(openTime) ? truth.get(openTime) : undefined;
    return bar !== undefined && isSame(candle, bar, subject.format);
  };
  const good = new Set(accepted.filter(isGood).map(({ openTime }) => openTime));
  const bad = accepted.filter((candle) => !isGood(candle));
  const missing = [...corrupted.clean].filter((openTime) => !good.has(openTime));
  const why = 'why' in outcome ? `: ${outcome.why}` : '';
  const complaints = [
    ...(bad.length > 0 ? [`accepted ${bad.length} corrupt rows, the first ${JSON.stringify(bad[0])}`] : []),
    ...(missing.length > 0 ? [`refused ${missing.length} clean rows (${outcome.kind}${why})`] : []),
  ];
  return {
    rows: {
      cleanAccepted: good.size,
      cleanRefused: missing.length,
      corruptAccepted: bad.length,
      corruptRefused: corrupted.rows - corrupted.clean.size - bad.length,
    },
    outcome: outcome.kind,
    complaints,
  };
}

/** Prices may come through a 32-bit float or a rounding of the vendor's. */
const tolerance = 1e-7;

function isSame(candle: Omit<Candle, 'openTime'>, bar: WireBar, { bars }: WireFormat): boolean {
  return prices.every((field) => {
    const given = candle[field];
    if (bars === 'close' && field !== 'close') return given === null;
    return given !== null && Math.abs(Number(given) / Number(bar[field]) - 1) <= tolerance;
  });
}

async function asked(
  { family, asset, ok }: Subject,
  body: string | Buffer,
  from: EpochMs,
  server: AnsweringServer,
): Promise<SourceOutcome<CandleAnswer>> {
  const fixtures = fixturesOf(family.name);
  const one = caseNamed(fixtures, 'ok');
  const io = new HttpSourceIo({ signal: new AbortController().signal, now: () => ms(ok.now) });
  const request = { asset, interval: ok.interval, from, to: ms(ok.to) };
  if (family.name !== 'csv') {
    const [first, ...others] = one.answers ?? [];
    server.answerWith((address) => {
      const isFirst = first !== undefined && (first.on === undefined || address.includes(first.on));
      if (isFirst) return { ...first, body };
      return answerOf(family.name, { ...one, answers: others }, address);
    });
    return onlySource(family, environmentOf(family, fixtures, one, server.url)).candles(request, io);
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'corrupt-'));
  try {
    fs.writeFileSync(path.join(folder, `${asset.id}.csv`), body);
    return await onlySource(family, { FKS_PRICES: folder }).candles(request, io);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
