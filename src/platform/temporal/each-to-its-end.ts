/**
 * The results of several calls, when the last of them has ended: what goes on behind a closed connection would throw from
 * a timer and take the process down.
 *
 * @throws the first failure, in the order of the calls
 */
export async function eachToItsEnd<T>(calls: readonly Promise<T>[]): Promise<T[]> {
  const ended = await Promise.allSettled(calls);
  return ended.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}
