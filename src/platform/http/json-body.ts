import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { BadRequestException, UnsupportedMediaTypeException } from '@nestjs/common';
import type { FieldError } from '../../shared/errors.js';

/** Field of what is about the whole body. */
const whole = '(whole)';

/** Deeper than anything that is asked for; a body that is walked by functions calling themselves then is no danger. */
const deepest = 64;

/** Such members would be taken out on the way, and the rest would mean something else than what was sent. */
const lost = new Set(['__proto__', 'constructor', 'prototype']);

/** No number of the API needs more; JSON.parse would cut it, or read all of it for nothing. */
const longestNumber = 400;
/** Halves of surrogate pairs: such text is no Unicode, and PostgreSQL stores none. */
const halfOfPair = /\p{Cs}/u;
const numberText = /-?[\d.eE+-]+/y;

/** A refusal before the parser, which the filter of problems knows again. */
export class AmbiguousBody extends BadRequestException {
  constructor(readonly refused: FieldError) {
    super(`the JSON cannot be read: ${refused.field} ${refused.message}`);
  }
}

/**
 * Refuses JSON that would mean something else to a reader than to its sender, or is nested too deeply: of two members of
 * one name JSON.parse keeps the last one in silence, what is beyond a double becomes infinite, and bytes that are no UTF-8
 * become other characters. What is no JSON at all is for the parser to say.
 *
 * Called with the bytes of a body before they are parsed.
 *
 * @throws AmbiguousBody naming the member, UnsupportedMediaTypeException for an encoding that JSON has not
 *   (RFC 8259, 8.1)
 */
export function refuseAmbiguous(_request: IncomingMessage, _response: unknown, body: Buffer, encoding: string): void {
  if (encoding !== 'utf-8') throw new UnsupportedMediaTypeException(`JSON is UTF-8, not ${encoding.slice(0, 20)}`);
  const refused = isUtf8(body) ? ambiguityOf(body.toString('utf8')) : { field: whole, message: 'is not UTF-8' };
  if (refused) throw new AmbiguousBody(refused);
}

interface OpenValue {
  /** Names of the members so far; undefined for an array. */
  readonly names: Set<string> | undefined;
  /** What is being read of it: a member's name, or an element's place. */
  at: string | number;
}

/** What a text is refused for and where it stands, or undefined: one pass, whatever the depth. */
export function ambiguityOf(text: string): FieldError | undefined {
  const open: OpenValue[] = [];
  const refusal = (message: string) => {
    const path = open.slice(0, 8).map(({ at }) => String(at).slice(0, 40));
    return { field: path.filter(Boolean).join('.') || whole, message };
  };
  let isName = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    const within = open.at(-1);
    switch (sign) {
      case '{':
      case '[':
        if (open.length === deepest) return refusal(`is nested deeper than ${deepest} levels`);
        open.push(sign === '{' ? { names: new Set(), at: '' } : { names: undefined, at: 0 });
        isName = sign === '{';
        break;
      case '}':
      case ']':
        open.pop();
        isName = false;
        break;
      case ',':
        isName = within?.names !== undefined;
        if (typeof within?.at === 'number') within.at += 1;
        break;
      case ':':
        isName = false;
        break;
      case '"': {
        const end = endOfString(text, at);
        const read = stringFrom(text.slice(at, end + 1));
        if (read === undefined) return undefined;
        if (isName && within?.names) {
          within.at = '';
          if (halfOfPair.test(read)) return refusal('has a member whose name is not well-formed Unicode');
          within.at = read;
          if (lost.has(read)) return refusal(`is a name that no member may have`);
          if (within.names.has(read)) return refusal('is there twice');
          within.names.add(read);
        } else if (halfOfPair.test(read)) return refusal('is not well-formed Unicode');
        at = end;
        break;
      }
      default:
        if (sign !== '-' && (sign < '0' || sign > '9')) break;
        numberText.lastIndex = at;
        {
          const length = numberText.exec(text)?.[0].length ?? 1;
          if (length > longestNumber) return refusal(`is a number of more than ${longestNumber} characters`);
          // what is no number is for the parser to say
          if (Math.abs(Number(text.slice(at, at + length))) === Infinity) return refusal('is too large a number');
          at += length - 1;
        }
    }
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

/** Two spellings of one text are one; undefined for what is no string of JSON. */
function stringFrom(quoted: string): string | undefined {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    // the parser says so
    return undefined;
  }
}
