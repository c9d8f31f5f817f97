export interface TextLine {
  /** Counted from 1, empty lines too. */
  readonly line: number;
  /** Without its line break; of a line that is too long only the beginning. */
  readonly text: string;
  readonly isTooLong: boolean;
}

/**
 * The lines of a text in UTF-8, one after the other. A line of any length costs no more memory than a chunk and `longest`
 * characters, and only itself: a reader of whole records would give up on all that follow it.
 */
export async function* textLines(
  chunks: AsyncIterable<Uint8Array>,
  longest: number,
): AsyncGenerator<TextLine, void, undefined> {
  const decoder = new TextDecoder();
  let [line, rest, isTooLong] = [0, '', false];
  const take = (text: string): TextLine => {
    const whole = rest + text;
    const taken = { line: ++line, text: whole.slice(0, longest), isTooLong: isTooLong || whole.length > longest };
    [rest, isTooLong] = ['', false];
    return taken;
  };
  const keep = (text: string) => {
    isTooLong ||= rest.length + text.length > longest;
    rest += text.slice(0, Math.max(0, longest + 1 - rest.length));
  };
  let endsInReturn = false;
  for await (const chunk of chunks) {
    let text = decoder.decode(chunk, { stream: true });
    // the other half of a line break that lies across two chunks
    if (endsInReturn && text.startsWith('\n')) [text, endsInReturn] = [text.slice(1), false];
    if (text.length > 0) endsInReturn = text.endsWith('\r');
    const pieces = text.split(/\r\n|\n|\r/);
    const last = pieces.pop() ?? '';
    for (const piece of pieces) yield take(piece);
    keep(last);
  }
  keep(decoder.decode());
  if (rest.length > 0) yield take('');
}
