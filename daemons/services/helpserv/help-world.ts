/** What the commands of help bots work with. Put together by help-serv.ts. */
import type { AccountStore, StoredAccount } from '../../identity/store/account-store.ts';
import { fold } from '../../irc/casemapping.ts';
import type { Standing } from '../authserv/standing.ts';
import type { CommandCall, CommandNeed, CommandRow, RecordedArguments } from '../bots/command-row.ts';
import { phrase, type Reply, said } from '../bots/reply.ts';
import type { NetworkView } from '../network/network-view.ts';
import type { ViewUser } from '../network/view-parts.ts';
import type { HelpBot } from './help-bot.ts';
import type { Actor, HelpDesk } from './help-desk.ts';
import { isAtLeast, OPER_LEVEL, oneOf, type Role } from './roles.ts';

export interface HelpWorld {
  readonly desk: HelpDesk;
  readonly standing: Standing;
  readonly accounts: AccountStore;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** The network now; null while there is none. */
  readonly view: () => NetworkView | null;
  /** By folded nick. */
  readonly bots: ReadonlyMap<string, HelpBot>;
  /** Makes a bot, which comes to the network at once. Throws SignalboxError `conflict`, `limit_reached`. */
  readonly register: (nick: string, channel: string, owner: string, by: string) => Promise<HelpBot>;
  /** It leaves, and all its requests are gone. */
  readonly unregister: (bot: HelpBot, by: string) => Promise<void>;
  /** It is called something else, or helps elsewhere. */
  readonly move: (
    bot: HelpBot,
    where: { readonly nick: string } | { readonly channel: string },
  ) => Promise<void>;
  /** @param reason null lets it serve again; `until` in Unix milliseconds, null for until that */
  readonly suspend: (bot: HelpBot, reason: string | null, by: string, until: number | null) => Promise<void>;
  /** Says something where pages go; false where they go nowhere. */
  readonly page: (bot: HelpBot, text: Reply) => boolean;
  /** Why no bot may be called so; null where one may. */
  readonly nickRefusal: (nick: string) => Reply | null;
  /** Why none may be on that channel. */
  readonly channelRefusal: (channel: string) => Reply | null;
}

/** One use of a command at a help bot. */
export interface HelpUse extends Actor, Pick<CommandCall, 'byNick'> {
  readonly bot: HelpBot;
  readonly user: ViewUser;
  readonly words: readonly string[];
  from(index: number): string;
}

/** A command of help bots. */
export interface HelpRow {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** Who may use it: whoever is this or above. */
  readonly role: Role;
  readonly syntax: string;
  readonly least: number;
  readonly most: number | null;
  readonly effect: string;
  readonly help: readonly string[];
  /** It is of no use to operators by way of HelpServ: it is about what oneself helps with. */
  readonly own?: boolean;
  refusal?(use: HelpUse): Reply | null;
  run(use: HelpUse): readonly Reply[] | Promise<readonly Reply[]>;
}

/** The row as a help bot has it. */
export function staffRow(world: HelpWorld, botOf: (call: CommandCall) => HelpBot, row: HelpRow): CommandRow {
  const useOf = (call: CommandCall): HelpUse | null => {
    const bot = botOf(call);
    const role = bot.roleOf(call.user, world.standing);
    if (role === null || !isAtLeast(role, row.role)) return null;
    const account = world.standing.accountOf(call.user)!.name;
    const { user, words } = call;
    const byNick = (nick: string) => call.byNick(nick);
    return { bot, role, account, user, words, from: (index) => call.from(index), byNick };
  };
  return {
    ...shared(row),
    needs: 'account',
    who: `${oneOf(row.role)} of the bot, or above`,
    refusal: (call) => {
      const use = useOf(call);
      if (use === null) return said`${row.name} is for ${phrase(oneOf(row.role))} here, or above.`;
      return row.refusal?.(use) ?? null;
    },
    run: (call) => {
      const use = useOf(call);
      // While the refusal was looked at they were taken off the list.
      return use === null
        ? [said`${row.name} is for ${phrase(oneOf(row.role))} here, or above.`]
        : row.run(use);
    },
  };
}

/** The row as HelpServ has it, for operators: the bot is its first word. */
export function operatorRow(world: HelpWorld, row: HelpRow): CommandRow {
  const useOf = (call: CommandCall): HelpUse | null => {
    const bot = world.bots.get(fold(call.words[0]!));
    const account = world.standing.accountOf(call.user);
    if (bot === undefined || account === null) return null;
    const words = call.words.slice(1);
    const from = (index: number) => call.from(index + 1);
    const byNick = (nick: string) => call.byNick(nick);
    return { bot, role: 'oper', account: account.name, user: call.user, words, from, byNick };
  };
  return {
    ...shared(row),
    needs: OPERATORS,
    syntax: `<bot> ${row.syntax}`.trimEnd(),
    least: row.least + 1,
    most: row.most === null ? null : row.most + 1,
    deed: DEED,
    recorded: (call) => (row.effect === 'nothing' ? null : written(row.name, call)),
    refusal: (call) => {
      const use = useOf(call);
      return use === null ? noBot(call.words[0]!) : (row.refusal?.(use) ?? null);
    },
    run: (call) => {
      const use = useOf(call);
      return use === null ? [noBot(call.words[0]!)] : row.run(use);
    },
  };
}

/** What the audit trail calls what operators do by HelpServ. */
export const DEED = 'HELPSERV';

/** What is written down of it: the bot is its first word. */
export function written(command: string, call: CommandCall): RecordedArguments {
  return { command, bot: call.words[0]!.slice(0, 64), text: call.from(1).slice(0, 200) };
}

export const OPERATORS: CommandNeed = { level: OPER_LEVEL };

export function noBot(word: string): Reply {
  return said`There is no help bot ${word.slice(0, 32)}.`;
}

/** The account that a word names: its name, or the nick of somebody who is logged in to it (X3: `*account` or a nick). */
export function accountNamed(
  { accounts, standing }: HelpWorld,
  call: Pick<CommandCall, 'byNick'>,
  word: string,
): StoredAccount | Reply {
  if (word.startsWith('*'))
    return accounts.find(word.slice(1)) ?? said`There is no account ${word.slice(1, 65)}.`;
  const user = call.byNick(word);
  if (user === undefined) return said`Nobody is called ${word.slice(0, 32)}. *account names an account.`;
  return standing.accountOf(user) ?? said`${user.nick} is not logged in.`;
}

function shared({ role: _role, own: _own, run: _run, refusal: _refusal, ...row }: HelpRow) {
  return row;
}
