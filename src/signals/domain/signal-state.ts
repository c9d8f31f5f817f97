/** `expired` until the next look at its bars says what became of it; `held_back` whatever becomes of it. */
export const signalStates = ['live', 'expired', 'settled', 'held_back'] as const;
export type SignalState = (typeof signalStates)[number];

/** How a signal stands at an instant. */
export function signalState(
  { isHeldBack, isSettled, expiresAt }: { isHeldBack: boolean; isSettled: boolean; expiresAt: number },
  now: number,
): SignalState {
  if (isHeldBack) return 'held_back';
  if (isSettled) return 'settled';
  return expiresAt <= now ? 'expired' : 'live';
}
