/**
 * Services put together: the uplink and what it says, bots and their commands, accounts and who asks for them. It knows no socket and
 * no file; daemon.ts gives it both, tests give it others.
 */
import type { AccountNews } from '../../contract/accounts.ts';
import { SignalboxError } from '../../contract/errors.ts';
import type { Clock } from '../../kit/clock.ts';
import type { AccountKeeper } from '../identity/account-keeper.ts';
import type { PasswordWork } from '../identity/credentials.ts';
import type { AccountsElsewhere } from '../identity/elsewhere.ts';
import { refused } from '../identity/logins.ts';
import { preparedPassword } from '../identity/password-rules.ts';
import type { WriteTurn } from '../identity/store/write-turn.ts';
import { fold } from '../irc/casemapping.ts';
import { KIND_LIMITS } from '../irc/p10/kinds.ts';
import type { SaslDesk } from '../irc/p10/sasl-desk.ts';
import { readSasl } from '../irc/p10/sasl-line.ts';
import { textOf } from '../irc/p10/text.ts';
import { TOKEN } from '../irc/p10/tokens.ts';
import { TurnBudget } from '../runtime/async/turn-budget.ts';
import type { Sqlite } from '../runtime/files/sqlite.ts';
import { type AccountParts, openAccountParts, restoreAccount } from './account-parts.ts';
import { AskingServers } from './authority/asking-servers.ts';
import { IrcuSasl } from './authority/ircu-sasl.ts';
import { saslDesk } from './authority/nefarious-sasl.ts';
import type { AuthWorld } from './authserv/auth-world.ts';
import { ignores } from './authserv/ignored.ts';
import { type Bot, BotRoster } from './bots/bot-roster.ts';
import type { Catalogues } from './bots/catalogues.ts';
import {
  CommandDesk,
  type CommandDeskOptions,
  killUser,
  logOutAll,
  restampUser,
} from './bots/command-desk.ts';
import { type CommandTable, NO_COMMANDS } from './bots/command-table.ts';
import { type Reply, said } from './bots/reply.ts';
import { replyLines } from './bots/reply-lines.ts';
import type { ServiceBot } from './bots/service-bot.ts';
import { BOT_SPECS, ON_DEMAND_SPECS, serviceBots } from './bots/service-bots.ts';
import { ChanServ } from './chanserv/chan-serv.ts';
import type { ChannelRules } from './chanserv/chan-world.ts';
import { isSuspended } from './chanserv/registered-channel.ts';
import type { LoginKeycloak } from './keycloak/keycloak-logins.ts';
import type { KeycloakUser } from './keycloak/keycloak-shapes.ts';
import { type LevelsElsewhere, setLevel } from './level-door.ts';
import { limits } from './limits.ts';
import { CommandBindings } from './modcmd/command-bindings.ts';
import { ChannelActs } from './network/channel-acts.ts';
import type { ViewEvents } from './network/network-view.ts';
import type { ViewUser } from './network/view-parts.ts';
import { type OperationCounts, OperationPool } from './operations/operation-pool.ts';
import { OpServ, type OpServOptions, type OpServRules } from './opserv/opserv.ts';
import { SockCheck } from './sockcheck/sock-check.ts';
import type { SockCheckRules } from './sockcheck/sock-config.ts';
import type { ProfileStore } from './store/profile-store.ts';
import { answerRemote } from './uplink/remote-answers.ts';
import type { HeardLine, Identity, Uplink, UplinkEvents } from './uplink/uplink.ts';

/** What operators have set about accounts; may change with the configuration. */
export interface AccountRules {
  /** Whether a new account is confirmed by mail. */
  readonly confirmByMail: boolean;
  /** Days that a given-up account can be brought back; 0 for not at all. */
  readonly graceDays: number;
  /** Days that an unused account is kept; 0 for ever. */
  readonly unusedDays: number;
}

export interface ServicesOptions {
  readonly database: Sqlite;
  readonly writes: WriteTurn;
  readonly credentials: PasswordWork;
  readonly identity: Identity;
  readonly clock: Clock;
  /** Characters of the shortest password; may change with the configuration. */
  readonly leastPassword: () => number;
  readonly rules: () => AccountRules;
  readonly channelRules: () => ChannelRules;
  /** How many of the latest logins are kept with their steps. */
  readonly loginTimelines: () => number;
  /** The languages of bots. */
  readonly catalogues: () => Catalogues;
  /** What operators have set about bans, clones and DEFCON; may change with the configuration. */
  readonly operatorRules: () => OpServRules;
  /** How those who connect are scanned; after a change {@link SockCheck.configure} is to be called. */
  readonly sockCheckRules: () => SockCheckRules;
  /** Has main stop or restart services, or read the configuration again. */
  readonly lifecycle: OpServOptions['lifecycle'];
  /** Has what an operator does written down before it is done. */
  readonly beginDeed: CommandDeskOptions['beginDeed'];
  /** The Keycloak that is configured; null while there is none. */
  readonly keycloak: () => LoginKeycloak | null;
  /** Keycloak has shown a user by the way, who may have changed. */
  readonly seen?: (user: KeycloakUser) => void;
  /** Who else keeps accounts, such as Keycloak; null or absent where nobody does. */
  readonly elsewhere?: () => (AccountsElsewhere & LevelsElsewhere) | null;
  /** Whether an uplink leads to the IRC server of this instance. */
  readonly isOwn: (uplink: Uplink) => boolean;
  readonly onOperation: (kind: string, ns: number) => void;
  /** Told how long a command of a user took, in nanoseconds. */
  readonly onCommand?: (ns: number) => void;
  /** Told what a login by a password took that is kept here, in milliseconds, beside the hash that was computed for it. */
  readonly onQueued?: (ms: number) => void;
  /** Told of a kind of work that is begun for the first time. */
  readonly onKind?: (kind: string, counts: OperationCounts) => void;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
}

export class Services implements UplinkEvents {
  readonly keeper: AccountKeeper;
  readonly bots: BotRoster;
  readonly commands: CommandDesk;
  readonly operations: OperationPool;
  readonly askers: AskingServers;
  /** What users and servers ask for begins in its turn. */
  readonly turns = new TurnBudget(limits.begunPerTurn.default);
  readonly profiles: ProfileStore;
  readonly accounts: AccountParts;
  /** What bots do on channels. */
  readonly acts: ChannelActs;
  /** What operators keep, and what is done by itself about users. */
  readonly opserv: OpServ;
  /** In the order of their numerics. */
  readonly serviceBots: readonly ServiceBot[];
  /** The commands of bots as operators have them. */
  readonly bindings: CommandBindings;
  readonly #byNick: ReadonlyMap<string, ServiceBot>;
  readonly #catalogues: () => Catalogues;
  readonly #now: () => number;
  readonly #sasl: SaslDesk;
  readonly #ircuSasl: IrcuSasl;
  #uplink: Uplink | null = null;

  private constructor(options: ServicesOptions, parts: AccountParts) {
    const { clock, identity, log } = options;
    this.accounts = parts;
    this.keeper = parts.keeper;
    this.profiles = parts.profiles;
    this.#catalogues = options.catalogues;
    this.#now = () => clock.now();
    this.bots = new BotRoster(BOT_SPECS, identity.numeric, clock, ON_DEMAND_SPECS);
    this.operations = new OperationPool({
      clock,
      onTime: options.onOperation,
      ...(options.onCommand === undefined ? {} : { onCommand: options.onCommand }),
      ...(options.onKind === undefined ? {} : { onKind: options.onKind }),
    });
    this.askers = new AskingServers({
      keeper: this.keeper,
      isOwn: options.isOwn,
      count: (kind) => this.operations.count(kind),
      isClosed: () => this.opserv.defcon.closesRegistration,
      turns: this.turns,
      log,
    });
    const { keeper, operations } = this;
    this.#sasl = saslDesk({ keeper, operations, me: identity.numeric, clock, kind: 'nefarious' });
    this.#ircuSasl = new IrcuSasl({ keeper, operations, identity, clock });
    this.acts = new ChannelActs(
      () => this.#uplink,
      () => Math.floor(clock.now() / 1_000),
    );
    this.commands = new CommandDesk({
      clock,
      operations: this.operations,
      turns: this.turns,
      tableOf: ({ nick }) => this.tableOf(nick),
      styleOf: (user) => parts.standing.styleOf(user),
      levelOf: (user) => parts.standing.levelOf(user),
      catalogues: options.catalogues,
      isDeafTo: (user) => this.opserv.isDeafTo(user),
      closes: (bot, row, user) => this.opserv.defcon.closes(bot, row.name, user),
      beginDeed: options.beginDeed,
      onFailure: (command, error) =>
        log(
          'error',
          'command_failed',
          `${command}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        ),
    });
    const own = (nick: string) => this.#byNick.get(nick)?.table ?? this.#guestTable(nick) ?? NO_COMMANDS;
    this.bindings = new CommandBindings(options.database, () => clock.now(), own);
    this.opserv = this.#opserv(options);
    this.serviceBots = serviceBots({
      opserv: this.opserv,
      bindings: this.bindings,
      own,
      auth: this.#world(options),
      database: options.database,
      writes: options.writes,
      clock,
      keeper: parts.keeper,
      profiles: parts.profiles,
      standing: parts.standing,
      channelRules: options.channelRules,
      log,
      acts: this.acts,
      commands: this.commands,
      operations: this.operations,
      bots: this.bots,
      uplink: () => this.#uplink,
      beginDeed: options.beginDeed,
      sockCheckRules: options.sockCheckRules,
      tell: (bot, user, reply) => this.#tell(bot, user, reply),
    });
    this.#byNick = new Map(this.serviceBots.map((one) => [one.spec.nick, one]));
    this.keeper.onNews((news) => this.#hearNews(news));
  }

  static async open(options: ServicesOptions): Promise<Services> {
    let services: Services | null = null;
    const parts = await openAccountParts(options, {
      view: () => services?.view ?? null,
      renamed: (before, next) => services?.restamp(before, next),
    });
    services = new Services(options, parts);
    return services;
  }

  /** What the commands of AuthServ work with. */
  #world({ writes, catalogues, clock }: ServicesOptions): AuthWorld {
    const { keeper, timelines, profiles, standing, cookies, records, unused, push } = this.accounts;
    const { changes } = keeper;
    return {
      ask: keeper.answerers(),
      store: keeper.store,
      profiles,
      writes,
      timelines,
      clock,
      standing,
      cookies,
      records,
      unused,
      push,
      catalogues,
      allowed: new WeakMap(),
      view: () => this.view,
      longestAccount: () => KIND_LIMITS[this.#uplink?.kind ?? 'ircu'].account,
      kill: (user, reason) => {
        if (this.#uplink !== null) killUser(this.#uplink, user, reason);
      },
      prove: async (account, password, origin) => {
        const prepared = preparedPassword(password);
        if (prepared === null) return refused('malformed', account);
        return await keeper.logins.refusalOf(account, prepared, origin);
      },
      proven: (account, origin) => {
        const proved = keeper.store.find(account)?.id;
        return keeper.logins.proven(account, origin, ({ id }) => id === proved);
      },
      secretFor: (account, password, network) => changes.secretFor(account, password, network),
      setPassword: (account, password, network) => changes.setPassword(account, password, network),
      setEmail: (account, email) => changes.setEmail(account, email),
      setLevel: async (account, level, check) => {
        await setLevel(this.accounts.levels, account, level, check);
      },
      forgetFailures: (account) => {
        keeper.logins.accounts.reset(fold(account));
      },
      drop: (account, by) => changes.drop(account, by),
      restore: (account, below) => restoreAccount(this.accounts, writes, account, below),
      rename: (account, next) => this.#rename(account, next),
      tell: (bot, user, reply) => this.#tell(bot, user, reply),
    };
  }

  #opserv({ database, writes, clock, operatorRules, lifecycle, log }: ServicesOptions): OpServ {
    const { keeper, profiles, standing, levels } = this.accounts;
    return new OpServ({
      ...{ database, writes, clock, profiles, standing, levels, lifecycle, log },
      store: keeper.store,
      acts: this.acts,
      bot: (nick) => this.bots.byNick(nick)!,
      uplink: () => this.#uplink,
      tell: (bot, user, reply) => this.#tell(bot, user, reply),
      isRegistered: (channel) => keeper.channels.store.find(channel) !== undefined,
      rules: operatorRules,
    });
  }

  /** The commands of a bot, by name and alias. */
  tableOf(nick: string): CommandTable {
    return this.bindings.tableOf(nick);
  }

  get chanServ(): ChanServ {
    const found = this.serviceBots.find((bot) => bot instanceof ChanServ);
    if (found === undefined) throw new RangeError('There is no ChanServ among the bots.');
    return found;
  }

  get sockCheck(): SockCheck {
    const found = this.serviceBots.find((bot) => bot instanceof SockCheck);
    if (found === undefined) throw new RangeError('There is no SockCheck among the bots.');
    return found;
  }

  /** The network now; null while there is none. */
  get view() {
    return this.#uplink?.view ?? null;
  }

  /** Takes an account away from whoever is logged in to it; answers from how many, null where the network cannot. */
  logOut(account: string): number | null {
    const uplink = this.#uplink;
    if (uplink === null) return 0;
    const users = [...uplink.view.loggedIn(account)];
    if (users.length > 0 && uplink.kind === 'ircu') return null;
    logOutAll(uplink, account);
    const [bot] = this.bots.bots;
    const reply = said`An administrator has logged you out of the account ${account}.`;
    for (const user of users) this.#tell(bot!, user, reply);
    return users.length;
  }

  /** Takes up what has come into the database by another way, accounts and these channels among it, in slices. */
  async takeUp(channels: readonly string[]): Promise<void> {
    await this.keeper.cameIn(channels);
    for (const bot of this.serviceBots) await bot.takeUp?.();
  }

  close(): void {
    for (const bot of this.serviceBots) bot.close?.();
    this.bots.close();
    this.askers.clear();
    this.accounts.housekeeping.close();
    this.accounts.mail.close();
    this.accounts.push.close();
  }

  // What the uplink tells

  *onIntroduced(uplink: Uplink): Generator<void> {
    this.#uplink = uplink;
    uplink.view.listeners.push(this.#events());
    for (const { events } of this.serviceBots) if (events !== undefined) uplink.view.listeners.push(events);
    this.bots.introduce(uplink);
    for (const bot of this.serviceBots) yield* bot.introduced?.(uplink) ?? [];
  }

  #events(): ViewEvents {
    return {
      onAccount: (user) => {
        if (user.account !== null) this.accounts.slots.settle(user.account);
      },
      onServerGone: (server) => {
        this.askers.gone(server);
        this.#sasl.gone(server.numeric);
        this.#ircuSasl.gone(server.numeric);
      },
    };
  }

  onLinked(uplink: Uplink): void {
    this.#ircuSasl.offer(uplink);
    for (const bot of this.serviceBots) bot.linked?.(uplink);
  }

  onLine(uplink: Uplink, heard: HeardLine): void {
    const { token, line } = heard;
    if (token === TOKEN.PRIVMSG || token === TOKEN.NOTICE) this.#message(uplink, heard);
    else if (token === TOKEN.XQUERY) {
      if (!this.#ircuSasl.hear(uplink, heard)) this.askers.hear(uplink, heard);
    } else if (token === TOKEN.CONFIG) this.#ircuSasl.hearConfig(uplink, heard);
    else if (token === TOKEN.SASL) this.#hearSasl(uplink, heard);
    else if (token === TOKEN.KILL && this.bots.byNumeric(line.params[0] ?? '') !== undefined)
      this.bots.heal(uplink, (bot) =>
        (this.#serverOf(bot) ?? this.#byNick.get(bot.nick))?.returned?.(uplink, bot),
      );
    else {
      const bots = this.serviceBots;
      for (let i = 0; i < bots.length; i++) bots[i]!.line?.(uplink, heard);
      answerRemote(uplink, this.bots, heard);
    }
  }

  onEnd(uplink: Uplink): void {
    if (this.#uplink !== uplink) return;
    this.askers.clear();
    this.#sasl.forget(uplink);
    this.#ircuSasl.forget(uplink);
    this.#uplink = null;
    for (const bot of this.serviceBots) bot.ended?.();
  }

  /** A client of a server that has no other way to ask: Nefarious. */
  #hearSasl(uplink: Uplink, { line }: HeardLine): void {
    const step = readSasl(line);
    if (step === null || (step.target !== '*' && step.target !== uplink.identity.numeric)) return;
    if (uplink.view.servers.has(line.source)) this.#sasl.hear(line.source, step, uplink);
  }

  #message(uplink: Uplink, { token, line }: HeardLine): void {
    const user = uplink.view.users.get(line.source);
    const [target = '', text = ''] = line.params;
    const isNotice = token === TOKEN.NOTICE;
    if (target.startsWith('#')) {
      const channel = uplink.view.findChannel(textOf(target));
      if (user === undefined || channel === undefined) return;
      for (const bot of this.serviceBots) bot.heard?.(uplink, user, channel, textOf(text), isNotice);
      if (!isNotice && channel.members.has(user)) this.#pushed(user, channel.name, textOf(text));
      return;
    }
    if (isNotice) return;
    const bot = this.#botOf(target, uplink);
    if (bot === undefined || user === undefined || this.opserv.isDeafTo(user)) return;
    const said = textOf(text);
    if (this.#serverOf(bot)?.spoken?.(bot, user, said) !== true) this.commands.hear(uplink, bot, user, said);
  }

  /** Those are told who are called by their name where they have access, and who are not there. */
  #pushed(user: ViewUser, name: string, text: string): void {
    const now = this.#now();
    this.accounts.push.heard(user, name, text, (account) => {
      const channel = this.chanServ.registry.get(name);
      const access = channel?.suspendedAt(now) === false ? channel.user(account) : undefined;
      return access !== undefined && !isSuspended(access, now);
    });
  }

  /** The bot that has brought another one; undefined for one that is its own. */
  #serverOf(bot: Bot): ServiceBot | undefined {
    return this.serviceBots.find((one) => one.isGuest?.(bot) === true);
  }

  #guestTable(nick: string): CommandTable | undefined {
    const bot = this.bots.byNick(nick);
    return bot === undefined ? undefined : this.#serverOf(bot)?.guestTable;
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
    this.accounts.push.hear(news);
    const uplink = this.#uplink;
    if (uplink === null) return;
    if (news.kind === 'mechanisms') this.#ircuSasl.offer(uplink);
    if (news.kind === 'ended') logOutAll(uplink, news.account);
    if (news.kind !== 'guessed') return;
    const { store } = this.keeper;
    const owner = store.find(news.account);
    const ignored = owner === undefined ? [] : this.profiles.masks(owner, 'ignores');
    if (ignores(ignored, [`*!*@${news.address}`])) return;
    const [bot] = this.bots.bots;
    for (const user of uplink.view.loggedIn(news.account)) {
      // Servers that ask for accounts tell their own users.
      if (this.askers.has(user.server)) continue;
      this.#tell(
        bot!,
        user,
        said`Somebody at ${news.address} failed to log in to your account ${news.account} (${news.count} failed so far).`,
      );
    }
  }

  /** Says something that nobody asked for. */
  #tell({ numeric }: Bot, user: ViewUser, reply: Reply): void {
    const uplink = this.#uplink;
    if (uplink?.view.resolve(user) !== user) return;
    const style = this.accounts.standing.styleOf(user);
    for (const line of replyLines(numeric, user.numeric, [reply], this.#catalogues(), style))
      uplink.send(line);
  }

  async #rename(account: string, next: string): Promise<void> {
    if (!this.mayRename(account)) {
      const users = [...(this.view?.loggedIn(account) ?? [])];
      throw new SignalboxError(
        'conflict',
        `This network cannot change an account that somebody is logged in to: ${users.map(({ nick }) => nick).join(', ')}.`,
      );
    }
    await this.keeper.changes.rename(account, next);
  }

  /** Whether whoever is logged in to an account can be told what it is called then. */
  mayRename(account: string): boolean {
    const uplink = this.#uplink;
    return uplink?.kind !== 'ircu' || uplink.view.loggedIn(account).size === 0;
  }

  /** An account is called otherwise: whoever is logged in to it is so by its new name. */
  restamp(before: string, next: string): void {
    const uplink = this.#uplink;
    const account = this.keeper.store.find(next);
    if (uplink === null || account === undefined || !this.mayRename(before)) return;
    for (const user of [...uplink.view.loggedIn(before)])
      restampUser(uplink, user, before, next, account.created);
  }
}
