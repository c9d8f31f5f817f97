/** A long calculation: at each yield others may have their turn, and what it comes to is the same. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** How many transactions are folded between two yields: far less than a millisecond's work. */
export const transactionsAtOnce = 32;

/** What a calculation comes to, without a break. */
export function inOneGo<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
  }
}
