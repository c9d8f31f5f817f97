import { Migration } from '@mikro-orm/migrations';

/** Derived days are packed by year; what was packed by day is derived again, on the next question or by the schedule. */
export class Migration20261125096000_portfolio_years extends Migration {
  override name = 'Migration20261125096000_portfolio_years';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "portfolio_year" ("portfolio_id" uuid not null, "year" int not null, "owner_id" text not null, "first" date not null, "rows" int not null, "assets" jsonb not null, "totals" bytea not null, "usd_attribution" bytea not null, "btc_attribution" bytea not null, "unpriced" jsonb not null, "simulated" bytea not null, "asset_values" bytea not null, "changes" bytea not null, "closing" jsonb not null, "digest" text not null, "written_at" timestamptz(3) not null, primary key ("portfolio_id", "year"));`,
    );
    // prices hardly compress: trying costs more than it saves
    this.addSql(`alter table "portfolio_year" alter column "asset_values" set storage external;`);
    this.addSql(`drop table "portfolio_day";`);
    this.addSql(`delete from "portfolio_snapshot";`);
  }
}
