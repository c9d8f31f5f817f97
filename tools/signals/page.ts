import { countHeads } from './counts.js';
import { gridHeads, gridRows } from './grid.js';

export const rowText = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows].map(rowText).join('\n');

/** What the rules can give, and what they gave on recorded prices. */
export const page = (counts: readonly (readonly string[])[]): string => `# What the signal rules give

Written by \`node tools/bootstrap.mjs tools/signals/run.mjs\`, on the recorded histories of \`../shared/data/datasets\` or of
the folder that \`FKS_SHARED\` names. Rules of today, default budget: 1 % at risk, at most 20 % of the portfolio.

## Every category, calm and wild

A made-up market that rises three steps and falls two, at each volatility; its bars are as wide as those of a random walk.
The rules themselves are asked, about the same market at the costs of a coin and of a fund: of both trades, at the usual
venue of each.

${table(gridHeads, gridRows())}

## On real histories

Every asset of a folder that is registered is asked about: weekly where its bars are of a day, daily where they are of an
hour, every two hours of a session where they are of 15 minutes, hourly where they are of a minute. Opening rules by what
they said; then why there was no signal.

- Daily bars serve \`swing\` and \`long_term\` alone. \`scalp\` and \`intraday\` cannot be counted from them: what a day's bar
  holds of its hours and minutes nobody knows.
- \`intraday\` is counted on the hours of one pair and on eight weeks of one fund, \`scalp\` on the minutes of one pair of 2014
  and 2016; there are no minutes of any other asset. Those minutes have no row when nobody traded: most windows lack more
  than a tenth of their bars, and no signal is made of them.
- \`lean-raw\` is as traded: a split is a jump there, which the guard against wild markets meets. Strength against bitcoin is
  known where the folder has bitcoin, and on daily bars since Binance's begin, 2018.

${table(countHeads, counts)}
`;
