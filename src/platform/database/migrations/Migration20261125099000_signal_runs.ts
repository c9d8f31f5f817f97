import { Migration } from '@mikro-orm/migrations';

export class Migration20261125099000_signal_runs extends Migration {
  override name = 'Migration20261125099000_signal_runs';

  override up(): void | Promise<void> {
    this.addSql(`alter table "signal_run" add "known_at" timestamptz null, add "question" jsonb null;`);
    this.addSql(`alter table "signal" add "held_back" jsonb null;`);
    this.addSql(
      `create table "signal_outcome" ("portfolio_id" uuid not null, "as_of" timestamptz not null, "rehearsal" boolean not null, "asset_id" text not null, "category" text not null, "owner_id" text not null, "run_id" uuid not null, "signal_id" uuid null, "reason" text null, "created_at" timestamptz not null, primary key ("portfolio_id", "as_of", "rehearsal", "asset_id", "category"));`,
    );
    this.addSql(
      `alter table "signal_outcome" add constraint "signal_outcome_category_check" check ("category" in ('scalp', 'intraday', 'swing', 'long_term'));`,
    );
    this.addSql(
      `alter table "signal_outcome" add constraint "signal_outcome_signal_or_reason" check ((signal_id is null) <> (reason is null));`,
    );
    this.addSql(`alter table "job" drop constraint "job_kind_check";`);
    this.addSql(
      `alter table "job" add constraint "job_kind_check" check ("kind" in ('pipeline', 'collection', 'performance', 'risk_report', 'optimization', 'rebalancing_plan', 'signal_run'));`,
    );
    this.addSql(`alter table "decision" drop constraint "decision_kind_check";`);
    this.addSql(
      `alter table "decision" add constraint "decision_kind_check" check ("kind" in ('target_allocation', 'signal_trade'));`,
    );
  }
}
