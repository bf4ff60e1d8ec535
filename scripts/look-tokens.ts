/**
 * Reads renderer/look/tokens.css, which is written to be read: one declaration a line, its reason before it, a heading
 * before each group. Used by the page docs/design.md and by the test of the colours.
 */

/** What the root must have for a block to hold: `data-theme`, `data-contrast`, `data-density`. */
export interface Look {
  readonly theme: 'light' | 'dark';
  readonly contrast: 'normal' | 'high';
  readonly density: 'compact' | 'comfortable';
}

/** A token where it is first said. */
export interface Token {
  readonly name: string;
  /** Why it is there and as it is; that of the one before where it has none of its own. */
  readonly reason: string;
}

/** Tokens that belong together. */
export interface TokenGroup {
  readonly title: string;
  readonly about: string;
  readonly tokens: readonly Token[];
}

interface Block {
  readonly selector: string;
  readonly values: ReadonlyMap<string, string>;
}

export interface TokenFile {
  readonly groups: readonly TokenGroup[];
  readonly blocks: readonly Block[];
}

/** The file as it is written. Throws at a line that it cannot read: what no test sees would be no token. */
export function readTokens(css: string): TokenFile {
  const groups: { title: string; about: string; tokens: Token[] }[] = [];
  const blocks: { selector: string; values: Map<string, string> }[] = [];
  const known = new Set<string>();
  let reason = '';
  let media = '';
  const body = css.replace(/^\/\*[\s\S]*?\*\/\n/, '');
  for (const [number, raw] of body.split('\n').entries()) {
    const line = raw.trim();
    const heading = /^\/\* # (.+?) \| (.+) \*\/$/.exec(line);
    const comment = /^\/\* (.+) \*\/$/.exec(line);
    const declaration = /^(--[a-z0-9-]+): (.+);$/.exec(line);
    if (heading !== null) {
      groups.push({ title: heading[1]!, about: heading[2]!, tokens: [] });
      reason = '';
    } else if (comment !== null) reason = comment[1]!;
    else if (line.startsWith('@media')) media = line.replace(/ \{$/, ' ');
    else if (line.endsWith('{')) blocks.push({ selector: media + line.slice(0, -2), values: new Map() });
    else if (line === '}') {
      if (!raw.startsWith(' ')) media = '';
    } else if (declaration !== null) {
      const [, name, value] = declaration;
      blocks.at(-1)?.values.set(name!, value!);
      if (known.has(name!)) continue;
      known.add(name!);
      groups.at(-1)?.tokens.push({ name: name!, reason });
    } else if (line !== '' && !line.startsWith('color-scheme:'))
      throw new Error(`tokens.css: line ${number + 1} of its body is none that is understood: ${line}`);
  }
  return { groups, blocks };
}

/** What every token is in a look, as the browser works it out. */
export function valuesIn(file: TokenFile, look: Look): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const holds = (selector: string) =>
    !selector.startsWith('@') &&
    [...selector.matchAll(/\[data-(\w+)="(\w+)"\]/g)].every(
      ([, attribute, value]) => look[attribute as keyof Look] === value,
    );
  // What asks for more attributes wins; of equals the later.
  const weight = ({ selector }: Block) => selector.split('[').length;
  const inOrder = file.blocks.filter(({ selector }) => holds(selector));
  for (const block of inOrder.toSorted((a, b) => weight(a) - weight(b)))
    for (const [name, value] of block.values) values.set(name, value);
  return values;
}
