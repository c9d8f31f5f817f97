import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../local/command-line.js';
import { interruption, Interrupted } from '../local/interrupt.mjs';
import { messageOf, stateDirOf } from '../local/project.mjs';
import { NotStopped, startStack } from '../local/stack.mjs';
import { answerUntilRecorded, isOpen } from './answer.js';
import { Api, type Decision, type Job, type Pipeline, type Portfolio } from './api.js';
import { chooseData, sampleHoldings, type DataChoice } from './data-choice.js';
import { followJob, progressOf } from './job-events.js';
import { probeLiveSources } from './live-sources.js';
import { help, parseOptions, type DemoOptions } from './options.js';
import {
  collectionLines,
  decisionLines,
  signalLines,
  simulatedBanner,
  trailLines,
  weightLines,
  whereToLook,
} from './print.js';
import { reportOf, type DemoResult } from './report.js';
import { Steps } from './steps.js';

const portfolioName = 'Sample portfolio';
const print = (lines: readonly string[]) => process.stdout.write(`${lines.join('\n')}\n`);

type Stack = Awaited<ReturnType<typeof startStack>>;

/** A job's workflow is named after the pipeline, also when it failed and has no result. */
const pipelineIdOf = (job: Job): string => job.workflow_id.replace(/^pipeline:/, '');

/** One run from the command line to the exit code. */
class Demo {
  private readonly steps = new Steps(process.stdout);
  private readonly result: DemoResult = {};
  private data: DataChoice | undefined;
  private readonly staysUp: boolean;

  constructor(
    private readonly options: DemoOptions,
    private readonly signal: AbortSignal,
  ) {
    this.staysUp = process.stdout.isTTY && !options.once;
  }

  async run(): Promise<void> {
    let failure: string | null = null;
    try {
      await this.runOnStack();
    } catch (error) {
      failure = messageOf(error);
      throw error;
    } finally {
      this.writeReport(failure);
    }
  }

  private async runOnStack(): Promise<void> {
    const data = await this.chooseData();
    const stack = await startStack({
      stateDir: stateDirOf('.cache/demo'),
      env: { ...process.env, ...data.env },
      simulate: data.simulate,
      fresh: this.options.fresh,
      say: (line) => this.steps.say(line),
      step: (name, work) => this.steps.run(name, work),
      signal: this.signal,
    });
    try {
      await this.runPipeline(stack, data);
    } catch (error) {
      if (!this.signal.aborted) process.stderr.write(`\n${stack.logTails()}\n`);
      throw error;
    } finally {
      const begin = Date.now();
      await stack.stop();
      this.steps.say(`stopped what was started (${((Date.now() - begin) / 1_000).toFixed(1)} s)`);
    }
  }

  private async chooseData(): Promise<DataChoice> {
    let choice: DataChoice | undefined;
    await this.steps.run('where prices are', async () => {
      choice = await chooseData(this.options, { now: Date.now(), probe: () => probeLiveSources(process.env) });
      return choice.words;
    });
    if (!choice) throw new Error('no source of prices was chosen');
    this.data = choice;
    for (const { asset, reason } of choice.leftOut) this.steps.say(`${asset} is left out of the portfolio: ${reason}`);
    if (choice.simulate) print(simulatedBanner());
    return choice;
  }

  private async runPipeline(stack: Stack, data: DataChoice): Promise<void> {
    const api = new Api(stack.apiUrl, this.signal);
    let portfolio: Portfolio | undefined;
    await this.steps.run('sample portfolio', async () => {
      portfolio = await this.samplePortfolio(api, data.assets);
      return data.assets.join(' ');
    });
    if (!portfolio) throw new Error('there is no sample portfolio');

    const body = { portfolio_id: portfolio.id, ...(data.asOf === undefined ? {} : { as_of: data.asOf }) };
    const job = await this.followPipeline(api, await api.startPipeline(body, `demo-${randomUUID()}`));
    const pipeline = (this.result.pipeline = await api.pipeline(pipelineIdOf(job)));
    print(collectionLines(pipeline));
    print(signalLines(pipeline));

    const { optimization_id: optimizationId, decision_id: decisionId } = pipeline;
    if (optimizationId === null) throw new Error('the pipeline ended without an optimization');
    const optimization = (this.result.optimization = await api.optimization(optimizationId));
    if (optimization.state !== 'solved') throw new Error(`no weights satisfy the limits: ${optimization.reason}`);
    if (decisionId === null) throw new Error('the pipeline ended without a decision');
    const decision = (this.result.decision = await api.decision(decisionId));
    this.result.events = await api.decisionEvents(decisionId);
    print(weightLines(pipeline, optimization, decision));
    print(decisionLines(pipeline, decision));

    if (this.staysUp) await this.stayUp(stack, api, pipeline, job, decision);
    else await this.answer(api, pipeline, decision);
  }

  /** The portfolio of this name with these assets, made or changed only when it has to be. */
  private async samplePortfolio(api: Api, assets: readonly string[]): Promise<Portfolio> {
    const holdings = Object.fromEntries(assets.map((asset) => [asset, sampleHoldings[asset] ?? '1']));
    const known = (await api.portfolios()).find((portfolio) => portfolio.name === portfolioName);
    const portfolio = known ?? (await api.createPortfolio(portfolioName));
    const entries = Object.entries(holdings);
    const fits =
      entries.length === Object.keys(portfolio.holdings).length &&
      entries.every(([asset, quantity]) => portfolio.holdings[asset] === quantity);
    return fits ? portfolio : api.setHoldings(portfolio.id, holdings);
  }

  /** Shows the job's steps as they are reported, and returns it when it has succeeded. */
  private async followPipeline(api: Api, started: Job): Promise<Job> {
    this.result.job = started;
    this.steps.begin('starting the job');
    for await (const event of followJob(api.url, started.id, { signal: this.signal })) {
      const progress = event.kind === 'progress' ? progressOf(event) : undefined;
      if (!progress) continue;
      this.steps.end();
      const { done, total, note } = progress;
      if (done < total) this.steps.begin(note, `${done + 1}/${total} `);
      else this.steps.say(note);
    }
    const job = (this.result.job = await api.job(started.id));
    if (job.state !== 'succeeded') {
      this.steps.fail();
      // what was collected, and each refused row, often is the reason
      const pipeline = (this.result.pipeline = await api.pipeline(pipelineIdOf(job)));
      if (pipeline.collection) print(collectionLines(pipeline));
      throw new Error(
        `the pipeline has ${job.state}: ${job.problem?.detail ?? job.problem?.title ?? 'no reason was given'}`,
      );
    }
    return job;
  }

  private async answer(api: Api, pipeline: Pipeline, decision: Decision): Promise<void> {
    await this.steps.run('answer', async () => {
      const { state } = await answerUntilRecorded(api, decision.id, this.options.answer, { signal: this.signal });
      const expected = this.options.answer === 'approve' ? 'approved' : 'rejected';
      if (state !== expected) throw new Error(`the decision is ${state}, not ${expected}`);
      return expected;
    });
    await this.showTrail(api, pipeline, decision.id);
  }

  private async stayUp(stack: Stack, api: Api, pipeline: Pipeline, job: Job, decision: Decision): Promise<void> {
    const workflow = { id: job.workflow_id, runId: job.run_id };
    const { apiUrl, temporalUiUrl, temporalNamespace: namespace } = stack;
    print(whereToLook({ apiUrl, temporalUiUrl, namespace, workflow, decisionId: decision.id }));
    print(['', 'The stack stays up until Ctrl-C.']);
    this.writeReport(null);
    try {
      await this.untilAnswered(api, decision.id);
      await this.showTrail(api, pipeline, decision.id);
      await sleep(2 ** 31 - 1, undefined, { signal: this.signal });
    } catch (error) {
      if (!this.signal.aborted) throw error;
    }
    print(['', 'stopping ...']);
  }

  private async untilAnswered(api: Api, id: string): Promise<void> {
    while (isOpen(await api.decision(id))) await sleep(500, undefined, { signal: this.signal });
  }

  private async showTrail(api: Api, pipeline: Pipeline, id: string): Promise<void> {
    const decision = (this.result.decision = await api.decision(id));
    const events = (this.result.events = await api.decisionEvents(id));
    print(trailLines(pipeline, decision, events));
  }

  private writeReport(failure: string | null): void {
    if (this.options.report === undefined) return;
    const report = reportOf(this.result, { data: this.data?.words ?? null, steps: this.steps.records, failure });
    fs.writeFileSync(this.options.report, `${JSON.stringify(report, null, 2)}\n`);
  }
}

async function main(): Promise<number> {
  const signal = interruption();
  try {
    const from = process.env.INIT_CWD ?? process.cwd();
    const options = parseOptions(process.argv.slice(2), { env: process.env, from, now: Date.now() });
    if (options === 'help') {
      print([help]);
      return 0;
    }
    await new Demo(options, signal).run();
    return 0;
  } catch (error) {
    if (signal.reason instanceof Interrupted && !(error instanceof NotStopped)) {
      process.stderr.write(`demo stopped: ${signal.reason.message}\n`);
      return 130;
    }
    process.stderr.write(`demo failed: ${messageOf(error instanceof NotStopped ? error : (signal.reason ?? error))}\n`);
    if (!(error instanceof UsageError)) return 1;
    process.stderr.write('npm run demo -- --help tells what it understands\n');
    return 2;
  }
}

process.exit(await main());
