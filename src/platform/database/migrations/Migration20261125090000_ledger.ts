import { Migration } from '@mikro-orm/migrations';

export class Migration20261125090000_ledger extends Migration {
  override name = 'Migration20261125090000_ledger';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "account" ("id" uuid not null, "portfolio_id" uuid not null, "owner_id" text not null, "name" text not null, "type" text not null, "currency" text not null, "broker" text null, "tax_status" text null, "tracks_cash" boolean not null, "is_default" boolean not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "account" add constraint "account_portfolio_id_name_unique" unique ("portfolio_id", "name");`,
    );
    this.addSql(`create unique index "account_one_default" on "account" ("portfolio_id") where is_default;`);
    this.addSql(
      `alter table "account" add constraint "account_type_check" check ("type" in ('prop_firm', 'personal_trading', 'long_term_retirement', 'long_term_taxable'));`,
    );
    this.addSql(
      `alter table "account" add constraint "account_tax_status_check" check ("tax_status" in ('taxable', 'tax_deferred', 'tax_exempt'));`,
    );
    this.addSql(
      `create table "ledger_transaction" ("id" uuid not null, "portfolio_id" uuid not null, "account_id" uuid not null, "owner_id" text not null, "kind" text not null, "executed_at" timestamptz(3) not null, "asset_id" text not null, "quantity" numeric null, "price" numeric null, "amount" numeric null, "currency" text not null, "fee" numeric null, "to_account_id" uuid null, "split_numerator" numeric null, "split_denominator" numeric null, "lots" jsonb null, "external_id" text null, "reverses_id" uuid null, "note" text null, "recorded_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(
      `create index "ledger_transaction_portfolio_id_executed_at_id_index" on "ledger_transaction" ("portfolio_id", "executed_at", "id");`,
    );
    this.addSql(
      `alter table "ledger_transaction" add constraint "ledger_transaction_account_id_external_id_unique" unique ("account_id", "external_id");`,
    );
    this.addSql(
      `alter table "ledger_transaction" add constraint "ledger_transaction_reverses_id_unique" unique ("reverses_id");`,
    );
    this.addSql(
      `alter table "ledger_transaction" add constraint "ledger_transaction_quantity" check (quantity > 0 or (kind in ('adjustment', 'reversal') and quantity <> 0));`,
    );
    this.addSql(
      `alter table "ledger_transaction" add constraint "ledger_transaction_money" check (price >= 0 and amount >= 0 and fee >= 0);`,
    );
    this.addSql(
      `alter table "ledger_transaction" add constraint "ledger_transaction_split" check (split_numerator > 0 and split_denominator > 0);`,
    );
    this.addSql(
      `alter table "ledger_transaction" add constraint "ledger_transaction_kind_check" check ("kind" in ('buy', 'sell', 'deposit', 'withdrawal', 'fee', 'transfer', 'split', 'dividend', 'staking_reward', 'adjustment', 'reversal'));`,
    );
    this.addSql(`alter table "portfolio" add "numeraire" text null, add "is_default" boolean null;`);
    // an owner's first portfolio is the default one; ids are in the order of making
    this.addSql(
      `update "portfolio" set "numeraire" = 'USD', "is_default" = not exists (select from "portfolio" "earlier" where "earlier"."owner_id" = "portfolio"."owner_id" and "earlier"."id" < "portfolio"."id");`,
    );
    this.addSql(
      `alter table "portfolio" alter column "numeraire" set not null, alter column "is_default" set not null;`,
    );
    this.addSql(`create unique index "portfolio_one_default" on "portfolio" ("owner_id") where is_default;`);
    this.addSql(
      `insert into "account" ("id", "portfolio_id", "owner_id", "name", "type", "currency", "tracks_cash", "is_default", "created_at") select gen_random_uuid(), "id", "owner_id", 'Default', 'personal_trading', 'USD', false, true, "created_at" from "portfolio";`,
    );
    // what was held was stated when the portfolio was last changed; what it had cost was never said
    this.addSql(
      `insert into "ledger_transaction" ("id", "portfolio_id", "account_id", "owner_id", "kind", "executed_at", "asset_id", "quantity", "currency", "note", "recorded_at") select gen_random_uuid(), "portfolio"."id", "account"."id", "portfolio"."owner_id", 'adjustment', "portfolio"."updated_at", "holding"."asset_id", "holding"."quantity", 'USD', 'held when transactions began to be kept', clock_timestamp() from "holding" join "portfolio" on "portfolio"."id" = "holding"."portfolio_id" join "account" on "account"."portfolio_id" = "portfolio"."id";`,
    );
  }
}
