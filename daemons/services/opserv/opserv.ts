/**
 * OpServ and Global put together: what operators keep (bans, trusts, alerts and their like), and what happens by itself as users come and
 * the network speaks. Commands of the bots and those of administrators work with this one.
 */
import type { Outcome } from '../../../contract/errors.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import type { AccountStore } from '../../identity/store/account-store.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import type { Standing } from '../authserv/standing.ts';
import type { Bot } from '../bots/bot-roster.ts';
import type { Message, Reply } from '../bots/reply.ts';
import type { LevelDoor } from '../level-door.ts';
import { limits } from '../limits.ts';
import type { ChannelActs } from '../network/channel-acts.ts';
import type { NetworkView, ViewEvents } from '../network/network-view.ts';
import type { ViewUser } from '../network/view-parts.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import type { HeardLine, Uplink } from '../uplink/uplink.ts';
import type { RankFacts } from './actor.ts';
import { Acts, addressMask } from './acts.ts';
import { AlertDesk } from './alert-desk.ts';
import { BadChannels } from './bad-channels.ts';
import { readBan, writeBan } from './ban-wire.ts';
import { CloneWatch } from './clone-watch.ts';
import { Defcon, type DefconRules, OPEN } from './defcon.ts';
import { GagIndex } from './gag-index.ts';
import { GlobalMessages } from './global-messages.ts';
import { type OperatorLists, openLists, type Trust } from './lists.ts';
import { NetworkBans } from './network-bans.ts';
import { NetworkIndex } from './network-index.ts';
import { ReserveDesk } from './reserve-desk.ts';
import { WRITTEN_AT_ONCE } from './sliced.ts';
import type { SearchFacts } from './user-search.ts';

/** What operators have configured; may change with the configuration. */
export interface OpServRules {
  /** Clients of one address that nobody trusts; 0 for any number. */
  readonly untrusted: number;
  /** How long an address is banned from which too many came, in minutes. */
  readonly cloneMinutes: number;
  /** How long BLOCK and TRACE ban where nobody says. */
  readonly blockMinutes: number;
  readonly defcon: DefconRules;
}

/** What main is asked to do with services, or with their configuration. */
export type LifecycleAction = 'reload' | 'restart' | 'stop';

export interface OpServOptions {
  readonly database: Sqlite;
  readonly writes: WriteTurn;
  readonly clock: Clock;
  readonly store: AccountStore;
  readonly profiles: ProfileStore;
  readonly standing: Standing;
  /** The door through which levels change. */
  readonly levels: LevelDoor;
  readonly acts: ChannelActs;
  /** A bot by its nick. */
  readonly bot: (nick: 'OpServ' | 'Global') => Bot;
  /** The network now; null while there is none. */
  readonly uplink: () => Uplink | null;
  readonly tell: (bot: Bot, user: ViewUser, reply: Reply) => void;
  /** Whether a channel belongs to an account. */
  readonly isRegistered: (channel: string) => boolean;
  readonly rules: () => OpServRules;
  readonly lifecycle: (action: LifecycleAction, actor: string, reason: string) => Promise<Outcome<unknown>>;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
}

export class OpServ {
  readonly options: OpServOptions;
  readonly lists: OperatorLists;
  readonly bans: NetworkBans;
  readonly trusts: NetworkIndex<Trust>;
  readonly clones: CloneWatch;
  readonly gags: GagIndex;
  readonly acts: Acts;
  readonly alerts: AlertDesk;
  readonly defcon: Defcon;
  readonly reserves: ReserveDesk;
  readonly badChannels: BadChannels;
  readonly messages: GlobalMessages;
  readonly ranks: RankFacts;
  readonly facts: SearchFacts;
  /** Addresses that were banned because too many came from them. */
  cloneBans = 0;
  #sweep: Timer | null = null;
  #background = 0;
  #closed = false;

  constructor(options: OpServOptions) {
    this.options = options;
    const { database, writes, clock, uplink, log, standing } = options;
    const now = () => clock.now();
    const stored = { database, writes, now };
    this.lists = openLists(stored);
    this.bans = new NetworkBans({
      ...stored,
      log,
      tell: (ban) => {
        const link = uplink();
        const line = link === null ? null : writeBan(link, ban, now());
        if (line !== null) link!.send(line);
      },
    });
    this.trusts = new NetworkIndex(this.lists.trusts);
    this.gags = new GagIndex(this.lists.gags, now);
    this.defcon = new Defcon({
      ...stored,
      clock,
      rules: () => options.rules().defcon,
      view: () => this.view,
      setModes: (channel, on, letters) =>
        options.acts.force(
          channel,
          [...letters].map((letter) => ({ on, letter, argument: '' })),
        ),
      onLevel: (level, by) => this.#saidLevel(level, by),
    });
    this.clones = new CloneWatch({
      clock,
      trusts: this.trusts,
      untrusted: () => this.defcon.sessions ?? options.rules().untrusted,
      warn: (users, text) => this.#warn(users, text),
      ban: (user, clones) => this.#banClones(user, clones),
    });
    this.acts = new Acts({ bans: this.bans, lists: this.lists, uplink, bot: () => this.bot, now });
    const levelOf = (user: ViewUser) => standing.levelOf(user) ?? 0;
    this.ranks = { levelOf, clones: this.clones, trusts: this.trusts };
    this.facts = { clock, levelOf, clonesOf: (user) => this.clones.count(user) };
    this.alerts = new AlertDesk({
      list: this.lists.alerts,
      acts: this.acts,
      ranks: this.ranks,
      clock,
      view: () => this.view,
      clonesOf: this.facts.clonesOf,
      banSeconds: () => this.blockSeconds,
      log,
    });
    this.reserves = new ReserveDesk(this.lists.reserves, uplink);
    this.badChannels = new BadChannels({
      lists: this.lists,
      acts: options.acts,
      bot: () => this.bot,
      clock,
      view: () => this.view,
    });
    this.messages = new GlobalMessages({
      list: this.lists.messages,
      clock,
      uplink,
      bot: () => options.bot('Global'),
      isHelper: (user) => this.#isHelper(user),
      isRegistered: options.isRegistered,
      tell: options.tell,
    });
    this.#later();
  }

  /** OpServ itself. */
  get bot(): Bot {
    return this.options.bot('OpServ');
  }

  get view(): NetworkView | null {
    return this.options.uplink()?.view ?? null;
  }

  /** How long an address is banned where nobody says, in seconds. */
  get blockSeconds(): number {
    return this.options.rules().blockMinutes * 60;
  }

  /** Whether something is under way that no command waits for. */
  get busy(): boolean {
    return this.alerts.busy || this.defcon.busy || this.#background > 0;
  }

  /** Whether bots do not hear somebody. */
  isDeafTo(user: ViewUser): boolean {
    if (this.defcon.isDeafTo(user) || this.gags.of(user) !== null) return true;
    return !user.isOperator && this.bans.against('shun', user) !== null;
  }

  /** What is heard of the network, while there is one. */
  readonly events: ViewEvents = {
    onUser: (user) => {
      const fresh = !user.server.bursting;
      if (user.server === this.view?.me) return;
      this.clones.came(user, fresh);
      if (!fresh) return;
      if (this.defcon.bansNewcomers && !user.isOperator) this.#banNewcomer(user);
      this.alerts.look(user, 'came');
      this.messages.came(user);
    },
    onBurstEnd: () => this.#inBackground(this.clones.countTold()),
    onServerGone: () => this.#inBackground(this.clones.countTold()),
    onUserGone: (user) => this.clones.left(user),
    onNick: (user) => this.alerts.look(user, 'nick'),
    onUserModes: (user, before) => {
      if (user.isOperator && !before.includes('o')) this.messages.becameOperator(user);
    },
    onAccount: (user) => {
      if (user.account === null || user.server.bursting) return;
      this.alerts.look(user, 'account');
      this.messages.loggedIn(user);
    },
    onJoin: (user, channel) => {
      if (user.server === this.view?.me) return;
      this.badChannels.joined(user, channel);
      if (!user.server.bursting) this.alerts.look(user, 'join');
      if (channel.members.size === 1) this.defcon.madeChannel(channel);
    },
  };

  /** The network is to be told what is kept, before users are. */
  *introduced(uplink: Uplink): Generator<void> {
    const now = this.options.clock.now();
    for (const ban of this.bans.kept()) {
      const line = writeBan(uplink, ban, now);
      if (line !== null) uplink.send(line);
      yield;
    }
    this.reserves.bringAll();
  }

  ended(): void {
    this.clones.clear();
  }

  /** Takes up what has come into the tables by another way. */
  async takeUp(): Promise<void> {
    for (const list of Object.values(this.lists)) await list.takeUp();
    await this.bans.takeUp();
  }

  /** The network says something of a ban: where it is older than what is known here, it is set right. */
  heardBan(uplink: Uplink, heard: HeardLine): void {
    const now = this.options.clock.now();
    const said = readBan(uplink, heard, now);
    const newer = said === null ? null : this.bans.hear(said);
    // What a server bursts is set right by what it was told itself.
    if (newer === null || uplink.view.servers.get(heard.line.source)?.bursting === true) return;
    const line = writeBan(uplink, newer, now);
    if (line !== null) uplink.send(line);
  }

  /** Tells all servers of all G-lines and shuns anew, as if they had just been set. @returns how many */
  async refresh(kinds: readonly ('gline' | 'shun')[], by: string): Promise<number> {
    let told = 0;
    for (const kind of kinds) {
      const all = this.bans.inForce(kind);
      for (let at = 0; at < all.length; at += WRITTEN_AT_ONCE) {
        const some = all.slice(at, at + WRITTEN_AT_ONCE);
        const now = this.options.clock.now();
        await Promise.all(
          some.map(({ mask, reason, expiresMs, by: setBy }) =>
            this.bans.set(kind, mask, {
              seconds: Math.ceil((expiresMs - now) / 1_000),
              reason,
              by: setBy === '' ? by : setBy,
            }),
          ),
        );
        told += some.length;
      }
    }
    return told;
  }

  /** Does once what is done now and then: takes away what is over. */
  async sweep(): Promise<void> {
    const { log } = this.options;
    try {
      for (const list of Object.values(this.lists)) await list.sweep();
      await this.bans.sweep();
      await this.defcon.sweep();
      this.reserves.bringAll();
    } catch (error) {
      log('warn', 'opserv_sweep_failed', `Not all that is over could be taken away: ${String(error)}`);
    }
  }

  close(): void {
    this.#closed = true;
    this.#sweep?.cancel();
    this.alerts.close();
    this.badChannels.close();
  }

  #later(): void {
    if (this.#closed) return;
    this.#sweep = this.options.clock.after(limits.opservSweepMs.default, () => {
      this.#background++;
      void this.sweep().finally(() => {
        this.#background--;
        this.#later();
      });
    });
  }

  #isHelper(user: ViewUser): boolean {
    const account = this.options.standing.accountOf(user);
    return account !== null && this.options.profiles.of(account).flags.includes('h');
  }

  #warn(users: ReadonlySet<ViewUser>, text: Message): void {
    for (const user of users) this.options.tell(this.bot, user, text);
  }

  #banClones(user: ViewUser, clones: number): void {
    const { address } = user;
    if (this.bans.holding('gline', addressMask(user)) !== undefined) return;
    this.cloneBans++;
    this.options.log('info', 'clones_banned', `${clones} clients came from ${address}: it is banned`);
    this.acts.tellOperators(
      `${clones} clients are connected from ${address}, which is too many: it is banned.`,
    );
    const seconds = this.options.rules().cloneMinutes * 60;
    this.#inBackground(
      this.acts.banAddress(user, {
        seconds,
        reason: 'Too many connections from one address',
        by: this.bot.nick,
      }),
    );
  }

  #banNewcomer(user: ViewUser): void {
    const reason = 'The network takes no new connections at the moment. Try again later.';
    this.#inBackground(
      this.acts.banAddress(user, {
        seconds: limits.defconBanSeconds.default,
        reason,
        by: this.bot.nick,
      }),
    );
  }

  #inBackground(work: Promise<unknown>): void {
    this.#background++;
    work
      .catch((error: unknown) => {
        this.options.log('warn', 'network_ban_failed', `An address could not be banned: ${String(error)}`);
      })
      .finally(() => this.#background--);
  }

  #saidLevel(level: number, by: string): void {
    const text =
      level === OPEN ? `DEFCON is ${OPEN}: the network is open again (${by})` : `DEFCON is ${level} (${by})`;
    this.options.log('info', 'defcon', text);
    this.acts.tellOperators(text);
  }
}
