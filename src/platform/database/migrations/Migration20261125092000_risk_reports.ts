import { Migration } from '@mikro-orm/migrations';

export class Migration20261125092000_risk_reports extends Migration {
  override name = 'Migration20261125092000_risk_reports';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "risk_report" ("id" uuid not null, "owner_id" text not null, "portfolio_id" uuid null, "key" text not null, "as_of" timestamptz(3) not null, "known_at" timestamptz(3) null, "request" jsonb not null, "assessment" jsonb not null, "provenance" jsonb not null, "simulated" boolean not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "risk_report" add constraint "risk_report_owner_id_key_unique" unique ("owner_id", "key");`,
    );
  }
}
