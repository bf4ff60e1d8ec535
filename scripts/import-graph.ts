/** Which file of the repository imports what, as the parser sees it. Used by check-sources.ts. */
import { dirname, join, normalize } from 'node:path';
import { isNode, type SourceNode, walk } from './source-tree.ts';

/** One import or re-export. */
export interface Import {
  /** Path of the file from the root of the repository. */
  readonly from: string;
  /** Path from the root for a file of ours, else the name as it is written (`zod`, `node:fs`). */
  readonly to: string;
  /** Whether only types are taken, so that nothing is loaded. */
  readonly typeOnly: boolean;
}

const specifiersOf = (node: SourceNode): SourceNode[] =>
  Array.isArray(node.specifiers) ? node.specifiers.filter(isNode) : [];

/** `import type`, `export type`, or braces in which every name is a type. */
function takesOnlyTypes(node: SourceNode): boolean {
  if (node.importKind === 'type' || node.exportKind === 'type') return true;
  const names = specifiersOf(node);
  return names.length > 0 && names.every((name) => name.importKind === 'type' || name.exportKind === 'type');
}

function textOf(value: unknown): string | null {
  return isNode(value) && value.type === 'Literal' && typeof value.value === 'string' ? value.value : null;
}

const IMPORTING = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]);

/** What a file imports; `file` is its path from the root, `tree` what the parser made of it. Computed names are not seen. */
export function importsOf(file: string, tree: SourceNode): Import[] {
  const imports: Import[] = [];
  walk(tree, (node) => {
    if (!IMPORTING.has(node.type)) return;
    const specifier = textOf(node.source);
    if (specifier === null) return;
    const to = specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier;
    imports.push({ from: file, to, typeOnly: node.type === 'TSImportType' || takesOnlyTypes(node) });
  });
  return imports;
}

/**
 * Files that import each other in a circle, one list for each circle (a strongly connected part of the graph, by Tarjan's
 * algorithm), each in order of name.
 */
export function circles(imports: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) {
    const targets = next.get(from);
    if (targets === undefined) next.set(from, [to]);
    else targets.push(to);
  }
  const found: string[][] = [];
  const order = new Map<string, number>();
  const open: string[] = [];
  const visit = (file: string): number => {
    const index = order.size;
    order.set(file, index);
    open.push(file);
    let low = index;
    for (const target of next.get(file) ?? []) {
      if (!order.has(target)) low = Math.min(low, visit(target));
      else if (open.includes(target)) low = Math.min(low, order.get(target) ?? index);
    }
    if (low === index) {
      const circle = open.splice(open.indexOf(file));
      if (circle.length > 1) found.push(circle.sort());
    }
    return low;
  };
  for (const file of next.keys()) if (!order.has(file)) visit(file);
  return found;
}
