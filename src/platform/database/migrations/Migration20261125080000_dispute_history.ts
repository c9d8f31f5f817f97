import { Migration } from '@mikro-orm/migrations';

/** Each opening of a dispute is a row of its own, and a person may keep the bars of single sources from readers. */
export class Migration20261125080000_dispute_history extends Migration {
  override name = 'Migration20261125080000_dispute_history';

  override up(): void | Promise<void> {
    this.addSql(
      `alter table "disputed_bar" drop constraint "disputed_bar_asset_id_interval_adjustment_world_o_7e0ca_unique";`,
    );
    this.addSql(`alter table "disputed_bar" rename column "note" to "closed_reason";`);
    this.addSql(`alter table "disputed_bar" add column "kept_out" jsonb not null default '[]';`);
    this.addSql(`update "disputed_bar" set "kept_out" = "sources" where "state" = 'discarded';`);
    this.addSql(
      `alter table "disputed_bar" add constraint "disputed_bar_asset_id_interval_adjustment_world_o_af93b_unique" unique ("asset_id", "interval", "adjustment", "world", "open_time", "votes_hash", "opened_at");`,
    );
  }
}
