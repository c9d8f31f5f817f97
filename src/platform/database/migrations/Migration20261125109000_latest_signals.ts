import { Migration } from '@mikro-orm/migrations';

/** The latest signal of an asset and category is found without walking past all of a portfolio's. */
export class Migration20261125109000_latest_signals extends Migration {
  override name = 'Migration20261125109000_latest_signals';

  override up(): void | Promise<void> {
    this.addSql(
      `create index "signal_portfolio_id_category_asset_id_as_of_index" on "signal" ("portfolio_id", "category", "asset_id", "as_of");`,
    );
  }
}
