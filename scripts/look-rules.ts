/**
 * Colours and sizes of the window are tokens (renderer/look/tokens.css). Elsewhere in the window there is no colour and no length
 * of its own: in a stylesheet, in a class with brackets, in the attribute of a drawing, or in a text that code sets. Used by
 * check-sources.ts. That a class exists at all is seen by renderer/model/test-looks.ts.
 */
import { isNode, type SourceNode, walk } from './source-tree.ts';

const TOKENS = 'renderer/look/tokens.css';

/** `#` with as many digits as a colour has, and the functions that make one. `color-mix` of tokens is one of them. */
const COLOR =
  /(?<![\w&/])#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch)\(/i;

/** Lengths of more than a line or two: the hair lines of outlines and borders are no sizes. */
const LENGTH = /(?<![\w.-])(?![012]px)(?:\d*\.)?\d+(?:px|rem|em|pt|ch)\b/;

/** A class with something of its own in brackets. */
const BRACKETS = /\b[a-z-]+-\[([^\]]*)\]/g;

/** The mark of the product is drawn in its own colours, which follow no theme. */
const DRAWINGS: ReadonlySet<string> = new Set(['renderer/ui/mark.tsx']);

const concerns = (file: string) => file.startsWith('renderer/') && !/(\.test\.|\/test-)/.test(file);

function breachOf(text: string): string | null {
  if (COLOR.test(text)) return `a colour is a token of ${TOKENS}, not ${COLOR.exec(text)?.[0]}`;
  const bracketed = [...text.matchAll(BRACKETS)].map(([, inside]) => inside ?? '');
  const sized = bracketed.find((inside) => /\d(?:px|rem|em|vh|vw|%)/.test(inside));
  if (sized !== undefined) return `a length is a token of ${TOKENS}, not [${sized}]`;
  return null;
}

/** Every breach in a source of the window, a line each. */
export function lookBreaches(file: string, text: string, tree: SourceNode): string[] {
  if (!concerns(file) || DRAWINGS.has(file)) return [];
  const found: string[] = [];
  const say = (node: SourceNode, breach: string) =>
    found.push(`${file}:${text.slice(0, node.start).split('\n').length}: ${breach}`);
  walk(tree, (node) => {
    const value = node.type === 'Literal' ? node.value : isNode(node) ? templateText(node) : null;
    if (typeof value !== 'string') return;
    const breach =
      breachOf(value) ??
      (LENGTH.test(value) ? `a length is a token of ${TOKENS}, not ${LENGTH.exec(value)?.[0]}` : null);
    if (breach !== null) say(node, breach);
  });
  return found;
}

function templateText(node: SourceNode): unknown {
  const { value } = node;
  return node.type === 'TemplateElement' && typeof value === 'object' && value !== null
    ? (value as { cooked?: unknown }).cooked
    : null;
}

/** Every breach in a stylesheet of the window, a line each; lengths of a window and hair lines may stand there. */
export function sheetBreaches(file: string, css: string): string[] {
  if (!file.startsWith('renderer/') || file === TOKENS) return [];
  const bare = css.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '));
  return bare.split('\n').flatMap((line, place) => {
    const raw = COLOR.exec(line)?.[0] ?? LENGTH.exec(line.replace(/100v[hw] - \S+/g, ''))?.[0];
    return raw === undefined
      ? []
      : [`${file}:${place + 1}: colours and lengths are tokens of ${TOKENS}, not ${raw}`];
  });
}
