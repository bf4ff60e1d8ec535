/**
 * The syntax that UnrealIRCd's and ircu's files share: `name words { ... };`, words in quotes or without, `=` between a name and its
 * words, comments by `#`, `//` and between `/*` and its end.
 */
import { Block, ImportMistake } from './block.ts';

interface Token {
  readonly kind: 'word' | 'open' | 'close' | 'end' | 'equals';
  readonly text: string;
  readonly line: number;
}

/** How deep blocks may stand in each other. */
const DEEPEST = 32;
const SIGNS = { '{': 'open', '}': 'close', ';': 'end', '=': 'equals' } as const;
const isSign = (text: string): text is keyof typeof SIGNS => text in SIGNS;

/**
 * Reads a whole file.
 * @throws ImportMistake
 */
export function readBlockFile(text: string): Block {
  const tokens = tokensOf(text);
  let at = 0;
  const entries = (depth: number, opened: number): Block[] => {
    if (depth > DEEPEST) throw new ImportMistake(opened, 'has too many blocks in each other');
    const found: Block[] = [];
    for (;;) {
      const token = tokens[at];
      if (token === undefined) {
        if (depth === 0) return found;
        throw new ImportMistake(opened, 'has a "{" that nothing closes');
      }
      at++;
      if (token.kind === 'end') continue;
      if (token.kind === 'close') {
        if (depth === 0) throw new ImportMistake(token.line, 'has a "}" that closes nothing');
        return found;
      }
      if (token.kind !== 'word')
        throw new ImportMistake(token.line, `has "${token.text}" where a name is expected`);
      at--;
      found.push(entry(depth));
    }
  };
  const entry = (depth: number): Block => {
    const { line } = tokens[at]!;
    const before: string[] = [];
    const behind: string[] = [];
    let words = before;
    for (;;) {
      const token = tokens[at];
      if (token?.kind === 'word') words.push(token.text);
      else if (token?.kind === 'equals') words = behind;
      else if (token?.kind === 'open') {
        at++;
        return made(before, behind, line, entries(depth + 1, line));
      } else {
        // A "}" ends what has no ";" of its own.
        if (token?.kind === 'end') at++;
        return made(before, behind, line, []);
      }
      at++;
    }
  };
  return new Block('', [], 0, entries(0, 1));
}

/** With `=` the name is all that stands before it, such as `tls fingerprint`. */
function made(before: string[], behind: string[], line: number, children: Block[]): Block {
  return behind.length > 0
    ? new Block(before.join(' '), behind, line, children)
    : new Block(before[0]!, before.slice(1), line, children);
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const sign = text[at]!;
    if (sign === '\n') line++;
    if (/\s|,/.test(sign)) at++;
    else if (sign === '#' || text.startsWith('//', at)) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2);
      if (end < 0) throw new ImportMistake(line, 'has a comment that does not end');
      line += lines(text.slice(at, end));
      at = end + 2;
    } else if (isSign(sign)) {
      tokens.push({ kind: SIGNS[sign], text: sign, line });
      at++;
    } else if (sign === '"' || sign === "'") {
      const { value, next } = quoted(text, at, sign, line);
      tokens.push({ kind: 'word', text: value, line });
      line += lines(text.slice(at, next));
      at = next;
    } else {
      const [word] = /^[^\s{};=,"']+/.exec(text.slice(at, at + 4_096))!;
      tokens.push({ kind: 'word', text: word, line });
      at += word.length;
    }
  }
  return tokens;
}

function quoted(text: string, from: number, quote: string, line: number) {
  let value = '';
  for (let at = from + 1; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === quote) return { value, next: at + 1 };
    if (sign === '\\' && at + 1 < text.length) value += text[++at];
    else value += sign;
  }
  throw new ImportMistake(line, 'has a quote that nothing closes');
}

function lines(text: string): number {
  return text.split('\n').length - 1;
}
