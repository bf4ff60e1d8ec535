/** The table of AuthServ, and that of NickServ: the same commands, in the words that people use of a NickServ. */
import type { CommandRow } from '../bots/command-row.ts';
import { said } from '../bots/reply.ts';
import type { AuthWorld } from './auth-world.ts';
import { cookieCommands } from './cookie-commands.ts';
import { dataCommands } from './data-commands.ts';
import { ignoreCommands } from './ignore-commands.ts';
import { loginCommands, makeAccount } from './login-commands.ts';
import { lookCommands } from './look-commands.ts';
import { operatorCommands } from './operator-commands.ts';
import { ownCommands } from './own-commands.ts';
import { searchCommands } from './search-commands.ts';

/** By name and alias. */
export type CommandTable = ReadonlyMap<string, CommandRow>;

/** @param nick of the bot, for HELP */
function tableOf(nick: string, rows: readonly CommandRow[]): CommandTable {
  const table = new Map<string, CommandRow>();
  const all: readonly CommandRow[] = [...rows, help(nick, () => all)];
  for (const row of all) for (const name of [row.name, ...(row.aliases ?? [])]) table.set(name, row);
  return table;
}

function rowsOf(world: AuthWorld): CommandRow[] {
  return [
    ...loginCommands(world),
    ...cookieCommands(world),
    ...ownCommands(world),
    ...ignoreCommands(world),
    ...dataCommands(world),
    ...lookCommands(world),
    ...operatorCommands(world),
    ...searchCommands(world),
  ];
}

export function authServTable(world: AuthWorld): CommandTable {
  return tableOf('AuthServ', rowsOf(world));
}

/** A NickServ registers the nick that somebody has: `REGISTER password [e-mail]`. */
export function nickServTable(world: AuthWorld): CommandTable {
  return tableOf(
    'NickServ',
    rowsOf(world).map((row) => (row.name === 'REGISTER' ? registerNick(world, row) : row)),
  );
}

function registerNick(world: AuthWorld, row: CommandRow): CommandRow {
  return {
    ...row,
    syntax: '<password> [e-mail]',
    least: 1,
    most: 2,
    help: ['Makes an account that is called like your nick, to which you are logged in then.'],
    run: (call) => {
      const [password = '', email] = call.words;
      return makeAccount(world, call, call.user.nick, password, email ?? null);
    },
  };
}

function help(nick: string, rows: () => readonly CommandRow[]): CommandRow {
  return {
    name: 'HELP',
    needs: 'anybody',
    syntax: '[command]',
    least: 0,
    most: 1,
    effect: 'nothing',
    help: ['Lists the commands, or tells what one of them does.'],
    run({ words }) {
      const [word] = words;
      if (word === undefined)
        return [
          said`Commands: ${rows()
            .map(({ name }) => name)
            .sort()
            .join(' ')}`,
          said`/msg ${nick} HELP <command> tells more of one of them.`,
        ];
      const row = rows().find(({ name, aliases = [] }) => [name, ...aliases].includes(word.toUpperCase()));
      if (row === undefined) return [said`There is no command ${word.slice(0, 32)}.`];
      const names = row.aliases === undefined ? '' : ` (also ${row.aliases.join(', ')})`;
      const level =
        typeof row.needs === 'object' ? [said`For accounts of level ${row.needs.level} and above.`] : [];
      return [`${row.name} ${row.syntax}`.trimEnd() + names, ...row.help, ...level];
    },
  };
}
