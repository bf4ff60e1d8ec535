/**
 * Every admin command of every daemon, run as each role, as the tables of this folder say. A command without rows, and a row
 * that leaves out a role that may run it, fails.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { mayAccess, ROLES, type Role } from '../../contract/access.ts';
import { markdownRows } from '../../daemons/ircd/permissions/table.ts';
import { registry } from '../../daemons/registry.ts';
import { closeUntouched, outcomeOf } from './admin-scene.ts';

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
});
afterAll(async () => {
  vi.useRealTimers();
  await closeUntouched();
});

const pages = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.md') && file !== 'README.md');
const tables = pages.map((file) => ({
  file,
  rows: markdownRows(readFileSync(join(import.meta.dirname, file), 'utf8')).map(({ heading, cells }) => {
    const [who = '', before = '', args = '', answer = '', heard = '', changed = ''] = cells;
    const [daemon = '', command = ''] = heading.split(' ');
    const roles = who === 'all' ? ROLES : who.split(', ').map((role) => role as Role);
    return { heading, daemon, command, roles, before, args, outcome: { answer, heard, changed } };
  }),
}));
const rows = tables.flatMap((table) => table.rows);

/** Where clients ask something after each row, to know what they were told before: that is counted, and shown of them. */
const COUNTING = ['relay', 'objects'];
/** Commands that say of themselves that they only read. */
const reading = new Set(
  registry
    .filter(({ id }) => !COUNTING.includes(id))
    .flatMap(({ id, commands: all }) =>
      Object.entries(all).flatMap(([name, { reads }]) => (reads === true ? [`${id} ${name}`] : [])),
    ),
);

describe.each(tables)('$file', ({ rows: those }) => {
  test.each(
    those.map(
      (row) => [`${row.heading} ${row.args} of ${row.roles.join(', ')}, when "${row.before}"`, row] as const,
    ),
  )('%s', async (_title, { roles, outcome, ...call }) => {
    // What is refused, and what only reads, shall leave the world as it was; the next one to be asked there would notice.
    const isRefused = !outcome.answer.startsWith('ok') && outcome.heard === '';
    const changesNothing = isRefused || reading.has(`${call.daemon} ${call.command}`);
    for (const role of roles) {
      expect({ role, ...(await outcomeOf({ ...call, role, changesNothing })) }).toEqual({ role, ...outcome });
    }
  });
});

const commands = registry.flatMap(({ id, commands: all }) =>
  Object.entries(all).flatMap(([name, spec]) =>
    spec.internal === true ? [] : [{ heading: `${id} ${name}`, ...spec }],
  ),
);
const rowsOf = (heading: string) => rows.filter((row) => row.heading === heading);

test('the tables tell of every command that people can run, and of no other', () => {
  const told = new Set(rows.map(({ heading }) => heading));
  expect([...told].sort()).toEqual(commands.map(({ heading }) => heading).sort());
});

test.each(commands)('$heading is asked by every role', ({ heading, access }) => {
  const asked = new Map<string, Role[]>();
  for (const { before, args, roles } of rowsOf(heading)) {
    const key = `${before} | ${args}`;
    asked.set(key, [...(asked.get(key) ?? []), ...roles]);
  }
  // Whoever may not run it is refused whatever the arguments are: once is enough.
  const may = ROLES.filter((role) => mayAccess(role, access));
  for (const [key, roles] of asked) expect([...roles], key).toEqual(expect.arrayContaining(may));
  expect(new Set([...asked.values()].flat())).toEqual(new Set(ROLES));
});

test.each(commands)(
  '$heading has a row for what it refuses, and one for what it does',
  ({ heading, danger, args }) => {
    const told = rowsOf(heading);
    const answers = told.map(({ outcome }) => outcome.answer);
    expect(answers.some((answer) => answer.startsWith('ok'))).toBe(true);
    if (Object.keys(args.shape).length > 0)
      expect(answers.some((answer) => answer.startsWith('bad_request'))).toBe(true);
    if (danger !== 'safe') {
      const unconfirmed = told.filter(({ args: given }) => !given.endsWith('confirmed'));
      expect(unconfirmed.some(({ outcome }) => outcome.answer.startsWith('confirmation_required'))).toBe(
        true,
      );
      expect(unconfirmed.every(({ outcome }) => outcome.heard === '')).toBe(true);
    }
  },
);
