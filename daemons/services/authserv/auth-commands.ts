/** The table of AuthServ, and that of NickServ: the same commands, in the words that people use of a NickServ. */
import type { CommandRow } from '../bots/command-row.ts';
import { type CommandTable, commandTable } from '../bots/command-table.ts';
import type { AuthWorld } from './auth-world.ts';
import { cookieCommands } from './cookie-commands.ts';
import { dataCommands } from './data-commands.ts';
import { ignoreCommands } from './ignore-commands.ts';
import { loginCommands, makeAccount } from './login-commands.ts';
import { lookCommands } from './look-commands.ts';
import { operatorCommands } from './operator-commands.ts';
import { ownCommands } from './own-commands.ts';
import { pushCommands } from './push-commands.ts';
import { searchCommands } from './search-commands.ts';

function rowsOf(world: AuthWorld): CommandRow[] {
  return [
    ...loginCommands(world),
    ...cookieCommands(world),
    ...ownCommands(world),
    ...ignoreCommands(world),
    ...dataCommands(world),
    ...pushCommands(world),
    ...lookCommands(world),
    ...operatorCommands(world),
    ...searchCommands(world),
  ];
}

export function authServTable(world: AuthWorld): CommandTable {
  return commandTable('AuthServ', rowsOf(world));
}

/** A NickServ registers the nick that somebody has: `REGISTER password [e-mail]`. */
export function nickServTable(world: AuthWorld): CommandTable {
  return commandTable(
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
