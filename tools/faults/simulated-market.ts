import type { FaultOrder } from '../market-simulator/faults.js';
import type { SimulatorStats } from '../market-simulator/server.js';

/** The lab's market simulator, ordered about over its own routes. */
export class SimulatedMarket {
  constructor(
    private readonly url: string,
    private readonly signal: AbortSignal,
  ) {}

  async fault(order: FaultOrder): Promise<void> {
    await this.send('PUT', '/__faults', order);
  }

  /** As after its start, but for its limits. */
  async forget(): Promise<void> {
    await this.send('DELETE', '/__faults');
    await this.send('DELETE', '/__stats');
  }

  async stats(): Promise<SimulatorStats> {
    return (await this.send('GET', '/__stats')) as SimulatorStats;
  }

  private async send(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(this.url + path, {
      method,
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.any([this.signal, AbortSignal.timeout(10_000)]),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} of the market answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }
}
