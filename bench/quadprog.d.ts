/** The package brings no types of its own. Its arrays start at 1, as those of the Fortran program that it was made from. */
declare module 'quadprog' {
  /** Least b'Db / 2 - d'b with A'b >= b0, the first `meq` as equations; overwrites D and d. */
  export function solveQP(
    D: number[][],
    d: number[],
    A: number[][],
    b0: number[],
    meq: number,
  ): { readonly solution: readonly number[]; readonly message: string };
}
