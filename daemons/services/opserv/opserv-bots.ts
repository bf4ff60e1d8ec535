/** OpServ and Global as bots: who they are, their tables, and what they hear. */
import type { CommandRow } from '../bots/command-row.ts';
import { commandTable } from '../bots/command-table.ts';
import type { ServiceBot } from '../bots/service-bot.ts';
import { banCommands } from './ban-commands.ts';
import { channelCommands } from './channel-commands.ts';
import { globalCommands } from './global-commands.ts';
import { lookCommands } from './look-commands.ts';
import type { OpServ } from './opserv.ts';
import { serviceCommands } from './service-commands.ts';
import { traceCommands } from './trace-commands.ts';
import { trustCommands } from './trust-commands.ts';
import { watchCommands } from './watch-commands.ts';

export const OPSERV = { nick: 'OpServ', realname: 'Operators of the network' } as const;
export const GLOBAL = { nick: 'Global', realname: 'Messages to everybody' } as const;

/** The rows of OpServ, for its table and for the docs. */
export function opservRows(opserv: OpServ): CommandRow[] {
  return [
    ...lookCommands(opserv),
    ...banCommands(opserv),
    ...traceCommands(opserv),
    ...trustCommands(opserv),
    ...watchCommands(opserv),
    ...channelCommands(opserv),
    ...serviceCommands(opserv),
  ];
}

/** The rows of Global. */
export function globalRows(opserv: OpServ): CommandRow[] {
  return globalCommands(opserv);
}

export function opservBot(opserv: OpServ): ServiceBot {
  return {
    spec: OPSERV,
    table: commandTable(OPSERV.nick, opservRows(opserv)),
    events: opserv.events,
    introduced: (uplink) => opserv.introduced(uplink),
    ended: () => opserv.ended(),
    line: (uplink, heard) => opserv.heardBan(uplink, heard),
    takeUp: () => opserv.takeUp(),
    close: () => opserv.close(),
  };
}

export function globalBot(opserv: OpServ): ServiceBot {
  return { spec: GLOBAL, table: commandTable(GLOBAL.nick, globalRows(opserv)) };
}
