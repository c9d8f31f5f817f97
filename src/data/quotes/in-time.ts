/** The result of work that ends within so many milliseconds; otherwise undefined, and the work goes on by itself. */
export function inTime<T>(ms: number, work: Promise<T>): Promise<{ readonly value: T } | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), Math.max(0, ms));
    work.then((value) => resolve({ value }), reject).finally(() => clearTimeout(timer));
  });
}
