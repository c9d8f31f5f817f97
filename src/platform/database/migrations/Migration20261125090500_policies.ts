import { Migration } from '@mikro-orm/migrations';

export class Migration20261125090500_policies extends Migration {
  override name = 'Migration20261125090500_policies';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "policy" ("id" uuid not null, "owner_id" text not null, "name" text not null, "is_default" boolean not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`alter table "policy" add constraint "policy_owner_id_name_unique" unique ("owner_id", "name");`);
    this.addSql(
      `create table "policy_rollout" ("policy_id" uuid not null, "sequence" int not null, "owner_id" text not null, "version" int not null, "share" double precision not null, "portfolios" jsonb not null, "reason" text not null, "actor" text not null, "at" timestamptz(3) not null, primary key ("policy_id", "sequence"));`,
    );
    this.addSql(
      `create table "policy_version" ("policy_id" uuid not null, "version" int not null, "owner_id" text not null, "limits" jsonb not null, "reason" text not null, "created_at" timestamptz(3) not null, primary key ("policy_id", "version"));`,
    );
    this.addSql(
      `create table "portfolio_policy" ("portfolio_id" uuid not null, "owner_id" text not null, "policy_id" uuid not null, "since" timestamptz(3) not null, primary key ("portfolio_id"));`,
    );
  }
}
