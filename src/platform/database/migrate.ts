import type { EntityClass } from '@mikro-orm/core';
import { MikroORM } from '@mikro-orm/postgresql';
import { ormOptions } from './orm-options.js';

/** Tables that the application may only read and append to. */
const appendOnly = [
  'ai_exchange',
  'audit_event',
  'candle',
  'corporate_action',
  'job_event',
  'ledger_transaction',
  'market_snapshot',
  'optimization',
  'policy_rollout',
  'policy_version',
  'rebalancing_plan',
  'risk_report',
  'signal',
  'signal_opinion',
  'signal_outcome',
  'signal_run',
  'source_attempt',
];

/**
 * Brings a database to the newest schema and gives the application's role what it needs, and no more.
 *
 * `ownerUrl` connects as the role that owns the tables; `appRole` must exist. Safe to run again, and by two at a time.
 *
 * @returns names of the migrations that ran
 */
export async function migrate(ownerUrl: string, appRole: string, entities: readonly EntityClass[]): Promise<string[]> {
  const options = ormOptions({ url: ownerUrl, poolMax: 2 }, entities);
  const orm = await MikroORM.init({
    ...options,
    // a migration, and the wait for another's, may take long
    driverOptions: { ...options.driverOptions, statement_timeout: 0, query_timeout: 0 },
    logger: () => undefined,
  });
  try {
    return await orm.em.fork().transactional(async (em) => {
      await em.execute(`select pg_advisory_xact_lock(hashtextextended('fks-portfolio:migrate', 0))`);
      const ran = await orm.migrator.up();
      for (const statement of grants(appRole)) await em.execute(statement);
      return ran.map(({ name }) => name);
    });
  } finally {
    await orm.close();
  }
}

function grants(appRole: string): string[] {
  const role = `"${appRole.replaceAll('"', '""')}"`;
  return [
    `grant usage on schema public to ${role}`,
    `grant select, insert, update, delete on all tables in schema public to ${role}`,
    ...appendOnly.map((table) => `revoke update, delete on table "${table}" from ${role}`),
    // the application may see which migrations ran, to say so in /ready
    `revoke insert, update, delete on table "mikro_orm_migrations" from ${role}`,
  ];
}
