/** The bots of services, in the order of their numerics: whoever adds one adds its name and its maker here. */
import type { Clock } from '../../../kit/clock.ts';
import type { AccountKeeper } from '../../identity/account-keeper.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { authServTable, nickServTable } from '../authserv/auth-commands.ts';
import type { AuthWorld } from '../authserv/auth-world.ts';
import type { Standing } from '../authserv/standing.ts';
import { CHANSERV, ChanServ } from '../chanserv/chan-serv.ts';
import type { ChannelRules } from '../chanserv/chan-world.ts';
import { HELPSERV, HelpServ } from '../helpserv/help-serv.ts';
import type { CommandBindings } from '../modcmd/command-bindings.ts';
import { MODCMD, ModCmd } from '../modcmd/mod-cmd.ts';
import type { ChannelActs } from '../network/channel-acts.ts';
import type { ViewUser } from '../network/view-parts.ts';
import type { OperationPool } from '../operations/operation-pool.ts';
import type { OpServ } from '../opserv/opserv.ts';
import { GLOBAL, globalBot, OPSERV, opservBot } from '../opserv/opserv-bots.ts';
import { SOCKCHECK, SockCheck, type SockCheckOptions } from '../sockcheck/sock-check.ts';
import { SPAMSERV, SpamServ } from '../spamserv/spam-serv.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import type { Uplink } from '../uplink/uplink.ts';
import type { Bot, BotRoster, BotSpec } from './bot-roster.ts';
import type { CommandDesk, CommandDeskOptions } from './command-desk.ts';
import type { CommandTable } from './command-table.ts';
import type { Reply } from './reply.ts';
import type { ServiceBot } from './service-bot.ts';

/** What bots are made of. */
export interface BotParts {
  /** What the commands of AuthServ work with. */
  readonly auth: AuthWorld;
  readonly database: Sqlite;
  readonly writes: WriteTurn;
  readonly clock: Clock;
  readonly keeper: AccountKeeper;
  readonly profiles: ProfileStore;
  readonly standing: Standing;
  readonly channelRules: () => ChannelRules;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
  readonly acts: ChannelActs;
  readonly commands: CommandDesk;
  readonly operations: OperationPool;
  readonly bots: BotRoster;
  /** The commands of bots as operators have them, and as bots bring them. */
  readonly bindings: CommandBindings;
  readonly own: (bot: string) => CommandTable;
  /** The network now; null while there is none. */
  readonly uplink: () => Uplink | null;
  readonly opserv: OpServ;
  /** Has what a bot does by itself written down before it is done. */
  readonly beginDeed: CommandDeskOptions['beginDeed'];
  /** How those who connect are scanned; may change with the configuration. */
  readonly sockCheckRules: SockCheckOptions['rules'];
  /** Says something that nobody asked for. */
  readonly tell: (bot: Bot, user: ViewUser, reply: Reply) => void;
}

const AUTHSERV: BotSpec = { nick: 'AuthServ', realname: 'Accounts of the network' };
const NICKSERV: BotSpec = { nick: 'NickServ', realname: 'Accounts of the network, by another name' };

const MAKERS: readonly {
  readonly spec: BotSpec;
  /** It comes to the network, by itself, only while it is configured. */
  readonly onDemand?: true;
  make(parts: BotParts, made: readonly ServiceBot[]): ServiceBot;
}[] = [
  { spec: AUTHSERV, make: ({ auth }) => ({ spec: AUTHSERV, table: authServTable(auth) }) },
  { spec: NICKSERV, make: ({ auth }) => ({ spec: NICKSERV, table: nickServTable(auth) }) },
  {
    spec: CHANSERV,
    make: ({ channelRules, bots, auth: _auth, operations: _operations, ...parts }) =>
      new ChanServ({ ...parts, rules: channelRules, bot: () => bots.byNick(CHANSERV.nick)! }),
  },
  {
    spec: HELPSERV,
    make: ({ auth: { catalogues, push }, bots, ...parts }) =>
      new HelpServ({ ...parts, catalogues, push, roster: bots }),
  },
  {
    spec: SPAMSERV,
    make: ({ bots, database, writes, clock, keeper, uplink, tell }, made) => {
      const chanServ = made.find((one) => one instanceof ChanServ)!;
      const bot = () => bots.byNick(SPAMSERV.nick)!;
      return new SpamServ({ database, writes, clock, keeper, uplink, tell, chanServ, bot });
    },
  },
  {
    spec: MODCMD,
    make: ({ bindings, standing, writes, own, bots: roster }, made) => {
      const bots = () => MAKERS.map(({ spec }) => spec.nick);
      const isGuest = (bot: Bot) => made.some((one) => one.isGuest?.(bot) === true);
      const helpBots = () => roster.bots.filter(isGuest).map(({ nick }) => nick);
      return new ModCmd({ bindings, standing, writes, own, bots, helpBots });
    },
  },
  { spec: OPSERV, make: ({ opserv }) => opservBot(opserv) },
  { spec: GLOBAL, make: ({ opserv }) => globalBot(opserv) },
  {
    spec: SOCKCHECK,
    onDemand: true,
    make: ({ sockCheckRules, ...parts }) => new SockCheck({ ...parts, rules: sockCheckRules }),
  },
];

/** Who they are that are always on the network. */
export const BOT_SPECS: readonly BotSpec[] = MAKERS.flatMap(({ spec, onDemand }) =>
  onDemand === true ? [] : [spec],
);

/** Those that are there only while they are configured. */
export const ON_DEMAND_SPECS: readonly BotSpec[] = MAKERS.flatMap(({ spec, onDemand }) =>
  onDemand === true ? [spec] : [],
);

/** Makes all of them. */
export function serviceBots(parts: BotParts): ServiceBot[] {
  const made: ServiceBot[] = [];
  for (const { make } of MAKERS) made.push(make(parts, made));
  return made;
}
