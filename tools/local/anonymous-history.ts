/** `/folder/file`, wherever it begins; not the path of a URL. */
const absolutePath = /(?<![\w.:/-])(?:file:\/\/)?(?:\/[\w.@+~-]+){2,}(?::\d+)*/g;
const drivePath = /\b[A-Za-z]:\\[^\s"')]+/g;

const withoutPaths = (text: string): string => text.replace(absolutePath, '(path)').replace(drivePath, '(path)');

/**
 * A JSON history without what names the machine that wrote it: writers of events, stack traces, paths in messages.
 *
 * None of it takes part in a replay.
 */
export function anonymous(history: unknown): unknown {
  return JSON.parse(JSON.stringify(history), (key: string, value: unknown) => {
    if (typeof value !== 'string') return value;
    if (key === 'stackTrace') return '';
    if (key === 'message') return withoutPaths(value);
    return /^\d+@/.test(value) ? 'recorded' : value;
  }) as unknown;
}
