import type { FaultOrder } from '../market-simulator/faults.js';
import type { SimulatorStats } from '../market-simulator/server.js';
import { SimulatorAdmin } from './simulator-admin.js';

/** The lab's market simulator, ordered about over its own routes. */
export class SimulatedMarket extends SimulatorAdmin {
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
}
