import { type EntityManager } from '@mikro-orm/postgresql';

/** The moment that the database's clock shows, in milliseconds: what rows of all processes are stamped with. */
export async function databaseClock(em: EntityManager): Promise<Date> {
  const [clock] = await em.execute<{ now: Date }[]>(`select date_trunc('milliseconds', clock_timestamp()) as now`);
  return new Date(clock?.now ?? Number.NaN);
}
