/**
 * One line of a link: `SOURCE TOKEN parameters :last`, at most 510 bytes and 15 parameters. Lines are strings with one
 * character for each byte (text.ts). Before both sides have introduced themselves they have no source. Between servers of
 * our own kind `@tags ` may stand before all that (message-tags.ts).
 */
import { MAX_LINE_BYTES } from '../line-text.ts';
import { MAX_CLIENT_TAG_BYTES } from '../tags.ts';
import { cutBytes } from './text.ts';

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;

/** As in the protocol of clients; the last one takes the rest of the line. */
const MAX_PARAMS = 15;

/** Tags of a line, with `@` and the space: all that a client may send, and what its server adds. */
const MAX_TAG_BYTES = 1 + MAX_CLIENT_TAG_BYTES + 128 + 1;

/** The parts of a line. */
export interface P10Line {
  /** Raw, without their `@`; empty for none. */
  readonly tags: string;
  /** Numeric of a server or user, or a name where the line began with `:`; empty before the introduction. */
  readonly source: string;
  /** In upper case. */
  readonly token: string;
  readonly params: readonly string[];
}

/**
 * Reads a line without its end.
 * @param sourced false for the lines before the introduction: `PASS`, `SERVER`, `ERROR`.
 * @returns null for a line that has no token.
 */
export function readLine(line: string, sourced: boolean): P10Line | null {
  let tags = '';
  let at = 0;
  if (line[0] === '@') {
    at = wordEnd(line, 0);
    tags = line.slice(1, at);
  }
  at = skipSpaces(line, at);
  let source = '';
  if (sourced || line[at] === ':') {
    const end = wordEnd(line, at);
    source = line.slice(line[at] === ':' ? at + 1 : at, end);
    at = skipSpaces(line, end);
  }
  const end = wordEnd(line, at);
  if (end === at) return null;
  return {
    tags,
    source,
    token: inUpperCase(line.slice(at, end)),
    params: readParams(line, skipSpaces(line, end)),
  };
}

/** Nearly every token is so already, and asking costs less than another string. */
function inUpperCase(token: string): string {
  for (let i = 0; i < token.length; i++) {
    const code = token.charCodeAt(i);
    if (code > 0x60) return token.toUpperCase();
  }
  return token;
}

function readParams(line: string, start: number): string[] {
  const params: string[] = [];
  let at = start;
  while (at < line.length) {
    if (line.charCodeAt(at) === COLON) {
      params.push(line.slice(at + 1));
      break;
    }
    if (params.length === MAX_PARAMS - 1) {
      params.push(line.slice(at));
      break;
    }
    const end = wordEnd(line, at);
    params.push(line.slice(at, end));
    at = skipSpaces(line, end);
  }
  return params;
}

/**
 * Writes a line without its end; a last parameter that is too long is cut.
 * @param source empty before the introduction.
 * @param words parameters without spaces.
 * @param last the parameter that may have them, with one character for each byte; none by default.
 */
export function writeLine(
  source: string,
  token: string,
  words: readonly (string | number)[],
  last: string | null = null,
): string {
  let line = source === '' ? token : `${source} ${token}`;
  for (const word of words) line += ` ${oneWord(String(word))}`;
  return last === null ? line : cutBytes(`${line} :${withoutBreaks(last)}`, MAX_LINE_BYTES);
}

/** The same line with tags before it. @param tags empty for none */
export function withTags(tags: string, line: string): string {
  return tags === '' ? line : `@${tags} ${line}`;
}

/** How long a line may be, or one of which this is the beginning. */
export function lineRoom(line: string): number {
  return line[0] === '@' ? MAX_TAG_BYTES + MAX_LINE_BYTES : MAX_LINE_BYTES;
}

/** A word that would be read as another number of parameters is a fault of ours: it would say what nobody said. */
function oneWord(word: string): string {
  if (word === '' || word[0] === ':' || isBroken(word)) {
    throw new RangeError(`${JSON.stringify(word)} cannot stand between the words of a P10 line.`);
  }
  return word;
}

/** Whether something in it ends a word or a line, or is no byte. */
function isBroken(word: string): boolean {
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    if (code === SPACE || code === LF || code === CR || code === 0 || code > 0xff) return true;
  }
  return false;
}

/** What is no byte would be one that somebody else chose. */
function withoutBreaks(text: string): string {
  return /[\0\r\n\u0100-\uffff]/.test(text) ? text.replace(/[\0\r\n\u0100-\uffff]+/g, ' ') : text;
}

function skipSpaces(line: string, start: number): number {
  let at = start;
  while (line.charCodeAt(at) === SPACE) at++;
  return at;
}

function wordEnd(line: string, start: number): number {
  const end = line.indexOf(' ', start);
  return end < 0 ? line.length : end;
}
