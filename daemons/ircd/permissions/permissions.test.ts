/**
 * Every command of IRC, asked by everybody of the cast, as the tables of this folder say. A command or a mode without rows,
 * and a row without one of the cast, fails.
 */

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CMODE_LETTERS, LIST_MODES, UMODE_LETTERS } from '../../irc/modes.ts';
import { COMMANDS } from '../commands/registry.ts';
import { PasswordChecker } from '../passwords.ts';
import { CAST, type Outcome, Scene, spoken, type Who } from './scene.ts';
import { type Row, readTables } from './table.ts';

/** Of all servers of these tables: each would start a thread for its first password. */
const passwords = new PasswordChecker();

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
});
afterAll(async () => {
  untouched?.scene.close();
  vi.useRealTimers();
  await passwords.close();
});

const tables = readTables();
const rows = tables.flatMap((table) => table.rows);

function titleOf({ subject, who, before, line }: Row): string {
  return `${subject}: "${line}" of ${who.join(', ')}${before === '' ? '' : ` after "${before}"`}`;
}

/** What `ircop` has and `lesser` has not, where the command asks for nothing else. */
const SEES_ALL = 'auspex';
/** The same where who has it may more by a command that everybody has. */
const MORE: Readonly<Record<string, string>> = { RENAME: 'override' };

/** A scene in which nothing was heard or changed so far, and so is as it was. */
let untouched: { readonly flag: string; readonly scene: Scene } | null = null;

/** One that is not prepared for anything, with what `ircop` may. */
function sceneFor(flag: string): Scene {
  const kept = untouched;
  untouched = null;
  if (kept?.flag === flag) return kept.scene;
  kept?.scene.close();
  const scene = new Scene(flag);
  vi.spyOn(scene.irc.server.passwords, 'check').mockImplementation((...asked) => passwords.check(...asked));
  return scene;
}

async function happens(row: Row, who: Who): Promise<Outcome> {
  const flag = COMMANDS.get(row.subject)?.oper ?? MORE[row.subject] ?? SEES_ALL;
  const scene = sceneFor(flag);
  let stays = false;
  try {
    await scene.prepare(row.before, who);
    const outcome = await scene.send(who, row.line);
    // What `new` has said of itself is nowhere to be seen before it registers.
    stays = who !== 'new' && row.before === '' && outcome.changed === '' && outcome.heard === '';
    return outcome;
  } finally {
    if (stays) untouched = { flag, scene };
    else scene.close();
  }
}

describe.each(tables)('$file', ({ rows: those }) => {
  test.each(those.map((row) => [titleOf(row), row] as const))('%s', async (_title, row) => {
    for (const who of row.who) {
      expect({ who, ...(await happens(row, who)) }).toEqual({
        who,
        answer: spoken(row.answer, who),
        heard: spoken(row.heard, who),
        changed: spoken(row.changed, who),
      });
    }
  });
});

const lettersOf = (modes: ReadonlyMap<string, number>) => [...modes.keys()];
const CHANNEL_LETTERS = [...new Set([...lettersOf(CMODE_LETTERS), ...LIST_MODES, ...'HLfklov'])];
const modes = [
  ...CHANNEL_LETTERS.map((letter) => ({ letter, subject: `#channel +${letter}`, target: '#c' })),
  ...lettersOf(UMODE_LETTERS).map((letter) => ({ letter, subject: `user +${letter}`, target: 'me' })),
];
const rowsOf = (subject: string) => rows.filter((row) => row.subject === subject);

test('the tables tell of every command and mode that there is, and of no other', () => {
  const subjects = new Set(rows.map(({ subject }) => subject));
  expect([...subjects].sort()).toEqual([...COMMANDS.keys(), ...modes.map(({ subject }) => subject)].sort());
});

test.each(modes)(
  '$subject has a row for who sets it, who unsets it and who sees it',
  ({ subject, letter, target }) => {
    const lines = rowsOf(subject).map(({ line }) => line);
    for (const sign of ['+', '-'])
      expect(
        lines.some((line) => line.startsWith(`MODE ${target} ${sign}${letter}`)),
        sign,
      ).toBe(true);
    // What a list or a status is, others than MODE tell.
    const shown = LIST_MODES.includes(letter) ? `MODE #c +${letter}` : `MODE ${target}`;
    if (!'ov'.includes(letter)) expect(lines).toContain(shown);
  },
);

// Nobody sets these two by MODE.
test.each(modes.filter(({ subject }) => !['user +o', 'user +z'].includes(subject)))(
  '$subject matters to a command',
  ({ letter, target }) => {
    const set =
      target === '#c' ? new RegExp(`(^|; )[+-]\\w*${letter}`) : new RegExp(`: MODE \\w+ \\+${letter}`);
    const matters = rows.some(({ subject, before }) => /^[A-Z]+$/.test(subject) && set.test(before));
    expect(matters).toBe(true);
  },
);

test.each([...new Set(rows.map(({ subject }) => subject))])('%s is asked by everybody', (subject) => {
  const asked = new Map<string, Who[]>();
  for (const { before, line, who } of rowsOf(subject)) {
    // Who refuses some of them what others may is the same situation.
    const key = `${before.replaceAll(/ \(\w+\)(?=; |$)/g, '')} | ${line}`;
    asked.set(key, [...(asked.get(key) ?? []), ...who]);
  }
  // Who has not registered is answered 451 whatever the line is: once is enough where the command is not for them.
  const forAll = COMMANDS.get(subject)?.phase !== undefined;
  const counted = (who: readonly Who[]) => (forAll ? who : who.filter((one) => one !== 'new'));
  for (const [key, who] of asked) expect([...counted(who)].sort(), key).toEqual([...counted(CAST)].sort());
  expect([...asked.values()].flat()).toContain('new');
});

test.each([...COMMANDS.values()].filter(({ oper }) => oper !== undefined))(
  '$name of an operator',
  ({ name }) => {
    const told = rowsOf(name);
    const answers = (one: Who) => told.filter(({ who }) => who.includes(one)).map(({ answer }) => answer);
    expect(new Set(answers('guest'))).toEqual(new Set(['481']));
    expect(answers('lesser').every((answer) => answer.startsWith('723 '))).toBe(true);
    // What is only said or asked is not written down.
    if (['WALLOPS', 'GLOBOPS', 'LOCOPS', 'TESTLINE', 'TESTMASK'].includes(name)) return;
    expect(
      told.some(({ who, changed }) => who.includes('ircop') && changed.includes(`audit ${name} = by ircop!`)),
    ).toBe(true);
  },
);

test.each([
  ['a line that is refused', 'op: INVITE member #c', ':irc.test 443 op member #c :is already on channel'],
  ['a mode that is refused', '+k', ':irc.test 461 op MODE :Not enough parameters'],
  ['a refusal that does not come', 'op: INVITE guest #c (443)', ':irc.test 341 op guest #c'],
  ['another refusal', 'op: INVITE member #c (401)', ':irc.test 443 op member #c :is already on channel'],
  [
    'a standard reply',
    'member: SETNAME :',
    ':irc.test FAIL SETNAME INVALID_REALNAME :Realname is empty or too long',
  ],
])('what is so before a row is so: %s fails it', async (_what, before, answer) => {
  const scene = new Scene(SEES_ALL);
  await expect(scene.prepare(before, 'guest')).rejects.toThrow(
    `"${before}" is not so before guest asks: it was answered ${answer}`,
  );
  scene.close();
});

test('a line of the table is sent as the asker would send it', () => {
  expect(spoken('MODE me +i \\x01', 'bob')).toBe('MODE bob +i \x01');
});
