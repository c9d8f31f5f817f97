import type { MigrationObject } from '@mikro-orm/core';
import { Migration20261125000000_initial } from './Migration20261125000000_initial.js';
import { Migration20261125050000_market_data } from './Migration20261125050000_market_data.js';
import { Migration20261125080000_dispute_history } from './Migration20261125080000_dispute_history.js';
import { Migration20261125090000_ledger } from './Migration20261125090000_ledger.js';
import { Migration20261125090500_policies } from './Migration20261125090500_policies.js';
import { Migration20261125091000_portfolio_days } from './Migration20261125091000_portfolio_days.js';
import { Migration20261125092000_risk_reports } from './Migration20261125092000_risk_reports.js';
import { Migration20261125093000_optimizations } from './Migration20261125093000_optimizations.js';
import { Migration20261125094000_rebalancing } from './Migration20261125094000_rebalancing.js';
import { Migration20261125095000_optimization_known_at } from './Migration20261125095000_optimization_known_at.js';
import { Migration20261125096000_portfolio_years } from './Migration20261125096000_portfolio_years.js';
import { Migration20261125097000_ai_exchanges } from './Migration20261125097000_ai_exchanges.js';
import { Migration20261125098000_signal_settlements } from './Migration20261125098000_signal_settlements.js';
import { Migration20261125099000_signal_runs } from './Migration20261125099000_signal_runs.js';
import { Migration20261125100000_signal_opinions } from './Migration20261125100000_signal_opinions.js';
import { Migration20261125109000_latest_signals } from './Migration20261125109000_latest_signals.js';

/** In the order in which they run. */
export const migrations: MigrationObject[] = [
  { name: 'Migration20261125000000_initial', class: Migration20261125000000_initial },
  { name: 'Migration20261125050000_market_data', class: Migration20261125050000_market_data },
  { name: 'Migration20261125080000_dispute_history', class: Migration20261125080000_dispute_history },
  { name: 'Migration20261125090000_ledger', class: Migration20261125090000_ledger },
  { name: 'Migration20261125090500_policies', class: Migration20261125090500_policies },
  { name: 'Migration20261125091000_portfolio_days', class: Migration20261125091000_portfolio_days },
  { name: 'Migration20261125092000_risk_reports', class: Migration20261125092000_risk_reports },
  { name: 'Migration20261125093000_optimizations', class: Migration20261125093000_optimizations },
  { name: 'Migration20261125094000_rebalancing', class: Migration20261125094000_rebalancing },
  { name: 'Migration20261125095000_optimization_known_at', class: Migration20261125095000_optimization_known_at },
  { name: 'Migration20261125096000_portfolio_years', class: Migration20261125096000_portfolio_years },
  { name: 'Migration20261125097000_ai_exchanges', class: Migration20261125097000_ai_exchanges },
  { name: 'Migration20261125098000_signal_settlements', class: Migration20261125098000_signal_settlements },
  { name: 'Migration20261125099000_signal_runs', class: Migration20261125099000_signal_runs },
  { name: 'Migration20261125100000_signal_opinions', class: Migration20261125100000_signal_opinions },
  { name: 'Migration20261125109000_latest_signals', class: Migration20261125109000_latest_signals },
];
