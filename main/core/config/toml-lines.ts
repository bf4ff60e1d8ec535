/**
 * On which line of a TOML document each key stands, so that a mistake can be named with its line, and from where to where
 * its value goes, so that a secret one can be masked. TOML parsers give
 * values only. Scans text that a real parser has accepted already; called by the configuration checker.
 */

/** A key path such as `['ircd', 'listen', 0, 'port']`. */
export type KeyPath = readonly (string | number)[];

/** Lines by key path. */
export interface TomlLines {
  /** The 1-based line of `path`, or of its nearest parent that is written down; null where nothing of it is. */
  lineOf(path: KeyPath): number | null;
  /** Offsets of the value that is written at `path`; null for tables with a header, and for what is not written down. */
  valueOf(path: KeyPath): { readonly start: number; readonly end: number } | null;
}

/** Scans `text`. Never throws: where it cannot follow, it stops, and later keys have no line. */
export function scanTomlLines(text: string): TomlLines {
  const scanner = new Scanner(text);
  scanner.document();
  return {
    lineOf(path) {
      for (let length = path.length; length > 0; length--) {
        const line = scanner.lines.get(keyOf(path.slice(0, length)));
        if (line !== undefined) return line;
      }
      return null;
    },
    valueOf: (path) => scanner.values.get(keyOf(path)) ?? null,
  };
}

function keyOf(path: KeyPath): string {
  return JSON.stringify(path);
}

const BARE_KEY = /[A-Za-z0-9_-]/;

class Scanner {
  readonly lines = new Map<string, number>();
  readonly values = new Map<string, { start: number; end: number }>();
  readonly #text: string;
  /** How many `[[name]]` headers were seen for each path of an array of tables. */
  readonly #tableCounts = new Map<string, number>();
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    let table: KeyPath = [];
    for (;;) {
      this.#skipBlank();
      const char = this.#peek();
      if (char === '') return;
      if (char === '[') {
        const header = this.#header();
        if (header === null) return;
        table = header;
      } else if (!this.#pair(table)) {
        return;
      }
    }
  }

  /** `[a.b]` or `[[a.b]]`; answers the path that the following keys belong to. */
  #header(): KeyPath | null {
    const line = this.#line;
    this.#next();
    const isArray = this.#peek() === '[';
    if (isArray) this.#next();
    const keys = this.#dottedKey();
    if (keys === null) return null;
    this.#next();
    if (isArray) this.#next();
    // Within an array of tables, a path goes through the array's latest element.
    const path: (string | number)[] = [];
    for (const [depth, key] of keys.entries()) {
      path.push(key);
      const name = keyOf(path);
      const count = this.#tableCounts.get(name);
      if (isArray && depth === keys.length - 1) {
        this.#tableCounts.set(name, (count ?? 0) + 1);
        this.#mark(path, line);
        path.push(count ?? 0);
      } else if (count !== undefined) {
        path.push(count - 1);
      }
      this.#mark(path, line);
    }
    return path;
  }

  /** `a.b = value`. */
  #pair(table: KeyPath): boolean {
    const line = this.#line;
    const keys = this.#dottedKey();
    if (keys === null || this.#peek() !== '=') return false;
    this.#next();
    for (let depth = 1; depth <= keys.length; depth++) this.#mark([...table, ...keys.slice(0, depth)], line);
    return this.#value([...table, ...keys]);
  }

  #value(path: KeyPath): boolean {
    this.#skipSpaces();
    const start = this.#at;
    if (!this.#valueHere(path)) return false;
    // A bare value ends at what may follow it, spaces included.
    const length = this.#text.slice(start, this.#at).trimEnd().length;
    this.values.set(keyOf(path), { start, end: start + length });
    return true;
  }

  #valueHere(path: KeyPath): boolean {
    const char = this.#peek();
    if (char === '"' || char === "'") return this.#string() !== null;
    if (char === '[') return this.#array(path);
    if (char === '{') return this.#inlineTable(path);
    while (!['', '\n', ',', ']', '}', '#'].includes(this.#peek())) this.#next();
    return true;
  }

  #array(path: KeyPath): boolean {
    this.#next();
    for (let index = 0; ; index++) {
      this.#skipBlank();
      if (this.#peek() === ']') {
        this.#next();
        return true;
      }
      if (this.#peek() === '') return false;
      const element = [...path, index];
      this.#mark(element, this.#line);
      if (!this.#value(element)) return false;
      this.#skipBlank();
      if (this.#peek() === ',') this.#next();
      else if (this.#peek() !== ']') return false;
    }
  }

  #inlineTable(path: KeyPath): boolean {
    this.#next();
    for (;;) {
      this.#skipBlank();
      if (this.#peek() === '}') {
        this.#next();
        return true;
      }
      if (!this.#pair(path)) return false;
      this.#skipBlank();
      if (this.#peek() === ',') this.#next();
    }
  }

  #dottedKey(): string[] | null {
    const keys: string[] = [];
    for (;;) {
      this.#skipSpaces();
      const char = this.#peek();
      let key: string | null = '';
      if (char === '"' || char === "'") key = this.#string();
      else while (BARE_KEY.test(this.#peek())) key += this.#next();
      if (key === null || (key === '' && char !== '"' && char !== "'")) return null;
      keys.push(key);
      this.#skipSpaces();
      if (this.#peek() !== '.') return keys;
      this.#next();
    }
  }

  /** Any of the four kinds of string; answers its value with the escapes that matter in keys resolved. */
  #string(): string | null {
    const quote = this.#peek();
    const triple = this.#text.startsWith(quote.repeat(3), this.#at);
    for (let n = triple ? 3 : 1; n > 0; n--) this.#next();
    const close = triple ? quote.repeat(3) : quote;
    let raw = '';
    while (!this.#text.startsWith(close, this.#at)) {
      const char = this.#next();
      if (char === '') return null;
      raw += char;
      if (char === '\\' && quote === '"') raw += this.#next();
    }
    for (let n = close.length; n > 0; n--) this.#next();
    // Up to two quotes may stand before the closing three.
    while (triple && this.#peek() === quote) raw += this.#next();
    return quote === '"' ? resolveEscapes(raw) : raw;
  }

  #mark(path: KeyPath, line: number): void {
    const name = keyOf(path);
    if (!this.lines.has(name)) this.lines.set(name, line);
  }

  #skipSpaces(): void {
    while (this.#peek() === ' ' || this.#peek() === '\t') this.#next();
  }

  #skipBlank(): void {
    for (;;) {
      const char = this.#peek();
      if (char === '#') while (this.#peek() !== '' && this.#peek() !== '\n') this.#next();
      else if (char === ' ' || char === '\t' || char === '\r' || char === '\n') this.#next();
      else return;
    }
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #next(): string {
    const char = this.#peek();
    if (char === '\n') this.#line++;
    this.#at++;
    return char;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  e: '\u001b',
  '"': '"',
  '\\': '\\',
};

function resolveEscapes(raw: string): string {
  return raw.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(.))/gs,
    (whole, short, long, hex, one) => {
      const code = short ?? long ?? hex;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      return ESCAPES[one] ?? whole;
    },
  );
}
