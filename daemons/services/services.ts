/**
 * Services put together: the uplink and what it says, bots and their commands, accounts and who asks for them. It knows no socket and
 * no file; daemon.ts gives it both, tests give it others.
 */
import type { AccountNews, LoginOrigin } from '../../contract/accounts.ts';
import type { Clock } from '../../kit/clock.ts';
import { AccountKeeper, preparedPassword } from '../identity/account-keeper.ts';
import type { PasswordWork } from '../identity/credentials.ts';
import { type LoginRefusal, refused } from '../identity/logins.ts';
import { AccountStore, type StoredAccount } from '../identity/store/account-store.ts';
import { ChannelStore } from '../identity/store/channel-store.ts';
import type { WriteTurn } from '../identity/store/write-turn.ts';
import { KIND_LIMITS } from '../irc/p10/kinds.ts';
import { textOf } from '../irc/p10/text.ts';
import { TOKEN } from '../irc/p10/tokens.ts';
import type { Sqlite } from '../runtime/files/sqlite.ts';
import { AskingServers } from './authority/asking-servers.ts';
import { authServTable, type CommandTable, nickServTable } from './authserv/auth-commands.ts';
import { type AuthWorld, whereaboutsIn } from './authserv/auth-world.ts';
import { coversUser } from './authserv/host-mask.ts';
import { LoginSlots } from './authserv/login-slots.ts';
import { mostLogins } from './authserv/own-commands.ts';
import { type Bot, BotRoster } from './bots/bot-roster.ts';
import { CommandDesk, killUser, logOutAll } from './bots/command-desk.ts';
import { replyLines } from './bots/reply-lines.ts';
import { OperationPool } from './operations/operation-pool.ts';
import { ProfileStore } from './store/profile-store.ts';
import { answerRemote } from './uplink/remote-answers.ts';
import type { HeardLine, Identity, Uplink, UplinkEvents } from './uplink/uplink.ts';

export interface ServicesOptions {
  readonly database: Sqlite;
  readonly writes: WriteTurn;
  readonly credentials: PasswordWork;
  readonly identity: Identity;
  readonly clock: Clock;
  /** Characters of the shortest password; may change with the configuration. */
  readonly leastPassword: () => number;
  /** Whether an uplink leads to the IRC server of this instance. */
  readonly isOwn: (uplink: Uplink) => boolean;
  readonly onOperation: (kind: string, ns: number) => void;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
}

export class Services implements UplinkEvents {
  readonly keeper: AccountKeeper;
  readonly bots: BotRoster;
  readonly commands: CommandDesk;
  readonly operations: OperationPool;
  readonly askers: AskingServers;
  readonly profiles: ProfileStore;
  readonly #tables: ReadonlyMap<string, CommandTable>;
  readonly #slots: LoginSlots;
  #uplink: Uplink | null = null;

  private constructor(
    options: ServicesOptions,
    parts: { keeper: AccountKeeper; profiles: ProfileStore; slots: LoginSlots },
  ) {
    const { clock, identity, log, writes } = options;
    this.keeper = parts.keeper;
    this.profiles = parts.profiles;
    this.#slots = parts.slots;
    this.bots = new BotRoster(BOTS, identity.numeric, clock);
    this.operations = new OperationPool({ clock, onTime: options.onOperation });
    this.askers = new AskingServers({ keeper: this.keeper, isOwn: options.isOwn, log });
    const world: AuthWorld = {
      ask: this.keeper.answerers(),
      store: this.keeper.store,
      profiles: parts.profiles,
      writes,
      view: () => this.#uplink?.view ?? null,
      longestAccount: () => KIND_LIMITS[this.#uplink?.kind ?? 'ircu'].account,
      kill: (user, reason) => {
        if (this.#uplink !== null) killUser(this.#uplink, user, reason);
      },
      prove: async (account, password, origin) => {
        const prepared = preparedPassword(password);
        if (prepared === null) return refused('malformed', account);
        return await this.keeper.logins.refusalOf(account, prepared, origin);
      },
    };
    this.#tables = new Map([
      ['AuthServ', authServTable(world)],
      ['NickServ', nickServTable(world)],
    ]);
    this.commands = new CommandDesk({
      clock,
      operations: this.operations,
      tableOf: ({ nick }) => this.tableOf(nick),
      onFailure: (command, error) =>
        log(
          'error',
          'command_failed',
          `${command}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        ),
    });
    this.keeper.onNews((news) => this.#hearNews(news));
  }

  static async open(options: ServicesOptions): Promise<Services> {
    const { database, clock, writes, credentials, leastPassword, log } = options;
    const now = () => clock.now();
    const store = new AccountStore(database, now);
    const profiles = new ProfileStore(database, now);
    let services: Services | null = null;
    const slots = new LoginSlots(clock, (account) => services?.view?.loggedIn(account).size ?? 0);
    const keeper = await AccountKeeper.open({
      store,
      channels: new ChannelStore(database, store, now),
      writes,
      credentials,
      clock,
      leastPassword,
      admit: (account, origin) => admit(account, origin, profiles, slots),
      onUnchecked: (why) => log('warn', 'login_unchecked', `A login could not be looked at: ${why}`),
      onFailure: (account, { address }, why) =>
        log('warn', 'login_failed', `A login to ${account} from ${address} failed: ${why}`),
    });
    services = new Services(options, { keeper, profiles, slots });
    return services;
  }

  /** The commands of a bot, by name and alias. */
  tableOf(nick: string): CommandTable {
    return this.#tables.get(nick) ?? NO_COMMANDS;
  }

  /** The network now; null while there is none. */
  get view() {
    return this.#uplink?.view ?? null;
  }

  close(): void {
    this.bots.close();
    this.askers.clear();
  }

  // What the uplink tells

  onIntroduced(uplink: Uplink): void {
    this.#uplink = uplink;
    uplink.view.events = {
      onAccount: (user) => {
        if (user.account !== null) this.#slots.settle(user.account);
      },
      onServerGone: (server) => this.askers.gone(server),
    };
    this.bots.introduce(uplink);
  }

  onLinked(): void {}

  onLine(uplink: Uplink, heard: HeardLine): void {
    const { token, line } = heard;
    if (token === TOKEN.PRIVMSG) this.#message(uplink, heard);
    else if (token === TOKEN.XQUERY) this.askers.hear(uplink, heard);
    else if (token === TOKEN.KILL && this.bots.byNumeric(line.params[0] ?? '') !== undefined)
      this.bots.heal(uplink);
    else answerRemote(uplink, this.bots, heard);
  }

  onEnd(uplink: Uplink): void {
    if (this.#uplink !== uplink) return;
    this.askers.clear();
    this.#uplink = null;
  }

  #message(uplink: Uplink, { line }: HeardLine): void {
    const user = uplink.view.users.get(line.source);
    const [target = '', text = ''] = line.params;
    const bot = this.#botOf(target, uplink);
    if (bot !== undefined && user !== undefined) this.commands.hear(uplink, bot, user, textOf(text));
  }

  /** By numeric, or by `nick@server`. */
  #botOf(target: string, { identity }: Uplink): Bot | undefined {
    const at = target.indexOf('@');
    if (at < 0) return this.bots.byNumeric(target);
    return target.slice(at + 1).toLowerCase() === identity.name.toLowerCase()
      ? this.bots.byNick(target.slice(0, at))
      : undefined;
  }

  #hearNews(news: AccountNews): void {
    const uplink = this.#uplink;
    if (uplink === null) return;
    if (news.kind === 'ended') logOutAll(uplink, news.account);
    if (news.kind !== 'guessed') return;
    const [bot] = this.bots.bots;
    for (const user of uplink.view.loggedIn(news.account)) {
      // Servers that ask for accounts tell their own users.
      if (this.askers.has(user.server)) continue;
      const text = `Somebody at ${news.address} failed to log in to your account ${news.account} (${news.count} failed so far).`;
      for (const one of replyLines(bot!.numeric, user.numeric, [text])) uplink.send(one);
    }
  }
}

/** The bots, in the order of their numerics. */
const BOTS = [
  { nick: 'AuthServ', realname: 'Accounts of the network' },
  { nick: 'NickServ', realname: 'Accounts of the network, by another name' },
];

const NO_COMMANDS: CommandTable = new Map();

/** What keeps somebody out who has proved to own an account. */
function admit(
  account: StoredAccount,
  origin: LoginOrigin,
  profiles: ProfileStore,
  slots: LoginSlots,
): LoginRefusal['why'] | null {
  const masks = profiles.masks(account);
  const where = whereaboutsIn(origin);
  if (masks.length > 0 && !masks.some((mask) => coversUser(mask, where))) return 'host';
  return slots.take(account.name, mostLogins(profiles.of(account).maxLogins)) ? null : 'max_logins';
}
