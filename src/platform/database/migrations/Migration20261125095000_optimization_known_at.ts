import { Migration } from '@mikro-orm/migrations';

export class Migration20261125095000_optimization_known_at extends Migration {
  override name = 'Migration20261125095000_optimization_known_at';

  override up(): void | Promise<void> {
    this.addSql(`alter table "optimization" add column "known_at" timestamptz null;`);
  }
}
