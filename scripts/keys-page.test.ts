/** Every key that the window looks for stands in its one table of keys, and so in the list that `?` shows. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KEY_TABLE } from '../renderer/keys/key-table.ts';
import { keysPage } from './keys-page.ts';

const root = join(import.meta.dirname, '..');

/** Names of keys that a source compares a press with: `key === 'x'`, `case 'Escape'`, tables looked up by `event.key`. */
function keysIn(source: string): string[] {
  if (!/\bevent\.key\b|\bkeydown\b|onKeyDown|KeyboardEvent/.test(source)) return [];
  const compared = [...source.matchAll(/\bkey(?:\.toLowerCase\(\))? [!=]== '([^']+)'/g)];
  const named = [
    ...source.matchAll(/['\s{(](Arrow\w+|Enter|Escape|Home|End|PageUp|PageDown|Tab|Delete|F\d+)(?=['":])/g),
  ];
  const cases = [...source.matchAll(/\bcase '([^']|[A-Z]\w+)':/g)];
  return [...compared, ...named, ...cases].map(([, name]) => name!);
}

describe('the table of keys', () => {
  const known = new Set(KEY_TABLE.flatMap(({ named }) => named));
  /** Pressed on the way to another one. */
  const modifiers = new Set(['Shift']);

  it('has every key that any source of the window looks for', () => {
    const files = globSync('renderer/**/*.{ts,tsx}', { cwd: root, exclude: ['**/*.test.*', '**/test-*'] });
    const missing = files.flatMap((file) =>
      keysIn(readFileSync(join(root, file), 'utf8'))
        .filter((key) => !known.has(key) && !modifiers.has(key))
        .map((key) => `${file}: ${key}`),
    );
    expect(missing).toEqual([]);
  });

  it('is the page for operators (run `node scripts/reference-docs.ts` after a change)', () => {
    expect(readFileSync(join(root, 'docs/keys.md'), 'utf8')).toBe(keysPage());
  });

  it('is asked of everything in which keys are looked for', () => {
    expect(keysIn("if (event.key === 'x') go(); const to = { PageUp: 1 }[event.key];")).toEqual([
      'x',
      'PageUp',
    ]);
    expect(keysIn("onKeyDown={({ key }) => { switch (key) { case 'Delete': case 'y': } }}")).toEqual([
      'Delete',
      'Delete',
      'y',
    ]);
    expect(keysIn("if (row.key === 'x') go();")).toEqual([]);
  });

  it('says of each once where it works', () => {
    const said = KEY_TABLE.map(({ place, keys }) => `${place} ${keys}`);
    expect(new Set(said).size).toBe(said.length);
    for (const { keys, named, isSingle } of KEY_TABLE)
      if (isSingle === true) expect(named, keys).toEqual(keys.split(' '));
  });
});
