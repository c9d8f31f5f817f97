import { Migration } from '@mikro-orm/migrations';

export class Migration20261125050000_market_data extends Migration {
  override name = 'Migration20261125050000_market_data';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "asset" ("id" text not null, "asset_class" text not null, "name" text not null, "venues" jsonb not null, "aliases" jsonb not null, "enabled" boolean not null, "priority" int not null, "intervals" jsonb not null, "source_order" jsonb not null, "position" int not null, "updated_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(
      `create table "collection" ("id" uuid not null, "owner_id" text not null, "job_id" uuid not null, "assets" jsonb not null, "intervals" jsonb not null, "from_time" timestamptz(3) null, "as_of" timestamptz(3) not null, "report" jsonb null, "created_at" timestamptz(3) not null, "finished_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`create index "collection_owner_id_id_index" on "collection" ("owner_id", "id");`);
    this.addSql(
      `create table "corporate_action" ("asset_id" text not null, "source" text not null, "kind" text not null, "ex_date" date not null, "numerator" numeric null, "denominator" numeric null, "amount" numeric null, "known_at" timestamptz(3) not null, primary key ("asset_id", "source", "kind", "ex_date"));`,
    );
    this.addSql(
      `create table "disputed_bar" ("id" uuid not null, "asset_id" text not null, "interval" text not null, "adjustment" text not null, "world" text not null, "open_time" timestamptz(3) not null, "state" text not null, "reason" text not null, "votes" jsonb not null, "votes_hash" text not null, "sources" jsonb not null, "opened_at" timestamptz(3) not null, "closed_at" timestamptz(3) null, "closed_by" text null, "note" text null, primary key ("id"));`,
    );
    this.addSql(`create index "disputed_bar_state_id_index" on "disputed_bar" ("state", "id");`);
    this.addSql(
      `create index "disputed_bar_asset_id_interval_open_time_index" on "disputed_bar" ("asset_id", "interval", "open_time");`,
    );
    this.addSql(
      `alter table "disputed_bar" add constraint "disputed_bar_asset_id_interval_adjustment_world_o_7e0ca_unique" unique ("asset_id", "interval", "adjustment", "world", "open_time", "votes_hash");`,
    );
    this.addSql(
      `create table "price_import" ("id" uuid not null, "owner_id" text not null, "file_name" text not null, "file_hash" text not null, "bytes" bigint not null, "asset_id" text not null, "interval" text not null, "quote_currency" text not null, "adjustment" text not null, "source" text not null, "rows_read" int not null, "rows_new" int not null, "rows_revised" int not null, "rows_refused" int not null, "refused" jsonb not null, "first_open_time" timestamptz(3) null, "last_open_time" timestamptz(3) null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "price_import_owner_id_id_index" on "price_import" ("owner_id", "id");`);
    this.addSql(
      `alter table "price_import" add constraint "price_import_owner_id_file_hash_asset_id_interval_3fd74_unique" unique ("owner_id", "file_hash", "asset_id", "interval", "quote_currency", "adjustment");`,
    );
    this.addSql(
      `create table "private_source" ("source" text not null, "owner_id" text not null, "published_at" timestamptz(3) null, "published_by" text null, primary key ("source"));`,
    );
    this.addSql(
      `create table "source_attempt" ("id" uuid not null, "collection_id" text not null, "asset_id" text not null, "interval" text not null, "source" text not null, "from_time" timestamptz(3) null, "to_time" timestamptz(3) not null, "outcome" text not null, "detail" text null, "requests" int not null, "rows" int not null, "milliseconds" int not null, "at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "source_attempt_source_at_index" on "source_attempt" ("source", "at");`);
    this.addSql(
      `create index "source_attempt_collection_id_asset_id_index" on "source_attempt" ("collection_id", "asset_id");`,
    );
    this.addSql(
      `create index "source_attempt_asset_id_interval_source_at_index" on "source_attempt" ("asset_id", "interval", "source", "at");`,
    );
    this.addSql(
      `create table "source_state" ("budget_key" text not null, "source" text not null, "failures" int not null, "resting_until" timestamptz(3) null, "resting_reason" text null, "last_ok_at" timestamptz(3) null, "last_error_at" timestamptz(3) null, "last_error" text null, primary key ("budget_key"));`,
    );
    this.addSql(
      `create table "source_usage" ("budget_key" text not null, "second" timestamptz(0) not null, "weight" int not null, primary key ("budget_key", "second"));`,
    );
    this.addSql(`alter table "candle" alter column "open" drop not null;`);
    this.addSql(`alter table "candle" alter column "high" drop not null;`);
    this.addSql(`alter table "candle" alter column "low" drop not null;`);
    this.addSql(
      `alter table "candle" add constraint "candle_prices_whole" check ((open is null) = (high is null) and (open is null) = (low is null));`,
    );
    // receipts serve the retries of a running collection alone
    this.addSql(`delete from "collection_receipt";`);
    this.addSql(`alter table "collection_receipt" add "source" text not null, add "part" text not null;`);
    this.addSql(`alter table "collection_receipt" drop constraint "collection_receipt_pkey";`);
    this.addSql(
      `alter table "collection_receipt" add constraint "collection_receipt_pkey" primary key ("collection_id", "asset_id", "interval", "source", "part");`,
    );
    this.addSql(`alter table "job" drop constraint "job_kind_check";`);
    this.addSql(`alter table "job" add constraint "job_kind_check" check ("kind" in ('pipeline', 'collection'));`);
    this.addSql(`alter table "asset" add constraint "asset_priority_valid" check (priority >= 1 and priority <= 3);`);
    this.addSql(
      `alter table "asset" add constraint "asset_asset_class_check" check ("asset_class" in ('crypto', 'stock', 'etf', 'cash'));`,
    );
    this.addSql(
      `alter table "corporate_action" add constraint "corporate_action_kind_check" check ("kind" in ('split', 'dividend'));`,
    );
    this.addSql(
      `alter table "disputed_bar" add constraint "disputed_bar_interval_check" check ("interval" in ('1m', '5m', '15m', '1h', '4h', '1d', '1w'));`,
    );
    this.addSql(
      `alter table "disputed_bar" add constraint "disputed_bar_adjustment_check" check ("adjustment" in ('raw', 'split', 'total_return', 'unknown'));`,
    );
    this.addSql(
      `alter table "disputed_bar" add constraint "disputed_bar_state_check" check ("state" in ('open', 'released', 'discarded', 'superseded'));`,
    );
    this.addSql(
      `alter table "price_import" add constraint "price_import_interval_check" check ("interval" in ('1m', '5m', '15m', '1h', '4h', '1d', '1w'));`,
    );
    this.addSql(
      `alter table "price_import" add constraint "price_import_quote_currency_check" check ("quote_currency" in ('USD', 'USDT'));`,
    );
    this.addSql(
      `alter table "price_import" add constraint "price_import_adjustment_check" check ("adjustment" in ('raw', 'split', 'total_return', 'unknown'));`,
    );
    this.addSql(
      `alter table "source_attempt" add constraint "source_attempt_interval_check" check ("interval" in ('1m', '5m', '15m', '1h', '4h', '1d', '1w'));`,
    );
    this.addSql(
      `alter table "source_attempt" add constraint "source_attempt_outcome_check" check ("outcome" in ('ok', 'empty', 'unknownAsset', 'rateLimited', 'unavailable', 'badAnswer', 'notOffered', 'missingKey'));`,
    );
  }
}
