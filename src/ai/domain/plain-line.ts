/** C0 and C1 controls, a line's end among them. */
const controls = /\p{Cc}+/gu;
/** Characters that nobody sees: direction marks and overrides, zero-width ones, tags, private use, unpaired surrogates. */
const unseen = /[\p{Cf}\p{Co}\p{Cs}\p{Cn}]/gu;
/** What marks the ends of quoted data (`prompt-data.ts`). */
const marks = /<{2,}|>{2,}/g;

/**
 * Foreign text on one line: in Unicode's composed form, without controls, unseen characters and the marks that end quoted
 * data, and at most so many characters, the last one then an ellipsis. Empty when nothing is left.
 */
export function plainLine(text: string, maximumCharacters: number): string {
  // beyond it nothing could be left, and normalising a megabyte takes long
  const begin = text.slice(0, maximumCharacters * 8);
  const plain = begin
    .normalize('NFC')
    .replace(controls, ' ')
    .replace(unseen, '')
    .replace(marks, (run) => run.slice(0, 1))
    .replace(/ {2,}/g, ' ')
    .trim();
  const characters = [...plain];
  if (characters.length <= maximumCharacters) return plain;
  return `${characters
    .slice(0, maximumCharacters - 1)
    .join('')
    .trimEnd()}…`;
}
