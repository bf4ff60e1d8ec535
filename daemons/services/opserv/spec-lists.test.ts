/** Every command that OpServ and Global are to have has a row with all that a row says, under the level that X3 gives it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { operatorDeeds } from '../account-admin.ts';
import type { CommandRow } from '../bots/command-row.ts';
import { adminWords, badRowActions } from '../test-admin-words.ts';
import { TestNetwork } from '../test-network.ts';
import { banAdminCommands } from './ban-admin.ts';
import { opservPage } from './opserv-page.ts';
import { watchAdminCommands } from './watch-admin.ts';

let test: TestNetwork;
beforeAll(async () => {
  test = await TestNetwork.start();
});
afterAll(() => test.close());

/** Name and level; null for operators of the network, whatever their account. */
const OPSERV: readonly (readonly [string, number | null])[] = [
  ['ACCESS', null],
  ['WHOIS', null],
  ['STATS', null],
  ['GLINE', 600],
  ['UNGLINE', 600],
  ['BLOCK', 100],
  ['TRACE', 100],
  ['ADDTRUST', 800],
  ['EDITTRUST', 800],
  ['DELTRUST', 800],
  ['JOIN', 601],
  ['PART', 601],
  ['MODE', 100],
  ['OP', 100],
  ['DEOP', 100],
  ['KICK', 100],
  ['BAN', 100],
  ['CHANINFO', null],
  ['REHASH', 900],
  ['RESTART', 900],
  ['DIE', 900],
  ['JUPE', 900],
  ['RAW', 999],
  ['ADDALERT', 800],
  ['GAG', 600],
  ['SHUN', 600],
  ['CSEARCH', 100],
  ['ADDBAD', 800],
  ['ADDEXEMPT', 800],
  ['CLEARMODES', 400],
  ['DEOPALL', 400],
  ['KICKALL', 400],
  ['DEFCON', 900],
  ['RESERVE', 800],
  ['REFRESHG', 600],
  ['RECONNECT', 900],
  // What each of them needs to be taken back.
  ['UNSHUN', 600],
  ['UNJUPE', 900],
  ['DELALERT', 800],
  ['UNGAG', 600],
  ['DELBAD', 800],
  ['DELEXEMPT', 800],
  ['UNRESERVE', 800],
];

const GLOBAL: readonly (readonly [string, number | 'anybody' | null])[] = [
  ['NOTICE', 0],
  ['MESSAGE', 0],
  ['MESSAGES', 'anybody'],
  ['LIST', null],
  ['REMOVE', 0],
];

const needed = ({ needs }: CommandRow) =>
  typeof needs === 'object' ? needs.level : needs === 'operator' ? null : needs;

it.each([
  ['OpServ', OPSERV],
  ['Global', GLOBAL],
] as const)('%s has every command with its level, arguments, effect and help', (bot, list) => {
  const table = test.services.tableOf(bot);
  const problems: string[] = [];
  for (const [name, level] of list) {
    const row = table.get(name);
    if (row === undefined) problems.push(`${name} has no row`);
    else {
      if (needed(row) !== level) problems.push(`${name} is for ${needed(row)}`);
      if (typeof row.needs === 'object' && row.needs.operator !== true)
        problems.push(`${name} is not for operators alone`);
      if (row.syntax.split(/[<[]/).length - 1 < row.least)
        problems.push(`${name} needs words that it does not name`);
      if (row.effect === '') problems.push(`${name} has no effect`);
      if (row.help.length === 0 || row.help.some((line) => !/[.!]$/.test(line)))
        problems.push(`${name} has no help in sentences`);
      const changes = row.effect !== 'nothing';
      if (changes !== (row.recorded !== undefined)) problems.push(`${name} is not in the audit trail`);
      if (changes && !Object.hasOwn(operatorDeeds, row.deed ?? name))
        problems.push(`the audit trail has no words for ${name}`);
    }
  }
  expect(problems).toEqual([]);
  expect([...table.keys()].filter((name) => name !== 'HELP' && !list.some(([one]) => one === name))).toEqual(
    [],
  );
});

it('the page of the docs says what the tables say', () => {
  const file = join(import.meta.dirname, '../../../docs/reference/opserv.md');
  expect(readFileSync(file, 'utf8')).toBe(opservPage());
});

it('administrators do it by commands of such a danger, words and columns, and each row offers what can be done with it', () => {
  const commands = { ...banAdminCommands, ...watchAdminCommands };
  const written = readFileSync(join(import.meta.dirname, 'test-admin-commands.txt'), 'utf8');
  expect(`${adminWords(commands).join('\n')}\n`).toBe(written);
  expect(badRowActions(commands)).toEqual([]);
});
