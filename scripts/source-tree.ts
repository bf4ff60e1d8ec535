/** The syntax tree of a source file, by the parser that the build has. Used by the checks of check-sources.ts. */
import { parseAst } from 'vite';

/** A node of an ESTree with TypeScript's nodes in it. */
export interface SourceNode {
  readonly type: string;
  /** Place in the text, in UTF-16 units. */
  readonly start: number;
  readonly [key: string]: unknown;
}

export const isNode = (value: unknown): value is SourceNode =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

/** Parses a text; the name of the file says whether there is JSX in it. Throws at a mistake of syntax. */
export function parseSource(file: string, text: string): SourceNode {
  return parseAst(text, { lang: file.endsWith('x') ? 'tsx' : 'ts' }) as unknown as SourceNode;
}

/** Calls back with every node, parents first. */
export function walk(value: unknown, found: (node: SourceNode) => void): void {
  if (Array.isArray(value)) {
    for (const one of value) walk(one, found);
    return;
  }
  if (!isNode(value)) return;
  found(value);
  for (const child of Object.values(value)) if (typeof child === 'object') walk(child, found);
}
