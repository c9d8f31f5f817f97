/** Transactions of all portfolios that are kept: some 100 MB at most. */
const mostTransactions = 100_000;

/** Ledgers that were read, as long as nothing was recorded in them since; those that nobody asks for go first. */
export class LedgerCache<State extends { readonly transactions: readonly unknown[] }> {
  private readonly known = new Map<string, { readonly version: string; readonly state: State }>();
  private kept = 0;

  /** Undefined when it is not known as of this version. */
  get(portfolioId: string, version: string): State | undefined {
    const found = this.known.get(portfolioId);
    if (found?.version !== version) return undefined;
    this.known.delete(portfolioId);
    this.known.set(portfolioId, found);
    return found.state;
  }

  set(portfolioId: string, version: string, state: State): void {
    this.drop(portfolioId);
    this.known.set(portfolioId, { version, state });
    this.kept += state.transactions.length;
    for (const oldest of this.known.keys()) {
      if (this.kept <= mostTransactions) return;
      this.drop(oldest);
    }
  }

  private drop(portfolioId: string): void {
    this.kept -= this.known.get(portfolioId)?.state.transactions.length ?? 0;
    this.known.delete(portfolioId);
  }
}
