import { Migration } from '@mikro-orm/migrations';

export class Migration20261125098000_signal_settlements extends Migration {
  override name = 'Migration20261125098000_signal_settlements';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "signal_settlement" ("signal_id" uuid not null, "owner_id" text not null, "reason" text not null, "price" numeric not null, "exited_at" timestamptz not null, "gap" boolean not null, "told" text not null, "best_move" double precision not null, "worst_move" double precision not null, "return_usd" double precision not null, "return_btc" double precision null, "r_multiple" double precision not null, "cost_rate" double precision not null, "settled_at" timestamptz not null, primary key ("signal_id"));`,
    );
    this.addSql(
      `alter table "signal_settlement" add constraint "signal_settlement_reason_check" check ("reason" in ('take_profit', 'stop_loss', 'expired'));`,
    );
    this.addSql(
      `alter table "signal_settlement" add constraint "signal_settlement_told_check" check ("told" in ('bar', 'finer', 'pessimistic'));`,
    );
  }
}
