-- Generated from the entities; the migrations are checked to make exactly this, and add a trigger against truncate.
create table "account" ("id" uuid not null, "portfolio_id" uuid not null, "owner_id" text not null, "name" text not null, "type" text not null, "currency" text not null, "broker" text null, "tax_status" text null, "tracks_cash" boolean not null, "is_default" boolean not null, "created_at" timestamptz(3) not null, primary key ("id"));
alter table "account" add constraint "account_portfolio_id_name_unique" unique ("portfolio_id", "name");
create unique index "account_one_default" on "account" ("portfolio_id") where is_default;
alter table "account" add constraint "account_type_check" check ("type" in ('prop_firm', 'personal_trading', 'long_term_retirement', 'long_term_taxable'));
alter table "account" add constraint "account_tax_status_check" check ("tax_status" in ('taxable', 'tax_deferred', 'tax_exempt'));

create table "ai_exchange" ("id" uuid not null, "key" text not null, "service" text not null, "kind" text not null, "symbol" text not null, "number" int not null, "as_of" timestamptz(3) not null, "request" text not null, "outcome" text not null, "status" int null, "answer" text null, "answer_hash" text null, "detail" text null, "simulated_seed" text null, "milliseconds" int not null, "asked_at" timestamptz(3) not null, primary key ("id"));
create index "ai_exchange_key_asked_at_index" on "ai_exchange" ("key", "asked_at");
create index "ai_exchange_symbol_kind_as_of_index" on "ai_exchange" ("symbol", "kind", "as_of");
create unique index "ai_exchange_answered" on "ai_exchange" ("key") where outcome = 'answered';
alter table "ai_exchange" add constraint "ai_exchange_kind_check" check ("kind" in ('check', 'opinion'));
alter table "ai_exchange" add constraint "ai_exchange_outcome_check" check ("outcome" in ('answered', 'rateLimited', 'unavailable', 'refused', 'broken'));

create table "allocation_target" ("owner_id" text not null, "target_set" text not null, "percentages" jsonb not null, "updated_at" timestamptz(3) not null, primary key ("owner_id", "target_set"));

create table "asset" ("id" text not null, "asset_class" text not null, "name" text not null, "venues" jsonb not null, "aliases" jsonb not null, "enabled" boolean not null, "priority" int not null, "intervals" jsonb not null, "source_order" jsonb not null, "position" int not null, "updated_at" timestamptz(3) not null, primary key ("id"));
alter table "asset" add constraint "asset_priority_valid" check (priority >= 1 and priority <= 3);
alter table "asset" add constraint "asset_asset_class_check" check ("asset_class" in ('crypto', 'stock', 'etf', 'cash'));

create table "audit_event" ("stream" text not null, "sequence" int not null, "owner_id" text not null, "subject" text not null, "event_key" text not null, "prev_hash" text not null, "hash" text not null, "actor" text not null, "kind" text not null, "payload" jsonb not null, "recorded_at" timestamptz(3) not null, primary key ("stream", "sequence"));
create index "audit_event_subject_index" on "audit_event" ("subject");
alter table "audit_event" add constraint "audit_event_stream_event_key_unique" unique ("stream", "event_key");
create or replace function "audit_event_audit_event_append_only_fn"() returns trigger as $$ begin raise exception 'audit_event is append-only: % refused', tg_op; end; $$ language plpgsql;
create trigger "audit_event_append_only" BEFORE UPDATE OR DELETE on "audit_event" for each STATEMENT execute function "audit_event_audit_event_append_only_fn"();

create table "candle" ("asset_id" text not null, "interval" text not null, "source" text not null, "quote_currency" text not null, "adjustment" text not null, "open_time" timestamptz(3) not null, "revision" int not null, "open" numeric null, "high" numeric null, "low" numeric null, "close" numeric not null, "volume" numeric null, "available_at" timestamptz(3) not null, "known_at" timestamptz(3) not null, primary key ("asset_id", "interval", "source", "quote_currency", "adjustment", "open_time", "revision"));
alter table "candle" add constraint "candle_open_valid" check (open > 0 and open < 'Infinity'::numeric);
alter table "candle" add constraint "candle_high_valid" check (high > 0 and high < 'Infinity'::numeric);
alter table "candle" add constraint "candle_low_valid" check (low > 0 and low < 'Infinity'::numeric);
alter table "candle" add constraint "candle_close_valid" check (close > 0 and close < 'Infinity'::numeric);
alter table "candle" add constraint "candle_volume_valid" check (volume >= 0 and volume < 'Infinity'::numeric);
alter table "candle" add constraint "candle_revision_valid" check (revision > 0);
alter table "candle" add constraint "candle_prices_whole" check ((open is null) = (high is null) and (open is null) = (low is null));
alter table "candle" add constraint "candle_interval_check" check ("interval" in ('1m', '5m', '15m', '1h', '4h', '1d', '1w'));
alter table "candle" add constraint "candle_quote_currency_check" check ("quote_currency" in ('USD', 'USDT'));
alter table "candle" add constraint "candle_adjustment_check" check ("adjustment" in ('raw', 'split', 'total_return', 'unknown'));

create table "collection" ("id" uuid not null, "owner_id" text not null, "job_id" uuid not null, "assets" jsonb not null, "intervals" jsonb not null, "from_time" timestamptz(3) null, "as_of" timestamptz(3) not null, "report" jsonb null, "created_at" timestamptz(3) not null, "finished_at" timestamptz(3) null, primary key ("id"));
create index "collection_owner_id_id_index" on "collection" ("owner_id", "id");

create table "collection_receipt" ("collection_id" text not null, "asset_id" text not null, "interval" text not null, "source" text not null, "part" text not null, "receipt" jsonb not null, "created_at" timestamptz not null default now(), primary key ("collection_id", "asset_id", "interval", "source", "part"));
alter table "collection_receipt" add constraint "collection_receipt_interval_check" check ("interval" in ('1m', '5m', '15m', '1h', '4h', '1d', '1w'));

create table "corporate_action" ("asset_id" text not null, "source" text not null, "kind" text not null, "ex_date" date not null, "numerator" numeric null, "denominator" numeric null, "amount" numeric null, "known_at" timestamptz(3) not null, primary key ("asset_id", "source", "kind", "ex_date"));
alter table "corporate_action" add constraint "corporate_action_kind_check" check ("kind" in ('split', 'dividend'));

create table "decision" ("id" uuid not null, "owner_id" text not null, "portfolio_id" uuid not null, "kind" text not null, "state" text not null, "proposal" jsonb not null, "proposal_hash" text not null, "evidence" jsonb not null, "as_of" timestamptz not null, "rehearsal" boolean not null, "simulated" boolean not null, "opened_at" timestamptz(3) not null, "answer_by" timestamptz(3) not null, "choice" text null, "note" text null, "answered_by" text null, "update_id" text null, "settled_at" timestamptz(3) null, primary key ("id"));
create index "decision_owner_id_id_index" on "decision" ("owner_id", "id");
create index "decision_owner_id_state_id_index" on "decision" ("owner_id", "state", "id");
alter table "decision" add constraint "decision_kind_check" check ("kind" in ('target_allocation', 'signal_trade'));
alter table "decision" add constraint "decision_state_check" check ("state" in ('awaiting_answer', 'approved', 'rejected', 'expired'));
alter table "decision" add constraint "decision_choice_check" check ("choice" in ('approve', 'reject'));

create table "disputed_bar" ("id" uuid not null, "asset_id" text not null, "interval" text not null, "adjustment" text not null, "world" text not null, "open_time" timestamptz(3) not null, "state" text not null, "reason" text not null, "votes" jsonb not null, "votes_hash" text not null, "sources" jsonb not null, "opened_at" timestamptz(3) not null, "closed_at" timestamptz(3) null, "closed_by" text null, "closed_reason" text null, "kept_out" jsonb not null default '[]', primary key ("id"));
create index "disputed_bar_state_id_index" on "disputed_bar" ("state", "id");
create index "disputed_bar_asset_id_interval_open_time_index" on "disputed_bar" ("asset_id", "interval", "open_time");
alter table "disputed_bar" add constraint "disputed_bar_asset_id_interval_adjustment_world_o_af93b_unique" unique ("asset_id", "interval", "adjustment", "world", "open_time", "votes_hash", "opened_at");
alter table "disputed_bar" add constraint "disputed_bar_interval_check" check ("interval" in ('1m', '5m', '15m', '1h', '4h', '1d', '1w'));
alter table "disputed_bar" add constraint "disputed_bar_adjustment_check" check ("adjustment" in ('raw', 'split', 'total_return', 'unknown'));
alter table "disputed_bar" add constraint "disputed_bar_state_check" check ("state" in ('open', 'released', 'discarded', 'superseded'));

create table "holding" ("portfolio_id" uuid not null, "asset_id" text not null, "owner_id" text not null, "quantity" numeric not null, primary key ("portfolio_id", "asset_id"));
alter table "holding" add constraint "holding_quantity_positive" check (quantity > 0);

create table "idempotency" ("owner_id" text not null, "method" text not null, "path" text not null, "key" text not null, "body_hash" text not null, "status" int not null, "location" text null, "body" text not null, "created_at" timestamptz not null default now(), primary key ("owner_id", "method", "path", "key"));
create index "idempotency_created_at_index" on "idempotency" ("created_at");

create table "job" ("id" uuid not null, "owner_id" text not null, "portfolio_id" uuid null, "kind" text not null, "state" text not null default 'requested', "progress" jsonb null, "workflow_id" text not null, "run_id" text null, "result" text null, "problem" jsonb null, "created_at" timestamptz not null default now(), "started_at" timestamptz null, "finished_at" timestamptz null, primary key ("id"));
alter table "job" add constraint "job_workflow_id_unique" unique ("workflow_id");
create index "job_owner_id_id_index" on "job" ("owner_id", "id");
create index "job_unfinished" on "job" ("created_at") where state in ('requested', 'running');
alter table "job" add constraint "job_kind_check" check ("kind" in ('pipeline', 'collection', 'performance', 'risk_report', 'optimization', 'rebalancing_plan', 'signal_run'));
alter table "job" add constraint "job_state_check" check ("state" in ('requested', 'running', 'succeeded', 'failed', 'cancelled'));

create table "job_event" ("job_id" uuid not null, "sequence" int not null, "owner_id" text not null, "event_key" text not null, "kind" text not null, "payload" jsonb not null, "recorded_at" timestamptz not null default now(), primary key ("job_id", "sequence"));
alter table "job_event" add constraint "job_event_job_id_event_key_unique" unique ("job_id", "event_key");

create table "ledger_transaction" ("id" uuid not null, "portfolio_id" uuid not null, "account_id" uuid not null, "owner_id" text not null, "kind" text not null, "executed_at" timestamptz(3) not null, "asset_id" text not null, "quantity" numeric null, "price" numeric null, "amount" numeric null, "currency" text not null, "fee" numeric null, "to_account_id" uuid null, "split_numerator" numeric null, "split_denominator" numeric null, "lots" jsonb null, "external_id" text null, "reverses_id" uuid null, "note" text null, "recorded_at" timestamptz(3) not null, primary key ("id"));
create index "ledger_transaction_portfolio_id_executed_at_id_index" on "ledger_transaction" ("portfolio_id", "executed_at", "id");
alter table "ledger_transaction" add constraint "ledger_transaction_account_id_external_id_unique" unique ("account_id", "external_id");
alter table "ledger_transaction" add constraint "ledger_transaction_reverses_id_unique" unique ("reverses_id");
alter table "ledger_transaction" add constraint "ledger_transaction_quantity" check (quantity > 0 or (kind in ('adjustment', 'reversal') and quantity <> 0));
alter table "ledger_transaction" add constraint "ledger_transaction_money" check (price >= 0 and amount >= 0 and fee >= 0);
alter table "ledger_transaction" add constraint "ledger_transaction_split" check (split_numerator > 0 and split_denominator > 0);
alter table "ledger_transaction" add constraint "ledger_transaction_kind_check" check ("kind" in ('buy', 'sell', 'deposit', 'withdrawal', 'fee', 'transfer', 'split', 'dividend', 'staking_reward', 'adjustment', 'reversal'));

create table "market_snapshot" ("id" uuid not null, "key" text not null, "owner_id" text not null, "as_of" timestamptz not null, "lookback_days" int not null, "series" jsonb not null, "dates" jsonb not null, "closes" jsonb not null, "observations" int not null, "content_hash" text not null, "created_at" timestamptz not null, primary key ("id"));
alter table "market_snapshot" add constraint "market_snapshot_key_unique" unique ("key");

create table "optimization" ("id" uuid not null, "owner_id" text not null, "portfolio_id" uuid null, "snapshot_id" uuid not null, "state" text not null, "reason" text null, "optimizer_id" text not null, "optimizer_version" int not null, "constraints" jsonb not null, "weights" jsonb not null, "certificate" jsonb null, "statistics" jsonb not null, "details" jsonb null, "as_of" timestamptz not null, "known_at" timestamptz null, "rehearsal" boolean not null, "simulated" boolean not null, "created_at" timestamptz not null, primary key ("id"));
create index "optimization_owner_id_portfolio_id_id_index" on "optimization" ("owner_id", "portfolio_id", "id");
create index "optimization_owner_id_id_index" on "optimization" ("owner_id", "id");
alter table "optimization" add constraint "optimization_reason_when_infeasible" check ((state = 'infeasible') = (reason is not null));
alter table "optimization" add constraint "optimization_state_check" check ("state" in ('solved', 'infeasible'));

create table "pipeline" ("id" uuid not null, "owner_id" text not null, "job_id" uuid not null, "portfolio_id" uuid not null, "as_of" timestamptz(3) not null, "rehearsal" boolean not null, "assets" jsonb not null, "optimization_id" uuid not null, "decision_id" uuid not null, "collection" jsonb null, "created_at" timestamptz not null default now(), primary key ("id"));
alter table "pipeline" add constraint "pipeline_job_id_unique" unique ("job_id");
create index "pipeline_owner_id_id_index" on "pipeline" ("owner_id", "id");

create table "policy" ("id" uuid not null, "owner_id" text not null, "name" text not null, "is_default" boolean not null, "created_at" timestamptz(3) not null, primary key ("id"));
alter table "policy" add constraint "policy_owner_id_name_unique" unique ("owner_id", "name");

create table "policy_rollout" ("policy_id" uuid not null, "sequence" int not null, "owner_id" text not null, "version" int not null, "share" double precision not null, "portfolios" jsonb not null, "reason" text not null, "actor" text not null, "at" timestamptz(3) not null, primary key ("policy_id", "sequence"));

create table "policy_version" ("policy_id" uuid not null, "version" int not null, "owner_id" text not null, "limits" jsonb not null, "reason" text not null, "created_at" timestamptz(3) not null, primary key ("policy_id", "version"));

create table "portfolio" ("id" uuid not null, "owner_id" text not null, "name" text not null, "numeraire" text not null, "is_default" boolean not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));
create index "portfolio_owner_id_id_index" on "portfolio" ("owner_id", "id");
create unique index "portfolio_one_default" on "portfolio" ("owner_id") where is_default;

create table "portfolio_policy" ("portfolio_id" uuid not null, "owner_id" text not null, "policy_id" uuid not null, "since" timestamptz(3) not null, primary key ("portfolio_id"));

create table "portfolio_snapshot" ("portfolio_id" uuid not null, "owner_id" text not null, "ledger_version" text not null, "complete_until" date not null, "refreshed_at" timestamptz(3) not null, primary key ("portfolio_id"));

create table "portfolio_year" ("portfolio_id" uuid not null, "year" int not null, "owner_id" text not null, "first" date not null, "rows" int not null, "assets" jsonb not null, "totals" bytea not null, "usd_attribution" bytea not null, "btc_attribution" bytea not null, "unpriced" jsonb not null, "simulated" bytea not null, "asset_values" bytea not null, "changes" bytea not null, "closing" jsonb not null, "digest" text not null, "written_at" timestamptz(3) not null, primary key ("portfolio_id", "year"));

create table "price_import" ("id" uuid not null, "owner_id" text not null, "file_name" text not null, "file_hash" text not null, "bytes" bigint not null, "asset_id" text not null, "interval" text not null, "quote_currency" text not null, "adjustment" text not null, "source" text not null, "rows_read" int not null, "rows_new" int not null, "rows_revised" int not null, "rows_refused" int not null, "refused" jsonb not null, "first_open_time" timestamptz(3) null, "last_open_time" timestamptz(3) null, "created_at" timestamptz(3) not null, primary key ("id"));
create index "price_import_owner_id_id_index" on "price_import" ("owner_id", "id");
alter table "price_import" add constraint "price_import_owner_id_file_hash_asset_id_interval_3fd74_unique" unique ("owner_id", "file_hash", "asset_id", "interval", "quote_currency", "adjustment");
alter table "price_import" add constraint "price_import_interval_check" check ("interval" in ('1m', '5m', '15m', '1h', '4h', '1d', '1w'));
alter table "price_import" add constraint "price_import_quote_currency_check" check ("quote_currency" in ('USD', 'USDT'));
alter table "price_import" add constraint "price_import_adjustment_check" check ("adjustment" in ('raw', 'split', 'total_return', 'unknown'));

create table "private_source" ("source" text not null, "owner_id" text not null, "published_at" timestamptz(3) null, "published_by" text null, primary key ("source"));

create table "source_state" ("budget_key" text not null, "source" text not null, "failures" int not null, "resting_until" timestamptz(3) null, "resting_reason" text null, "last_ok_at" timestamptz(3) null, "last_error_at" timestamptz(3) null, "last_error" text null, primary key ("budget_key"));

create table "source_usage" ("budget_key" text not null, "second" timestamptz(0) not null, "weight" int not null, primary key ("budget_key", "second"));

create table "rebalancing_plan" ("id" uuid not null, "owner_id" text not null, "portfolio_id" uuid not null, "as_of" timestamptz(3) not null, "optimization_id" uuid null, "request" jsonb not null, "policy" jsonb not null, "plan" jsonb not null, "decision" text not null, "simulated" boolean not null, "created_at" timestamptz(3) not null, primary key ("id"));
create index "rebalancing_plan_owner_id_portfolio_id_id_index" on "rebalancing_plan" ("owner_id", "portfolio_id", "id");
alter table "rebalancing_plan" add constraint "rebalancing_plan_decision_check" check ("decision" in ('trade', 'wait'));

create table "risk_report" ("id" uuid not null, "owner_id" text not null, "portfolio_id" uuid null, "key" text not null, "as_of" timestamptz(3) not null, "known_at" timestamptz(3) null, "request" jsonb not null, "assessment" jsonb not null, "provenance" jsonb not null, "simulated" boolean not null, "created_at" timestamptz(3) not null, primary key ("id"));
alter table "risk_report" add constraint "risk_report_owner_id_key_unique" unique ("owner_id", "key");

create table "signal" ("id" uuid not null, "run_id" uuid not null, "owner_id" text not null, "portfolio_id" uuid not null, "asset_id" text not null, "category" text not null, "direction" text not null, "entry_price" numeric not null, "take_profit" numeric not null, "stop_loss" numeric not null, "take_profit_pct" double precision not null, "stop_loss_pct" double precision not null, "risk_reward_ratio" double precision not null, "position_size_pct" double precision not null, "strength" text not null, "confidence_points" int not null, "evidence" jsonb not null, "series" jsonb not null, "rule_version" int not null, "rehearsal" boolean not null, "simulated" boolean not null, "held_back" jsonb null, "as_of" timestamptz not null, "expires_at" timestamptz not null, "created_at" timestamptz not null, primary key ("id"));
create index "signal_owner_id_portfolio_id_id_index" on "signal" ("owner_id", "portfolio_id", "id");
create index "signal_portfolio_id_category_asset_id_as_of_index" on "signal" ("portfolio_id", "category", "asset_id", "as_of");
alter table "signal" add constraint "signal_run_id_asset_id_category_unique" unique ("run_id", "asset_id", "category");
alter table "signal" add constraint "signal_prices_positive" check (entry_price > 0 and take_profit > 0 and stop_loss > 0);
alter table "signal" add constraint "signal_confidence_in_points" check (confidence_points >= 0 and confidence_points <= 100);
alter table "signal" add constraint "signal_category_check" check ("category" in ('scalp', 'intraday', 'swing', 'long_term'));
alter table "signal" add constraint "signal_direction_check" check ("direction" in ('buy', 'sell'));
alter table "signal" add constraint "signal_strength_check" check ("strength" in ('weak', 'moderate', 'strong', 'very_strong'));

create table "signal_opinion" ("signal_id" uuid not null, "owner_id" text not null, "kind" text not null, "outcome" text not null, "attempts" jsonb not null, "direction" text null, "confidence" double precision null, "model" text null, "summary" text null, "answered_at" timestamptz(3) null, "simulated" boolean not null, "late" boolean not null, "calls" int not null, "milliseconds" int not null, "ai_confidence_points" int not null, "ai_size_fraction" double precision not null, "ai_cancelled" boolean not null, "setting" text not null, "mode" text not null, "served_basis" text not null, "served_confidence_points" int not null, "served_size_fraction" double precision not null, "served_cancelled" boolean not null, "reasons" jsonb not null, "recorded_at" timestamptz(3) not null, primary key ("signal_id"));
alter table "signal_opinion" add constraint "signal_opinion_answered" check ((outcome = 'answered') = (direction is not null and confidence is not null and answered_at is not null));
alter table "signal_opinion" add constraint "signal_opinion_points" check (ai_confidence_points >= 0 and ai_confidence_points <= 100 and served_confidence_points >= 0 and served_confidence_points <= 100);
alter table "signal_opinion" add constraint "signal_opinion_kind_check" check ("kind" in ('check', 'opinion'));
alter table "signal_opinion" add constraint "signal_opinion_outcome_check" check ("outcome" in ('answered', 'refused', 'unanswered'));
alter table "signal_opinion" add constraint "signal_opinion_direction_check" check ("direction" in ('buy', 'sell', 'hold'));
alter table "signal_opinion" add constraint "signal_opinion_setting_check" check ("setting" in ('show', 'lower', 'by_record'));
alter table "signal_opinion" add constraint "signal_opinion_mode_check" check ("mode" in ('show', 'lower', 'lower_and_raise'));
alter table "signal_opinion" add constraint "signal_opinion_served_basis_check" check ("served_basis" in ('rules', 'rules_and_ai'));

create table "signal_outcome" ("portfolio_id" uuid not null, "as_of" timestamptz not null, "rehearsal" boolean not null, "asset_id" text not null, "category" text not null, "owner_id" text not null, "run_id" uuid not null, "signal_id" uuid null, "reason" text null, "created_at" timestamptz not null, primary key ("portfolio_id", "as_of", "rehearsal", "asset_id", "category"));
alter table "signal_outcome" add constraint "signal_outcome_signal_or_reason" check ((signal_id is null) <> (reason is null));
alter table "signal_outcome" add constraint "signal_outcome_category_check" check ("category" in ('scalp', 'intraday', 'swing', 'long_term'));

create table "signal_run" ("id" uuid not null, "owner_id" text not null, "portfolio_id" uuid not null, "as_of" timestamptz not null, "rehearsal" boolean not null, "withheld" jsonb not null, "question" jsonb null, "known_at" timestamptz null, "created_at" timestamptz not null, primary key ("id"));

create table "signal_settlement" ("signal_id" uuid not null, "owner_id" text not null, "reason" text not null, "price" numeric not null, "exited_at" timestamptz not null, "gap" boolean not null, "told" text not null, "best_move" double precision not null, "worst_move" double precision not null, "return_usd" double precision not null, "return_btc" double precision null, "r_multiple" double precision not null, "cost_rate" double precision not null, "settled_at" timestamptz not null, primary key ("signal_id"));
alter table "signal_settlement" add constraint "signal_settlement_reason_check" check ("reason" in ('take_profit', 'stop_loss', 'expired'));
alter table "signal_settlement" add constraint "signal_settlement_told_check" check ("told" in ('bar', 'finer', 'pessimistic'));

create table "source_attempt" ("id" uuid not null, "collection_id" text not null, "asset_id" text not null, "interval" text not null, "source" text not null, "from_time" timestamptz(3) null, "to_time" timestamptz(3) not null, "outcome" text not null, "detail" text null, "requests" int not null, "rows" int not null, "milliseconds" int not null, "at" timestamptz(3) not null, primary key ("id"));
create index "source_attempt_source_at_index" on "source_attempt" ("source", "at");
create index "source_attempt_collection_id_asset_id_index" on "source_attempt" ("collection_id", "asset_id");
create index "source_attempt_asset_id_interval_source_at_index" on "source_attempt" ("asset_id", "interval", "source", "at");
alter table "source_attempt" add constraint "source_attempt_interval_check" check ("interval" in ('1m', '5m', '15m', '1h', '4h', '1d', '1w'));
alter table "source_attempt" add constraint "source_attempt_outcome_check" check ("outcome" in ('ok', 'empty', 'unknownAsset', 'rateLimited', 'unavailable', 'badAnswer', 'notOffered', 'missingKey'));

create table "workflow_outbox" ("id" uuid not null, "owner_id" text not null, "job_id" uuid not null, "job_kind" text not null, "portfolio_id" uuid null, "workflow_type" text not null, "workflow_id" text not null, "summary" text not null, "input" jsonb not null, "trace_headers" jsonb not null, "created_at" timestamptz not null default now(), "attempts" int not null default 0, "last_error" text null, "next_attempt_at" timestamptz not null default now(), "sent_at" timestamptz null, primary key ("id"));
alter table "workflow_outbox" add constraint "workflow_outbox_job_id_unique" unique ("job_id");
create index "workflow_outbox_unsent" on "workflow_outbox" ("next_attempt_at", "id") where sent_at is null;
