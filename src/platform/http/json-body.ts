import type { IncomingMessage } from 'node:http';
import { BadRequestException, UnsupportedMediaTypeException } from '@nestjs/common';

/** Deeper than anything that is asked for; a body that is walked by functions calling themselves then is no danger. */
const deepest = 64;

/** Such members would be taken out on the way, and the rest would mean something else than what was sent. */
const lost = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Refuses JSON that would mean something else to a reader than to its sender, or is nested too deeply: of two members of
 * one name JSON.parse keeps the last one in silence. What is no JSON at all is for the parser to say.
 *
 * Called with the bytes of a body before they are parsed.
 *
 * @throws BadRequestException, UnsupportedMediaTypeException for an encoding that JSON has not (RFC 8259, 8.1)
 */
export function refuseAmbiguous(_request: IncomingMessage, _response: unknown, body: Buffer, encoding: string): void {
  if (encoding !== 'utf-8') throw new UnsupportedMediaTypeException(`JSON is UTF-8, not ${encoding.slice(0, 20)}`);
  const why = whyAmbiguous(body.toString('utf8'));
  if (why !== undefined) throw new BadRequestException(why);
}

/** Why a text is refused, or undefined: one pass, whatever the depth. */
export function whyAmbiguous(text: string): string | undefined {
  /** Names of the members so far of each object that is open; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let isName = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charAt(at)) {
      case '{':
      case '[':
        if (open.length === deepest) return `it is nested deeper than ${deepest} levels`;
        open.push(text[at] === '{' ? new Set() : undefined);
        isName = text[at] === '{';
        break;
      case '}':
      case ']':
        open.pop();
        isName = false;
        break;
      case ',':
        isName = open.at(-1) !== undefined;
        break;
      case ':':
        isName = false;
        break;
      case '"': {
        const end = endOfString(text, at);
        const names = open.at(-1);
        if (isName && names) {
          const name = nameFrom(text.slice(at, end + 1));
          if (name === undefined) return undefined;
          if (lost.has(name)) return `a member may not be called "${name}"`;
          if (names.has(name)) return `it has the member "${name.slice(0, 40)}" twice`;
          names.add(name);
        }
        at = end;
        break;
      }
      default:
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

/** Two spellings of one name are one name; undefined for what is no string of JSON. */
function nameFrom(quoted: string): string | undefined {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    // the parser says so
    return undefined;
  }
}
