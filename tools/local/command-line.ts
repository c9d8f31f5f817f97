import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

/** The caller typed something that means nothing here; the message says what. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The options' values. @throws UsageError for an option or argument that is not among them */
export function readOptions<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('ERR_PARSE_ARGS')) throw new UsageError(message.split('. To specify')[0] ?? message);
    throw error;
  }
}
