/**
 * Where each key of a TOML document stands, so that a mistake can be named with its line and column, and from where to
 * where its value goes, so that a secret one can be masked. The values themselves are smol-toml's, which tells of mistakes
 * in better words and keeps dates and large numbers apart. Called by the configuration checker.
 */
import { type AST, parseTOML } from 'toml-eslint-parser';

/** A key path such as `['ircd', 'listen', 0, 'port']`. */
export type KeyPath = readonly (string | number)[];

/** A place in a text; both count from 1, columns in UTF-16 units. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Places by key path. */
export interface TomlPlaces {
  /** Where `path`, or its nearest parent that is written down, stands; null where nothing of it is. */
  placeOf(path: KeyPath): TextPlace | null;
  /** The line of {@link placeOf}. */
  lineOf(path: KeyPath): number | null;
  /** Offsets of the value that is written at `path`; null for tables with a header, and for what is not written down. */
  valueOf(path: KeyPath): { readonly start: number; readonly end: number } | null;
}

/** Finds the places of `text`. Never throws: of text that is not TOML there are none. */
export function tomlPlaces(text: string): TomlPlaces {
  const finder = new Finder();
  const table = parsed(text);
  if (table !== null) finder.document(table);
  const placeOf = (path: KeyPath): TextPlace | null => {
    for (let length = path.length; length > 0; length--) {
      const place = finder.places.get(nameOf(path.slice(0, length)));
      if (place !== undefined) return place;
    }
    return null;
  };
  return {
    placeOf,
    lineOf: (path) => placeOf(path)?.line ?? null,
    valueOf: (path) => finder.values.get(nameOf(path)) ?? null,
  };
}

function parsed(text: string): AST.TOMLTopLevelTable | null {
  try {
    // The version that smol-toml reads, which takes a byte order mark as well.
    return parseTOML(text.replace(/^\ufeff/, ' '), { tomlVersion: '1.1' }).body[0];
  } catch {
    // No TOML, or tables nested without end, which use up the stack of both parsers.
    return null;
  }
}

const nameOf = (path: KeyPath): string => JSON.stringify(path);

class Finder {
  readonly places = new Map<string, TextPlace>();
  readonly values = new Map<string, { readonly start: number; readonly end: number }>();

  document({ body }: AST.TOMLTopLevelTable): void {
    for (const node of body) {
      if (node.type === 'TOMLKeyValue') this.#pair(node, []);
      else this.#table(node);
    }
  }

  /** `[a.b]` or `[[a.b]]`. */
  #table({ resolvedKey, key, body }: AST.TOMLTable): void {
    // A number follows the key whose array it counts in.
    let named = -1;
    for (const [depth, part] of resolvedKey.entries()) {
      if (typeof part === 'string') named++;
      this.#mark(resolvedKey.slice(0, depth + 1), key.keys[named] ?? key);
    }
    for (const pair of body) this.#pair(pair, resolvedKey);
  }

  /** `a.b = value`. */
  #pair({ key, value }: AST.TOMLKeyValue, table: KeyPath): void {
    let path = table;
    for (const part of key.keys) {
      path = [...path, part.type === 'TOMLBare' ? part.name : part.value];
      this.#mark(path, part);
    }
    this.#value(value, path);
  }

  #value(node: AST.TOMLContentNode, path: KeyPath): void {
    const [start, end] = node.range;
    this.values.set(nameOf(path), { start, end });
    if (node.type === 'TOMLInlineTable') for (const pair of node.body) this.#pair(pair, path);
    if (node.type !== 'TOMLArray') return;
    for (const [index, element] of node.elements.entries()) {
      this.#mark([...path, index], element);
      this.#value(element, [...path, index]);
    }
  }

  /** Where it comes first counts. */
  #mark(path: KeyPath, { loc }: AST.TOMLNode): void {
    const name = nameOf(path);
    if (!this.places.has(name)) this.places.set(name, { line: loc.start.line, column: loc.start.column + 1 });
  }
}
