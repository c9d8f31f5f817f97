/** Questions to fks_ai that a worker has under way at most; the budgets are kept elsewhere, for all workers. */
export const questionsAtOnce = 4;
