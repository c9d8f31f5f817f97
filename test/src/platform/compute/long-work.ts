export const sumOfSquares = (values: Float64Array): number => values.reduce((sum, value) => sum + value * value, 0);

export function spin(milliseconds: number): number {
  const end = performance.now() + milliseconds;
  let turns = 0;
  while (performance.now() < end) turns += 1;
  return turns;
}

export function failing(message: string): never {
  throw new RangeError(message);
}
