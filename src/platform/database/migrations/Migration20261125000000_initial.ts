import { Migration } from '@mikro-orm/migrations';

export class Migration20261125000000_initial extends Migration {
  override name = 'Migration20261125000000_initial';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "audit_event" ("stream" text not null, "sequence" int not null, "owner_id" text not null, "subject" text not null, "event_key" text not null, "prev_hash" text not null, "hash" text not null, "actor" text not null, "kind" text not null, "payload" jsonb not null, "recorded_at" timestamptz(3) not null, primary key ("stream", "sequence"));`,
    );
    this.addSql(`create index "audit_event_subject_index" on "audit_event" ("subject");`);
    this.addSql(
      `alter table "audit_event" add constraint "audit_event_stream_event_key_unique" unique ("stream", "event_key");`,
    );
    this.addSql(
      `create or replace function "audit_event_audit_event_append_only_fn"() returns trigger as \$\$ begin raise exception 'audit_event is append-only: % refused', tg_op; end; \$\$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "audit_event_append_only" BEFORE UPDATE OR DELETE on "audit_event" for each STATEMENT execute function "audit_event_audit_event_append_only_fn"();`,
    );
    // no entity can say this: the schema's description knows no truncate triggers
    this.addSql(
      `create trigger "audit_event_no_truncate" before truncate on "audit_event" for each statement execute function "audit_event_audit_event_append_only_fn"();`,
    );

    this.addSql(
      `create table "candle" ("asset_id" text not null, "interval" text not null, "source" text not null, "quote_currency" text not null, "adjustment" text not null, "open_time" timestamptz(3) not null, "revision" int not null, "open" numeric not null, "high" numeric not null, "low" numeric not null, "close" numeric not null, "volume" numeric null, "available_at" timestamptz(3) not null, "known_at" timestamptz(3) not null, primary key ("asset_id", "interval", "source", "quote_currency", "adjustment", "open_time", "revision"));`,
    );
    this.addSql(
      `alter table "candle" add constraint "candle_open_valid" check (open > 0 and open < 'Infinity'::numeric);`,
    );
    this.addSql(
      `alter table "candle" add constraint "candle_high_valid" check (high > 0 and high < 'Infinity'::numeric);`,
    );
    this.addSql(
      `alter table "candle" add constraint "candle_low_valid" check (low > 0 and low < 'Infinity'::numeric);`,
    );
    this.addSql(
      `alter table "candle" add constraint "candle_close_valid" check (close > 0 and close < 'Infinity'::numeric);`,
    );
    this.addSql(
      `alter table "candle" add constraint "candle_volume_valid" check (volume >= 0 and volume < 'Infinity'::numeric);`,
    );
    this.addSql(`alter table "candle" add constraint "candle_revision_valid" check (revision > 0);`);
    this.addSql(
      `alter table "candle" add constraint "candle_interval_check" check ("interval" in ('1m', '5m', '15m', '1h', '4h', '1d', '1w'));`,
    );
    this.addSql(
      `alter table "candle" add constraint "candle_quote_currency_check" check ("quote_currency" in ('USD', 'USDT'));`,
    );
    this.addSql(
      `alter table "candle" add constraint "candle_adjustment_check" check ("adjustment" in ('raw', 'split', 'total_return', 'unknown'));`,
    );

    this.addSql(
      `create table "collection_receipt" ("collection_id" text not null, "asset_id" text not null, "interval" text not null, "receipt" jsonb not null, "created_at" timestamptz not null default now(), primary key ("collection_id", "asset_id", "interval"));`,
    );
    this.addSql(
      `alter table "collection_receipt" add constraint "collection_receipt_interval_check" check ("interval" in ('1m', '5m', '15m', '1h', '4h', '1d', '1w'));`,
    );

    this.addSql(
      `create table "decision" ("id" uuid not null, "owner_id" text not null, "portfolio_id" uuid not null, "kind" text not null, "state" text not null, "proposal" jsonb not null, "proposal_hash" text not null, "evidence" jsonb not null, "as_of" timestamptz not null, "rehearsal" boolean not null, "simulated" boolean not null, "opened_at" timestamptz(3) not null, "answer_by" timestamptz(3) not null, "choice" text null, "note" text null, "answered_by" text null, "update_id" text null, "settled_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`create index "decision_owner_id_id_index" on "decision" ("owner_id", "id");`);
    this.addSql(`create index "decision_owner_id_state_id_index" on "decision" ("owner_id", "state", "id");`);
    this.addSql(`alter table "decision" add constraint "decision_kind_check" check ("kind" in ('target_allocation'));`);
    this.addSql(
      `alter table "decision" add constraint "decision_state_check" check ("state" in ('awaiting_answer', 'approved', 'rejected', 'expired'));`,
    );
    this.addSql(
      `alter table "decision" add constraint "decision_choice_check" check ("choice" in ('approve', 'reject'));`,
    );

    this.addSql(
      `create table "holding" ("portfolio_id" uuid not null, "asset_id" text not null, "owner_id" text not null, "quantity" numeric not null, primary key ("portfolio_id", "asset_id"));`,
    );
    this.addSql(`alter table "holding" add constraint "holding_quantity_positive" check (quantity > 0);`);

    this.addSql(
      `create table "idempotency" ("owner_id" text not null, "method" text not null, "path" text not null, "key" text not null, "body_hash" text not null, "status" int not null, "location" text null, "body" text not null, "created_at" timestamptz not null default now(), primary key ("owner_id", "method", "path", "key"));`,
    );
    this.addSql(`create index "idempotency_created_at_index" on "idempotency" ("created_at");`);

    this.addSql(
      `create table "job" ("id" uuid not null, "owner_id" text not null, "portfolio_id" uuid null, "kind" text not null, "state" text not null default 'requested', "progress" jsonb null, "workflow_id" text not null, "run_id" text null, "result" text null, "problem" jsonb null, "created_at" timestamptz not null default now(), "started_at" timestamptz null, "finished_at" timestamptz null, primary key ("id"));`,
    );
    this.addSql(`alter table "job" add constraint "job_workflow_id_unique" unique ("workflow_id");`);
    this.addSql(`create index "job_owner_id_id_index" on "job" ("owner_id", "id");`);
    this.addSql(`create index "job_unfinished" on "job" ("created_at") where state in ('requested', 'running');`);
    this.addSql(`alter table "job" add constraint "job_kind_check" check ("kind" in ('pipeline'));`);
    this.addSql(
      `alter table "job" add constraint "job_state_check" check ("state" in ('requested', 'running', 'succeeded', 'failed', 'cancelled'));`,
    );

    this.addSql(
      `create table "job_event" ("job_id" uuid not null, "sequence" int not null, "owner_id" text not null, "event_key" text not null, "kind" text not null, "payload" jsonb not null, "recorded_at" timestamptz not null default now(), primary key ("job_id", "sequence"));`,
    );
    this.addSql(
      `alter table "job_event" add constraint "job_event_job_id_event_key_unique" unique ("job_id", "event_key");`,
    );

    this.addSql(
      `create table "market_snapshot" ("id" uuid not null, "key" text not null, "owner_id" text not null, "as_of" timestamptz not null, "lookback_days" int not null, "series" jsonb not null, "dates" jsonb not null, "closes" jsonb not null, "observations" int not null, "content_hash" text not null, "created_at" timestamptz not null, primary key ("id"));`,
    );
    this.addSql(`alter table "market_snapshot" add constraint "market_snapshot_key_unique" unique ("key");`);

    this.addSql(
      `create table "optimization" ("id" uuid not null, "owner_id" text not null, "portfolio_id" uuid not null, "snapshot_id" uuid not null, "state" text not null, "reason" text null, "optimizer_id" text not null, "optimizer_version" int not null, "constraints" jsonb not null, "weights" jsonb not null, "certificate" jsonb null, "statistics" jsonb not null, "as_of" timestamptz not null, "rehearsal" boolean not null, "simulated" boolean not null, "created_at" timestamptz not null, primary key ("id"));`,
    );
    this.addSql(
      `create index "optimization_owner_id_portfolio_id_id_index" on "optimization" ("owner_id", "portfolio_id", "id");`,
    );
    this.addSql(
      `alter table "optimization" add constraint "optimization_reason_when_infeasible" check ((state = 'infeasible') = (reason is not null));`,
    );
    this.addSql(
      `alter table "optimization" add constraint "optimization_state_check" check ("state" in ('solved', 'infeasible'));`,
    );

    this.addSql(
      `create table "pipeline" ("id" uuid not null, "owner_id" text not null, "job_id" uuid not null, "portfolio_id" uuid not null, "as_of" timestamptz(3) not null, "rehearsal" boolean not null, "assets" jsonb not null, "optimization_id" uuid not null, "decision_id" uuid not null, "collection" jsonb null, "created_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`alter table "pipeline" add constraint "pipeline_job_id_unique" unique ("job_id");`);
    this.addSql(`create index "pipeline_owner_id_id_index" on "pipeline" ("owner_id", "id");`);

    this.addSql(
      `create table "portfolio" ("id" uuid not null, "owner_id" text not null, "name" text not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "portfolio_owner_id_id_index" on "portfolio" ("owner_id", "id");`);

    this.addSql(
      `create table "signal" ("id" uuid not null, "run_id" uuid not null, "owner_id" text not null, "portfolio_id" uuid not null, "asset_id" text not null, "category" text not null, "direction" text not null, "entry_price" numeric not null, "take_profit" numeric not null, "stop_loss" numeric not null, "take_profit_pct" double precision not null, "stop_loss_pct" double precision not null, "risk_reward_ratio" double precision not null, "position_size_pct" double precision not null, "strength" text not null, "confidence_points" int not null, "evidence" jsonb not null, "series" jsonb not null, "rule_version" int not null, "rehearsal" boolean not null, "simulated" boolean not null, "as_of" timestamptz not null, "expires_at" timestamptz not null, "created_at" timestamptz not null, primary key ("id"));`,
    );
    this.addSql(`create index "signal_owner_id_portfolio_id_id_index" on "signal" ("owner_id", "portfolio_id", "id");`);
    this.addSql(
      `alter table "signal" add constraint "signal_run_id_asset_id_category_unique" unique ("run_id", "asset_id", "category");`,
    );
    this.addSql(
      `alter table "signal" add constraint "signal_prices_positive" check (entry_price > 0 and take_profit > 0 and stop_loss > 0);`,
    );
    this.addSql(
      `alter table "signal" add constraint "signal_confidence_in_points" check (confidence_points >= 0 and confidence_points <= 100);`,
    );
    this.addSql(
      `alter table "signal" add constraint "signal_category_check" check ("category" in ('scalp', 'intraday', 'swing', 'long_term'));`,
    );
    this.addSql(`alter table "signal" add constraint "signal_direction_check" check ("direction" in ('buy', 'sell'));`);
    this.addSql(
      `alter table "signal" add constraint "signal_strength_check" check ("strength" in ('weak', 'moderate', 'strong', 'very_strong'));`,
    );

    this.addSql(
      `create table "signal_run" ("id" uuid not null, "owner_id" text not null, "portfolio_id" uuid not null, "as_of" timestamptz not null, "rehearsal" boolean not null, "withheld" jsonb not null, "created_at" timestamptz not null, primary key ("id"));`,
    );

    this.addSql(
      `create table "workflow_outbox" ("id" uuid not null, "owner_id" text not null, "job_id" uuid not null, "job_kind" text not null, "portfolio_id" uuid null, "workflow_type" text not null, "workflow_id" text not null, "summary" text not null, "input" jsonb not null, "trace_headers" jsonb not null, "created_at" timestamptz not null default now(), "attempts" int not null default 0, "last_error" text null, "next_attempt_at" timestamptz not null default now(), "sent_at" timestamptz null, primary key ("id"));`,
    );
    this.addSql(`alter table "workflow_outbox" add constraint "workflow_outbox_job_id_unique" unique ("job_id");`);
    this.addSql(
      `create index "workflow_outbox_unsent" on "workflow_outbox" ("next_attempt_at", "id") where sent_at is null;`,
    );
  }
}
