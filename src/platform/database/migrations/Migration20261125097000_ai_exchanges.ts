import { Migration } from '@mikro-orm/migrations';

export class Migration20261125097000_ai_exchanges extends Migration {
  override name = 'Migration20261125097000_ai_exchanges';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "ai_exchange" ("id" uuid not null, "key" text not null, "service" text not null, "kind" text not null, "symbol" text not null, "number" int not null, "as_of" timestamptz(3) not null, "request" text not null, "outcome" text not null, "status" int null, "answer" text null, "answer_hash" text null, "detail" text null, "simulated_seed" text null, "milliseconds" int not null, "asked_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "ai_exchange_key_asked_at_index" on "ai_exchange" ("key", "asked_at");`);
    this.addSql(`create index "ai_exchange_symbol_kind_as_of_index" on "ai_exchange" ("symbol", "kind", "as_of");`);
    this.addSql(`create unique index "ai_exchange_answered" on "ai_exchange" ("key") where outcome = 'answered';`);
    this.addSql(
      `alter table "ai_exchange" add constraint "ai_exchange_kind_check" check ("kind" in ('check', 'opinion'));`,
    );
    this.addSql(
      `alter table "ai_exchange" add constraint "ai_exchange_outcome_check" check ("outcome" in ('answered', 'rateLimited', 'unavailable', 'refused', 'broken'));`,
    );
  }
}
