/** The cases and their explanations, and where InspIRCd is installed the whole run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, test } from 'vitest';
import { findInspircd } from '../ircd/inspircd.ts';
import { type Case, cases, parseCase } from './cases.ts';
import { type Compared, compare, page, said, unexpected } from './comparison.ts';
import { explained } from './explained.ts';

it('has at least 150 cases, and each once', () => {
  expect(cases.length).toBeGreaterThanOrEqual(150);
  expect(new Set(cases.map(({ text }) => text)).size).toBe(cases.length);
});

it('reads who says what, and what went before', () => {
  expect(parseCase('guest: TOPIC #c : <- YOU: MODE #c +s; ME: AWAY :x')).toEqual({
    text: 'guest: TOPIC #c : <- YOU: MODE #c +s; ME: AWAY :x',
    role: 'guest',
    line: 'TOPIC #c :',
    before: [
      { who: 'YOU', line: 'MODE #c +s' },
      { who: 'ME', line: 'AWAY :x' },
    ],
  });
});

it.each(['nobody: JOIN #c', 'JOIN #c', 'guest: JOIN #c <- THEY: PART #c', 'guest: JOIN #c <- YOU'])(
  'is no case: %s',
  (text) => {
    expect(() => parseCase(text)).toThrow(/is not of the form/);
  },
);

it('explains cases that there are, and none twice', () => {
  const texts = explained.flatMap((one) => one.cases);
  expect(texts.filter((text) => !cases.some((one) => one.text === text))).toEqual([]);
  expect(new Set(texts).size).toBe(texts.length);
});

it('takes what nothing explains, and what is explained without need, for unexpected', () => {
  const row = (text: string, alike: boolean, clause: string | null): Compared => ({
    case: { text, role: 'guest', line: text, before: [] } satisfies Case,
    ours: { me: ['461 ME X text'], you: [] },
    theirs: { me: [], you: ['a'] },
    alike,
    clause,
  });
  const rows = [row('a', true, null), row('b', false, 'why'), row('c', false, null), row('d', true, 'why')];
  expect(unexpected(rows).map(({ case: { text } }) => text)).toEqual(['c', 'd']);
  expect(said(rows[0]!.ours)).toBe('461 ME X text');
  expect(said(rows[0]!.theirs)).toBe('nothing / YOU hears a');
  expect(page({ version: '9', rows })).toContain('| `b` | `461 ME X text` | `nothing / YOU hears a` | why |');
});

// It starts servers, as what imports child_process does.
test.skipIf(findInspircd() === null)(
  'every line is answered as InspIRCd does (apt install inspircd), or as the page says and the specification has it',
  async () => {
    const comparison = await compare();
    expect(
      unexpected(comparison!.rows).map((row) => [row.case.text, said(row.ours), said(row.theirs)]),
    ).toEqual([]);
    const written = readFileSync(join(import.meta.dirname, '../../docs/irc-differences.md'), 'utf8');
    expect(rowsOf(page(comparison!))).toEqual(rowsOf(written));
  },
);

/** What was compared, and not of which version. */
function rowsOf(text: string): string[] {
  return text.split('\n').filter((line) => line.startsWith('| '));
}
