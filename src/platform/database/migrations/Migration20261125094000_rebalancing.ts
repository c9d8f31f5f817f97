import { Migration } from '@mikro-orm/migrations';

export class Migration20261125094000_rebalancing extends Migration {
  override name = 'Migration20261125094000_rebalancing';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "allocation_target" ("owner_id" text not null, "target_set" text not null, "percentages" jsonb not null, "updated_at" timestamptz(3) not null, primary key ("owner_id", "target_set"));`,
    );
    this.addSql(
      `create table "rebalancing_plan" ("id" uuid not null, "owner_id" text not null, "portfolio_id" uuid not null, "as_of" timestamptz(3) not null, "optimization_id" uuid null, "request" jsonb not null, "policy" jsonb not null, "plan" jsonb not null, "decision" text not null, "simulated" boolean not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(
      `create index "rebalancing_plan_owner_id_portfolio_id_id_index" on "rebalancing_plan" ("owner_id", "portfolio_id", "id");`,
    );
    this.addSql(
      `alter table "rebalancing_plan" add constraint "rebalancing_plan_decision_check" check ("decision" in ('trade', 'wait'));`,
    );
    this.addSql(`alter table "job" drop constraint "job_kind_check";`);
    this.addSql(
      `alter table "job" add constraint "job_kind_check" check ("kind" in ('pipeline', 'collection', 'performance', 'risk_report', 'optimization', 'rebalancing_plan'));`,
    );
  }
}
