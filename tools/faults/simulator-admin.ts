/** A simulator in a process of its own, as its administration routes reach it. */
export class SimulatorAdmin {
  constructor(
    private readonly url: string,
    private readonly signal: AbortSignal,
  ) {}

  protected async send(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(this.url + path, {
      method,
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.any([this.signal, AbortSignal.timeout(10_000)]),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} of a simulator answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }
}
