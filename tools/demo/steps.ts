export interface StepRecord {
  step: string;
  seconds: number;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Shows what is going on, step by step: a spinner on a terminal, plain lines otherwise. */
export class Steps {
  readonly records: StepRecord[] = [];
  private current: { name: string; number: string; began: number; timer: NodeJS.Timeout | undefined } | undefined;

  constructor(private readonly out: NodeJS.WritableStream & { isTTY?: boolean; columns?: number }) {}

  /** Shows a step that lasts as long as the work; the words it resolves to are shown beside it. */
  async run(name: string, work: () => Promise<string>): Promise<void> {
    this.begin(name);
    try {
      this.end(await work());
    } catch (error) {
      this.fail();
      throw error;
    }
  }

  /** Shows a step until `end` or `fail`; the number, if any, stands before its name. */
  begin(name: string, number = ''): void {
    const began = performance.now();
    let frame = 0;
    const draw = () => {
      const seconds = ((performance.now() - began) / 1_000).toFixed(0);
      const text = `  ${frames[frame++ % frames.length]} ${number}${name} … ${seconds} s`;
      this.out.write(`\r\x1b[2K${text.slice(0, (this.out.columns ?? 80) - 1)}`);
    };
    const timer = this.out.isTTY ? setInterval(draw, 100) : undefined;
    timer?.unref();
    if (this.out.isTTY) draw();
    this.current = { name, number, began, timer };
  }

  end(words = ''): void {
    this.finish('✓', words);
  }

  fail(): void {
    this.finish('✗', 'failed');
  }

  /** A line between the steps. */
  say(line: string): void {
    if (this.out.isTTY) this.out.write('\r\x1b[2K');
    this.out.write(`    ${line}\n`);
  }

  private finish(mark: string, words: string): void {
    if (!this.current) return;
    const { name, number, began, timer } = this.current;
    this.current = undefined;
    clearInterval(timer);
    const seconds = Number(((performance.now() - began) / 1_000).toFixed(3));
    this.records.push({ step: name, seconds });
    if (this.out.isTTY) this.out.write('\r\x1b[2K');
    this.out.write(`  ${mark} ${(number + name).padEnd(24)} ${words ? `${words}  ` : ''}(${seconds.toFixed(1)} s)\n`);
  }
}
