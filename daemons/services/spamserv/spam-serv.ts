/**
 * SpamServ: looks at what is said on the channels that it is on, warns whoever spams, floods, shouts, swears or advertises, and throws
 * out who goes on. What is found of a line is spam-judge.ts; what is done about it is here.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../../kit/clock.ts';
import type { AccountKeeper } from '../../identity/account-keeper.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import { fold } from '../../irc/casemapping.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import type { Bot, BotSpec } from '../bots/bot-roster.ts';
import { CTCP, killUser } from '../bots/command-desk.ts';
import { type CommandTable, commandTable } from '../bots/command-table.ts';
import { phrase, type Reply, said } from '../bots/reply.ts';
import type { ServiceBot } from '../bots/service-bot.ts';
import { maskOfUser } from '../chanserv/ban-masks.ts';
import type { ChanServ } from '../chanserv/chan-serv.ts';
import { type ChanWorld, levelOn } from '../chanserv/chan-world.ts';
import { banChange } from '../chanserv/guard.ts';
import type { RegisteredChannel } from '../chanserv/registered-channel.ts';
import { limits } from '../limits.ts';
import type { ViewEvents } from '../network/network-view.ts';
import type { ViewChannel, ViewUser } from '../network/view-parts.ts';
import { sliced } from '../opserv/sliced.ts';
import type { Uplink } from '../uplink/uplink.ts';
import { spamCommands } from './spam-commands.ts';
import { judgeJoin, judgeLine, type Verdict } from './spam-judge.ts';
import { SpamMemory } from './spam-memory.ts';
import type { Offence, Reaction } from './spam-settings.ts';
import { type SpamChannel, SpamStore } from './spam-store.ts';

export const SPAMSERV: BotSpec = { nick: 'SpamServ', realname: 'Keeps channels free of spam' };

export interface SpamServOptions {
  readonly database: Sqlite;
  readonly writes: WriteTurn;
  readonly clock: Clock;
  readonly keeper: AccountKeeper;
  readonly chanServ: ChanServ;
  readonly bot: () => Bot;
  readonly uplink: () => Uplink | null;
  readonly tell: (bot: Bot, user: ViewUser, reply: Reply) => void;
}

/** Channels that are taken up in one turn of the loop: a millisecond or two. */
const TAKEN_UP_AT_ONCE = 64;

/** What somebody is told that they do. */
const WHAT: Readonly<Record<Offence, string>> = {
  repeat: 'saying the same again and again',
  flood: 'so many lines at once',
  joins: 'joining again and again',
  words: 'such words',
  advertisement: 'advertisements',
  caps: 'writing in capitals',
};

export class SpamServ implements ServiceBot {
  readonly spec = SPAMSERV;
  readonly table: CommandTable;
  readonly events: ViewEvents;
  readonly store: SpamStore;
  readonly #options: SpamServOptions;
  readonly #world: ChanWorld;
  readonly #memory = new SpamMemory<ViewUser, SpamChannelKey>();
  /** One object for each channel, as the memory knows it. */
  readonly #keys = new Map<string, SpamChannelKey>();
  readonly #counts = { lines: 0, warned: 0, acted: 0 };

  constructor(options: SpamServOptions) {
    const { database, writes, clock, keeper, chanServ, bot, tell } = options;
    this.#options = options;
    this.#world = { ...chanServ.world, bot, tell: (user, reply) => tell(bot(), user, reply) };
    this.store = new SpamStore(database, () => clock.now());
    this.table = commandTable(
      SPAMSERV.nick,
      spamCommands({
        channels: this.#world,
        store: this.store,
        writes,
        changed: (channel) => this.#changed(channel),
        counts: () => ({ ...this.#counts, remembered: this.#memory.size }),
      }),
    );
    this.events = {
      onUserGone: (user) => this.#memory.forgetUser(user),
      onJoin: (user, view) => this.#joined(user, view),
      onKick: (view, victim) => {
        if (victim.numeric === bot().numeric && this.store.get(view.name) !== undefined)
          this.#changed(view.name);
      },
    };
    keeper.onNews((news) => {
      if (news.kind === 'channelGone') this.#read(news.channel);
      // One that is called so from now on, or has what was kept of another.
      if (news.kind === 'channel' && this.store.get(news.registration.channel) === undefined)
        this.#read(news.registration.channel);
    });
  }

  introduced(): Iterable<void> {
    return this.#entering();
  }

  linked(uplink: Uplink): void {
    this.#enterAll(uplink);
  }

  returned(uplink: Uplink): void {
    this.#enterAll(uplink);
  }

  ended(): void {
    this.#memory.clear();
  }

  /** Channels that have come into the tables by another way. */
  async takeUp(): Promise<void> {
    this.store.reload(null);
    for (const [index, key] of this.store.arrived().entries()) {
      this.store.reload(key);
      this.#changed(key);
      if (index % TAKEN_UP_AT_ONCE === TAKEN_UP_AT_ONCE - 1) await nextTurn();
    }
  }

  heard(_uplink: Uplink, user: ViewUser, view: ViewChannel, text: string): void {
    const kept = this.store.get(view.name);
    if (kept === undefined) return;
    const channel = this.#channelOf(view, user);
    if (channel === undefined || !view.members.has(user)) return;
    // What somebody does is said as well; other CTCP is the business of ChanServ.
    const said = text.startsWith(`${CTCP}ACTION `) ? text.slice(8).replace(CTCP, '') : text;
    if (said.startsWith(CTCP) || this.#isLetAlone(kept, user)) return;
    this.#counts.lines++;
    const level = levelOn(this.#world, channel, user);
    const verdict = judgeLine(
      {
        settings: kept.settings,
        badWords: kept.bad,
        exceptions: kept.exception,
        isChannel: (name) => this.#isOther(view, name),
      },
      this.#memory.record(user, this.#keyOf(kept)),
      said,
      level,
      this.#options.clock.monotonic(),
    );
    if (verdict !== null) this.#act(channel, view, user, verdict);
  }

  #joined(user: ViewUser, view: ViewChannel): void {
    const kept = this.store.get(view.name);
    if (kept === undefined || !this.#world.acts.isLinked || user.server.bursting) return;
    const channel = this.#channelOf(view, user);
    if (channel === undefined || this.#isLetAlone(kept, user)) return;
    const level = levelOn(this.#world, channel, user);
    const record = this.#memory.record(user, this.#keyOf(kept));
    const verdict = judgeJoin(kept, record, level, this.#options.clock.monotonic());
    if (verdict !== null) this.#act(channel, view, user, verdict);
  }

  /** A channel that is looked at, for somebody who is none of services. */
  #channelOf(view: ViewChannel, user: ViewUser): RegisteredChannel | undefined {
    const channel = this.#world.registry.get(view.name);
    if (channel === undefined || channel.suspendedAt(this.#options.clock.now())) return undefined;
    return this.#world.acts.isOurs(user) ? undefined : channel;
  }

  #isLetAlone(kept: SpamChannel, user: ViewUser): boolean {
    if (user.isOperator) return true;
    const account = this.#world.standing.accountOf(user);
    return account !== null && this.store.isTrusted(kept, account.id);
  }

  /** A channel that is there, and another one than this. */
  #isOther(view: ViewChannel, name: string): boolean {
    const found = this.#world.view()?.findChannel(name);
    return found !== undefined && found !== view;
  }

  #keyOf({ key }: SpamChannel): SpamChannelKey {
    let found = this.#keys.get(key);
    if (found === undefined) {
      found = { key };
      this.#keys.set(key, found);
    }
    return found;
  }

  #act(channel: RegisteredChannel, view: ViewChannel, user: ViewUser, { offence, reaction }: Verdict): void {
    const what = WHAT[offence];
    if (reaction === null) {
      this.#counts.warned++;
      this.#world.tell(user, said`This is a warning: ${phrase(what)} is not welcome on ${channel.name}.`);
      return;
    }
    this.#counts.acted++;
    REACT[reaction](this.#options, this.#world, channel, view, user, `${what} is not welcome here`);
  }

  /** Whatever is kept of a channel may be otherwise than it was. */
  #read(name: string): void {
    const was = this.store.get(name) !== undefined;
    if ((this.store.reload(fold(name)) !== null) !== was) this.#changed(name);
  }

  /** SpamServ comes to a channel, or leaves it. */
  #changed(name: string): void {
    const { acts, registry, view } = this.#world;
    const kept = this.store.get(name);
    const channel = registry.get(name);
    if (kept !== undefined && channel !== undefined) {
      acts.join(this.#options.bot(), channel.name, Math.floor(channel.created / 1_000));
      return;
    }
    const there = view()?.findChannel(name);
    if (there !== undefined) acts.part(this.#options.bot(), there, 'Spam is not looked for here any more');
    this.#keys.delete(fold(name));
  }

  #enterAll(uplink: Uplink): void {
    void sliced(
      this.#options.clock,
      this.#entering(),
      () => true,
      () => uplink.state === 'linked',
    );
  }

  /** A channel is a step. */
  *#entering(): Generator<void> {
    for (const { key } of [...this.store.all()]) {
      this.#changed(key);
      yield;
    }
  }
}

/** A channel, as an object. */
interface SpamChannelKey {
  readonly key: string;
}

type React = (
  options: SpamServOptions,
  world: ChanWorld,
  channel: RegisteredChannel,
  view: ViewChannel,
  user: ViewUser,
  why: string,
) => void;

const REACT: Readonly<Record<Reaction, React>> = {
  kick: (_options, { acts, bot }, _channel, view, user, why) => acts.kick(bot(), view, user, why),
  kickban: (_options, world, _channel, view, user, why) => {
    world.acts.modes(world.bot(), view, [banChange(true, maskOfUser(user))]);
    world.acts.kick(world.bot(), view, user, why);
  },
  'short ban': (_options, world, channel, view, user, why) =>
    keepOut(world, channel, view, user, why, limits.spamShortBanSeconds.default),
  'long ban': (_options, world, channel, view, user, why) =>
    keepOut(world, channel, view, user, why, limits.spamLongBanSeconds.default),
  kill: ({ uplink }, _world, _channel, _view, user, why) => {
    const link = uplink();
    if (link !== null) killUser(link, user, why);
  },
};

/** Out, and on the list of those whom ChanServ keeps out, for a while. */
function keepOut(
  world: ChanWorld,
  channel: RegisteredChannel,
  view: ViewChannel,
  user: ViewUser,
  why: string,
  seconds: number,
): void {
  const { acts, bot, registry, clock } = world;
  const mask = maskOfUser(user);
  if (!view.bans.has(mask)) acts.modes(bot(), view, [banChange(true, mask)]);
  acts.kick(bot(), view, user, why);
  const until = clock.now() + seconds * 1_000;
  if (channel.lamers.length >= limits.lamersPerChannel.default) {
    // There is no room on the list: the ban alone, and no longer than that.
    world.times.set(`spam ${channel.key} ${mask}`, until, () => {
      const now = world.view()?.findChannel(channel.name);
      if (now?.bans.has(mask) === true) acts.modes(bot(), now, [banChange(false, mask)]);
    });
    return;
  }
  const add = () => registry.rows.addLamer(channel.key, mask, SPAMSERV.nick, until, why);
  // What cannot be written, or is of a channel that belongs to nobody any more, ends with the ban of the channel.
  registry.change(channel.name, 'settings', add).catch(() => {});
}
