import type { DecisionEvidence } from './decision.js';

/**
 * Why an approval needs a note: biases of who decides that flag the proposed trade and that the policy asks a reason for, in
 * words; undefined when it needs none. Weights are proposed to keep limits, and need none.
 */
export function reasonAskedFor(proposal: object, { signals }: Pick<DecisionEvidence, 'signals'>): string | undefined {
  if ('weights' in proposal) return undefined;
  const asked = signals.flatMap((signal) => {
    const flags = signal['bias_flags'];
    return Array.isArray(flags) ? flags.filter(asksForReason).map(({ bias, message }) => `${bias}: ${message}`) : [];
  });
  return asked.length > 0 ? asked.join('; ') : undefined;
}

interface Asking {
  readonly bias: string;
  readonly message: string;
}

const asksForReason = (flag: unknown): flag is Asking =>
  typeof flag === 'object' && flag !== null && 'response' in flag && flag.response === 'ask_reason';
