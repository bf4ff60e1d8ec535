/**
 * The text database of X3 (`saxdb`): records of a name and a text, a list of texts, or further records. Bytes are kept as they are, a
 * character each (latin1); who needs text decodes it. Pure; read on a thread by foreign-tasks.ts.
 *
 * ```
 * database := record*
 * record   := text ["="] (text | "{" record* "}" | "(" [text ("," text)*] ")") ";"
 * ```
 */

/** Records by name. Where a name comes twice the later one counts, as X3 has it. */
export type SaxObject = ReadonlyMap<string, SaxValue>;

/** What stands behind a name. */
export type SaxValue = string | readonly string[] | SaxObject;

/** What is wrong with a file, and where. */
export class SaxProblem extends Error {
  readonly line: number;

  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
    this.line = line;
  }
}

/** Deeper than any database of X3, which has five levels. */
const MOST_DEPTH = 32;

/** @throws SaxProblem */
export function readSaxdb(text: string): SaxObject {
  return new Reader(text).database();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  database(): SaxObject {
    return this.#records(0, '');
  }

  /** @param end the character that ends them; empty for the end of the file */
  #records(depth: number, end: string): SaxObject {
    if (depth > MOST_DEPTH) throw this.#problem(`more than ${MOST_DEPTH} records in each other`);
    const records = new Map<string, SaxValue>();
    for (;;) {
      this.#skip();
      if (this.#at >= this.#text.length) {
        if (end === '') return records;
        throw this.#problem(`the file ends where a record or ${end} was expected`);
      }
      if (this.#text[this.#at] === end) {
        this.#at++;
        return records;
      }
      const name = this.#string();
      this.#skip();
      if (this.#text[this.#at] === '=') {
        this.#at++;
        this.#skip();
      }
      records.set(name, this.#value(depth));
      this.#expect(';');
    }
  }

  #value(depth: number): SaxValue {
    const first = this.#text[this.#at];
    if (first === '"') return this.#string();
    if (first === '{') {
      this.#at++;
      return this.#records(depth + 1, '}');
    }
    if (first === '(') {
      this.#at++;
      return this.#list();
    }
    throw this.#problem(`expected ", { or ( and found ${this.#here()}`);
  }

  #list(): string[] {
    const texts: string[] = [];
    this.#skip();
    while (this.#text[this.#at] !== ')') {
      texts.push(this.#string());
      this.#skip();
      if (this.#text[this.#at] === ',') {
        this.#at++;
        this.#skip();
      } else if (this.#text[this.#at] !== ')')
        throw this.#problem(`expected , or ) and found ${this.#here()}`);
    }
    this.#at++;
    return texts;
  }

  #string(): string {
    if (this.#text[this.#at] !== '"') throw this.#problem(`expected " and found ${this.#here()}`);
    const start = ++this.#at;
    let out = '';
    let from = start;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined || character === '\n') throw this.#problem('a text has no end on its line');
      if (character === '"') break;
      if (character !== '\\') {
        this.#at++;
        continue;
      }
      out += this.#text.slice(from, this.#at);
      this.#at++;
      out += this.#escape();
      from = this.#at;
    }
    out += this.#text.slice(from, this.#at);
    this.#at++;
    return out;
  }

  /** Behind a backslash: as in C; one that means nothing stands for itself. */
  #escape(): string {
    const rest = this.#text.slice(this.#at, this.#at + 3);
    const octal = /^([0-3][0-7]{0,2}|[4-7][0-7]?)/.exec(rest)?.[0];
    if (octal !== undefined) {
      this.#at += octal.length;
      return String.fromCharCode(Number.parseInt(octal, 8));
    }
    const hex = /^x([0-9a-fA-F]{1,2})/.exec(rest)?.[1];
    if (hex !== undefined) {
      this.#at += 1 + hex.length;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const letter = this.#text[this.#at];
    if (letter === undefined) return '\\';
    this.#at++;
    return LETTERS.get(letter) ?? `\\${letter}`;
  }

  /** White space and comments. */
  #skip(): void {
    for (;;) {
      const character = this.#text[this.#at];
      if (character === ' ' || character === '\t' || character === '\n' || character === '\r') this.#at++;
      else if (this.#text.startsWith('//', this.#at)) this.#at = this.#behind('\n');
      else if (this.#text.startsWith('/*', this.#at)) {
        this.#at += 2;
        this.#at = this.#behind('*/');
      } else return;
    }
  }

  #behind(end: string): number {
    const found = this.#text.indexOf(end, this.#at);
    return found < 0 ? this.#text.length : found + end.length;
  }

  #expect(character: string): void {
    this.#skip();
    if (this.#text[this.#at] !== character)
      throw this.#problem(`expected ${character} and found ${this.#here()}`);
    this.#at++;
  }

  #here(): string {
    return this.#text[this.#at] ?? 'the end of the file';
  }

  #problem(what: string): SaxProblem {
    let line = 1;
    for (let at = this.#text.indexOf('\n'); at >= 0 && at < this.#at; at = this.#text.indexOf('\n', at + 1))
      line++;
    return new SaxProblem(line, what);
  }
}

const LETTERS: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r'],
  ['\\', '\\'],
  ['"', '"'],
]);

// What somebody wants of records

/** The records of a name; none where there are none, or something else. */
export function objectIn(object: SaxObject, name: string): SaxObject {
  const value = object.get(name);
  return value instanceof Map ? value : NOTHING;
}

/** The text of a name; null where there is none. */
export function textIn(object: SaxObject, name: string): string | null {
  const value = object.get(name);
  return typeof value === 'string' ? value : null;
}

/** The texts of a name. */
export function listIn(object: SaxObject, name: string): readonly string[] {
  const value = object.get(name);
  return Array.isArray(value) ? value : [];
}

/** The number of a name; null where there is none. */
export function numberIn(object: SaxObject, name: string): number | null {
  const text = textIn(object, name);
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

const NOTHING: SaxObject = new Map();

/** Those of its records that have records of their own. */
export function listed(object: SaxObject): [string, SaxObject][] {
  return [...object].filter((entry): entry is [string, SaxObject] => entry[1] instanceof Map);
}

/** The same of those of a name. */
export function objectsIn(object: SaxObject, name: string): [string, SaxObject][] {
  return listed(objectIn(object, name));
}
