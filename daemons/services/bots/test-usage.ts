/** For tests: as many words as the syntax of a command says are taken, and neither fewer nor more. */
import { expect } from 'vitest';
import type { CommandTable } from './command-table.ts';

/** What stands between brackets, whose own may be in it, and words that are said as they are. */
const PARTS = /(?:<(?:\[[^\]]*\]|[^<>])*>|\[[^\]]*\])(?:\.\.\.)?|\S+/g;

/** Fewest and most words by a syntax; of a most that is not told by it, null. */
function wordsIn(syntax: string): { least: number; parts: number } {
  const parts = syntax.match(PARTS) ?? [];
  const wanted = parts.filter((part) => !part.startsWith('['));
  // A criterion is a word with its value behind it.
  const pairs = wanted.filter((part) => part.startsWith('<criterion value>')).length;
  return { least: wanted.length + pairs, parts: parts.length };
}

/**
 * Looks at each command of a bot. One whose last part may have spaces in it has no most.
 * @param others what commands take that their syntax does not say: fewest, and most
 */
export function expectWords(
  table: CommandTable,
  others: Readonly<Record<string, readonly [number, number | null]>> = {},
): void {
  expect(table.size).toBeGreaterThan(1);
  for (const { name, syntax, least, most } of new Set(table.values())) {
    const said = wordsIn(syntax);
    expect([name, least, most], `${name} ${syntax}`).toEqual([
      name,
      ...(others[name] ?? [said.least, most === null ? null : said.parts]),
    ]);
  }
}
