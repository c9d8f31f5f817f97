import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { SignalOpinion } from './signal-opinion.entity.js';

export type SignalOpinionRow = Readonly<SignalOpinion>;

@Injectable()
export class SignalOpinionRepository {
  constructor(private readonly em: EntityManager) {}

  /** Once for a signal: what stands there stays, and is answered. */
  async keep(row: SignalOpinionRow): Promise<SignalOpinionRow> {
    await this.em.createQueryBuilder(SignalOpinion).insert(row).onConflict(['signalId']).ignore().execute('run');
    return this.em.findOneOrFail(SignalOpinion, { signalId: row.signalId }, { disableIdentityMap: true });
  }

  /** By the id of the signal; one that nobody asked about, or that is still being asked about, is missing. */
  async of(signalIds: readonly string[]): Promise<ReadonlyMap<string, SignalOpinionRow>> {
    const rows = await this.em.find(SignalOpinion, { signalId: { $in: [...signalIds] } }, { disableIdentityMap: true });
    return new Map(rows.map((row) => [row.signalId, row]));
  }
}
