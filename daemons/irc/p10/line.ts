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
export class P10Line {
  /** Raw, without their `@`; empty for none. */
  readonly tags: string;
  /** Numeric of a server or user, or a name where the line began with `:`; empty before the introduction. */
  readonly source: string;
  /** In upper case. */
  readonly token: string;
  /** The line as it came. */
  readonly text: string;
  /** Where the parameters begin in the text. */
  readonly paramsAt: number;
  #params: readonly string[] | null = null;

  constructor(tags: string, source: string, token: string, text: string, paramsAt: number) {
    this.tags = tags;
    this.source = source;
    this.token = token;
    this.text = text;
    this.paramsAt = paramsAt;
  }

  /** Made when somebody asks for them: users, of whom a burst has ten thousands, are read from the text. */
  get params(): readonly string[] {
    this.#params ??= readParams(this.text, this.paramsAt);
    return this.#params;
  }
}

/** Where the words of a line stand: no string is made of a word that is only looked at. Kept by a reader for all its lines. */
export class WordPlaces {
  readonly #starts = new Int32Array(MAX_PARAMS);
  readonly #ends = new Int32Array(MAX_PARAMS);

  /** Finds the parameters of a line; those of the line before are forgotten. @returns how many they are */
  find({ text, paramsAt }: P10Line): number {
    const { length } = text;
    let count = 0;
    for (let at = skipSpaces(text, paramsAt); at < length; at = skipSpaces(text, at)) {
      const isLast = text.charCodeAt(at) === COLON;
      const start = isLast ? at + 1 : at;
      if (isLast || count === MAX_PARAMS - 1) at = length;
      else while (at < length && text.charCodeAt(at) !== SPACE) at++;
      this.#starts[count] = start;
      this.#ends[count] = at;
      count++;
    }
    return count;
  }

  /** Where a parameter begins. */
  start(index: number): number {
    return this.#starts[index]!;
  }

  /** Where it ends: the place behind its last character. */
  end(index: number): number {
    return this.#ends[index]!;
  }
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
  return new P10Line(tags, source, inUpperCase(line.slice(at, end)), line, skipSpaces(line, end));
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

/** The same for whoever cuts bytes into lines. */
export const LINE_ROOM = { least: MAX_LINE_BYTES, of: lineRoom } as const;

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
