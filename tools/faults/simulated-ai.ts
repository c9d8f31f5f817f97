import type { FaultOrder } from '../ai-simulator/faults.js';
import { SimulatorAdmin } from './simulator-admin.js';

/** The lab's AI simulator, ordered about over its own routes. */
export class SimulatedAi extends SimulatorAdmin {
  async fault(order: FaultOrder): Promise<void> {
    await this.send('PUT', '/__faults', order);
  }

  async clearFaults(): Promise<void> {
    await this.send('DELETE', '/__faults');
  }

  /** Requests of each route, faults included. */
  async requests(): Promise<Readonly<Record<string, number>>> {
    return (await this.send('GET', '/__stats')) as Record<string, number>;
  }
}
