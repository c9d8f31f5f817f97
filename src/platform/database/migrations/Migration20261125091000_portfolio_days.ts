import { Migration } from '@mikro-orm/migrations';

export class Migration20261125091000_portfolio_days extends Migration {
  override name = 'Migration20261125091000_portfolio_days';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "portfolio_day" ("portfolio_id" uuid not null, "day" date not null, "owner_id" text not null, "assets" jsonb not null, "quantities" bytea not null, "prices" bytea not null, "flows" bytea not null, "external" bytea not null, "splits" bytea not null, "btc" double precision null, "unpriced" jsonb not null, "simulated" boolean not null, "digest" text not null, "written_at" timestamptz(3) not null, primary key ("portfolio_id", "day"));`,
    );
    this.addSql(
      `create table "portfolio_snapshot" ("portfolio_id" uuid not null, "owner_id" text not null, "ledger_version" text not null, "complete_until" date not null, "refreshed_at" timestamptz(3) not null, primary key ("portfolio_id"));`,
    );
  }
}
