import { Migration } from '@mikro-orm/migrations';

export class Migration20261125100000_signal_opinions extends Migration {
  override name = 'Migration20261125100000_signal_opinions';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "signal_opinion" ("signal_id" uuid not null, "owner_id" text not null, "kind" text not null, "outcome" text not null, "attempts" jsonb not null, "direction" text null, "confidence" double precision null, "model" text null, "summary" text null, "answered_at" timestamptz(3) null, "simulated" boolean not null, "late" boolean not null, "calls" int not null, "milliseconds" int not null, "ai_confidence_points" int not null, "ai_size_fraction" double precision not null, "ai_cancelled" boolean not null, "setting" text not null, "mode" text not null, "served_basis" text not null, "served_confidence_points" int not null, "served_size_fraction" double precision not null, "served_cancelled" boolean not null, "reasons" jsonb not null, "recorded_at" timestamptz(3) not null, primary key ("signal_id"));`,
    );
    this.addSql(
      `alter table "signal_opinion" add constraint "signal_opinion_answered" check ((outcome = 'answered') = (direction is not null and confidence is not null and answered_at is not null));`,
    );
    this.addSql(
      `alter table "signal_opinion" add constraint "signal_opinion_points" check (ai_confidence_points >= 0 and ai_confidence_points <= 100 and served_confidence_points >= 0 and served_confidence_points <= 100);`,
    );
    this.addSql(
      `alter table "signal_opinion" add constraint "signal_opinion_kind_check" check ("kind" in ('check', 'opinion'));`,
    );
    this.addSql(
      `alter table "signal_opinion" add constraint "signal_opinion_outcome_check" check ("outcome" in ('answered', 'refused', 'unanswered'));`,
    );
    this.addSql(
      `alter table "signal_opinion" add constraint "signal_opinion_direction_check" check ("direction" in ('buy', 'sell', 'hold'));`,
    );
    this.addSql(
      `alter table "signal_opinion" add constraint "signal_opinion_setting_check" check ("setting" in ('show', 'lower', 'by_record'));`,
    );
    this.addSql(
      `alter table "signal_opinion" add constraint "signal_opinion_mode_check" check ("mode" in ('show', 'lower', 'lower_and_raise'));`,
    );
    this.addSql(
      `alter table "signal_opinion" add constraint "signal_opinion_served_basis_check" check ("served_basis" in ('rules', 'rules_and_ai'));`,
    );
  }
}
