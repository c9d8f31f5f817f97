import { Migration } from '@mikro-orm/migrations';

export class Migration20261125093000_optimizations extends Migration {
  override name = 'Migration20261125093000_optimizations';

  override up(): void | Promise<void> {
    this.addSql(`alter table "optimization" alter column "portfolio_id" drop not null;`);
    this.addSql(`alter table "optimization" add column "details" jsonb null;`);
    this.addSql(`create index "optimization_owner_id_id_index" on "optimization" ("owner_id", "id");`);
  }
}
