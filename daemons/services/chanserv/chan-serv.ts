/**
 * ChanServ: keeps the channels that belong to accounts. It is on each of them, from the burst on; who comes in, what they change and
 * what they say is looked at here, and left to `welcome.ts`, `guard.ts` and the table of commands.
 */
import type { Clock } from '../../../kit/clock.ts';
import type { AccountKeeper } from '../../identity/account-keeper.ts';
import { ChannelStore } from '../../identity/store/channel-store.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import { KIND_LIMITS } from '../../irc/p10/kinds.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import type { Standing } from '../authserv/standing.ts';
import type { Bot, BotSpec } from '../bots/bot-roster.ts';
import type { CommandDesk } from '../bots/command-desk.ts';
import { type CommandTable, commandTable } from '../bots/command-table.ts';
import type { Reply } from '../bots/reply.ts';
import type { ServiceBot } from '../bots/service-bot.ts';
import type { ChannelActs } from '../network/channel-acts.ts';
import type { ViewEvents } from '../network/network-view.ts';
import type { ViewChannel, ViewUser } from '../network/view-parts.ts';
import { sliced } from '../opserv/sliced.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import type { Uplink } from '../uplink/uplink.ts';
import { chanServRows } from './chan-commands.ts';
import { isAboutChannel } from './chan-row.ts';
import { accessOf, type ChannelRules, type ChanWorld, levelOn } from './chan-world.ts';
import { ChannelRegistry } from './channel-registry.ts';
import { ChannelRows } from './channel-store.ts';
import { CTCP, reactToCtcp } from './ctcp.ts';
import { DueTimes } from './due-times.ts';
import { Guard } from './guard.ts';
import { lockChanges } from './mode-lock.ts';
import type { RegisteredChannel } from './registered-channel.ts';
import { Upkeep } from './upkeep.ts';
import { Welcome } from './welcome.ts';

export const CHANSERV: BotSpec = { nick: 'ChanServ', realname: 'Channels of the network' };

export interface ChanServOptions {
  readonly database: Sqlite;
  readonly writes: WriteTurn;
  readonly clock: Clock;
  readonly keeper: AccountKeeper;
  readonly profiles: ProfileStore;
  readonly standing: Standing;
  readonly acts: ChannelActs;
  readonly commands: CommandDesk;
  readonly rules: () => ChannelRules;
  readonly bot: () => Bot;
  readonly uplink: () => Uplink | null;
  readonly tell: (bot: Bot, user: ViewUser, reply: Reply) => void;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
}

export class ChanServ implements ServiceBot {
  readonly spec = CHANSERV;
  readonly table: CommandTable;
  readonly events: ViewEvents;
  readonly registry: ChannelRegistry;
  readonly world: ChanWorld;
  readonly #options: ChanServOptions;
  readonly #welcome: Welcome;
  readonly #guard: Guard;
  readonly upkeep: Upkeep;

  constructor(options: ChanServOptions) {
    const { database, writes, clock, keeper, acts, log } = options;
    this.#options = options;
    const now = () => clock.now();
    const rows = new ChannelRows(database, now);
    this.registry = new ChannelRegistry(rows, writes, (channel) => keeper.channels.hasChanged(channel));
    this.world = {
      registry: this.registry,
      channels: new ChannelStore(database, keeper.store, now),
      store: keeper.store,
      profiles: options.profiles,
      standing: options.standing,
      acts,
      times: new DueTimes(clock),
      clock,
      rules: options.rules,
      bot: options.bot,
      view: () => options.uplink()?.view ?? null,
      modeChanges: (lock, view) =>
        lockChanges(lock, view, KIND_LIMITS[options.uplink()?.kind ?? 'ircu'].flags),
      drop: (channel) => keeper.answerers().dropChannel({ channel, by: null }) as Promise<unknown>,
      tellGone: (channel) => keeper.channels.ended({ founded: [channel], accessed: [] }),
      settle: (channel, view, everybody) => this.#welcome.settle(channel, view, everybody),
      tell: (user, reply) => options.tell(options.bot(), user, reply),
    };
    this.#welcome = new Welcome(this.world);
    this.#guard = new Guard(this.world);
    this.upkeep = new Upkeep(this.world, (what, error) =>
      log(
        'error',
        'channel_upkeep_failed',
        `${what}: ${error instanceof Error ? error.message : String(error)}`,
      ),
    );
    this.table = commandTable(CHANSERV.nick, chanServRows(this.world, this.upkeep));
    this.events = this.#viewEvents();
    this.registry.events = {
      onChanged: (channel, before) => this.#changed(channel, before),
      onGone: (channel) => this.#gone(channel),
    };
    keeper.onNews((news) => this.registry.hear(news));
    for (const channel of this.registry.all()) this.upkeep.changed(channel, undefined);
    this.upkeep.startExpiry();
  }

  *introduced(): Generator<void> {
    for (const channel of this.registry.all()) {
      this.#enter(channel);
      yield;
    }
  }

  linked(uplink: Uplink): void {
    void this.#settleAll(uplink);
  }

  returned(uplink: Uplink): void {
    void this.#settleAll(uplink);
  }

  close(): void {
    void this.#welcome.save(Number.POSITIVE_INFINITY);
    this.world.times.clear();
  }

  heard(uplink: Uplink, user: ViewUser, view: ViewChannel, text: string, isNotice: boolean): void {
    const channel = this.registry.get(view.name);
    if (channel === undefined || channel.suspendedAt(this.#options.clock.now())) return;
    if (text.startsWith(CTCP)) {
      reactToCtcp(this.world, channel, view, user, text);
      return;
    }
    if (isNotice || !view.members.has(user)) return;
    const command = this.#commandIn(text, channel);
    if (command === null || levelOn(this.world, channel, user) < channel.settings.pubCmd) return;
    this.#options.commands.hear(uplink, this.#options.bot(), user, command);
  }

  /** What somebody says on a channel, as they would say it to ChanServ; null for what is not said to it. */
  #commandIn(text: string, { name }: RegisteredChannel): string | null {
    const { trigger } = this.#options.rules();
    const called = /^chanserv[:,]? +(.*)$/i.exec(text)?.[1];
    const said = trigger !== '' && text.startsWith(trigger) ? text.slice(trigger.length) : called;
    if (said === undefined) return null;
    const [word = '', ...rest] = said.split(' ');
    const row = this.table.get(word.toUpperCase());
    if (row === undefined || row.name === 'HELP') return null;
    const named = rest[0]?.startsWith('#') === true;
    return [word, ...(isAboutChannel(row) && !named ? [name] : []), ...rest].join(' ');
  }

  #viewEvents(): ViewEvents {
    const of = (view: ViewChannel) => this.registry.get(view.name);
    return {
      onJoin: (user, view) => {
        const channel = of(view);
        if (channel === undefined) return;
        // What is told while servers link is looked at when all of it is known.
        if (this.#options.acts.isLinked && !user.server.bursting) {
          this.#welcome.joined(channel, view, user, true);
          this.upkeep.crowdChanged(channel);
        }
      },
      onLeave: (user, view) => {
        const channel = of(view);
        if (channel === undefined) return;
        this.#welcome.left(channel, user);
        this.upkeep.crowdChanged(channel);
      },
      onModes: (view, by, changes) => {
        const channel = of(view);
        if (channel !== undefined) this.#guard.modes(channel, view, by, changes);
      },
      onKick: (view, victim, by) => {
        const channel = of(view);
        if (channel === undefined) return;
        if (victim.numeric === this.#options.bot().numeric) this.#enter(channel);
        else this.#guard.kicked(channel, view, victim, by);
      },
      onTopic: (view, by, before) => {
        const channel = of(view);
        if (channel !== undefined) this.#guard.topic(channel, view, by, before);
      },
      onOlder: (view) => {
        const channel = of(view);
        // ChanServ is operator again; everything else when all is known.
        if (channel !== undefined && this.#options.acts.isLinked) this.#enter(channel);
      },
      onAccount: (user) => {
        if (user.account !== null && this.#options.acts.isLinked && !user.server.bursting)
          this.#loggedIn(user);
      },
    };
  }

  /** Somebody has logged in: they have what is due to them where they are, and come in where they want to. */
  #loggedIn(user: ViewUser): void {
    const { acts, bot, clock } = this.#options;
    for (const view of user.channels ?? []) {
      const channel = this.registry.get(view.name);
      if (channel !== undefined) this.#welcome.joined(channel, view, user, false);
    }
    for (const channel of this.registry.of(user.account!)) {
      const wants = channel.user(user.account!);
      if (wants?.autoJoin !== true && wants?.autoInvite !== true) continue;
      const access = accessOf(this.world, channel, user);
      const view = this.world.view()?.findChannel(channel.name);
      if (access === null || view === undefined || view.members.has(user)) continue;
      if (channel.suspendedAt(clock.now()) || access.level < channel.settings.inviteMe) continue;
      if (access.autoJoin) acts.bring(bot(), user, view);
      else if (access.autoInvite) acts.invite(bot(), view, user);
    }
  }

  #changed(channel: RegisteredChannel, before: RegisteredChannel | undefined): void {
    this.upkeep.changed(channel, before);
    const now = this.#options.clock.now();
    if (channel.suspendedAt(now)) {
      const view = this.world.view()?.findChannel(channel.name);
      if (view !== undefined) this.#options.acts.part(this.#options.bot(), view, channel.suspension!.reason);
      return;
    }
    const view = this.#enter(channel);
    if (view === null || !this.#options.acts.isLinked) return;
    if (before?.settings.modes !== channel.settings.modes) this.#guard.lock(channel, view);
    if (before?.settings.banTimeout !== channel.settings.banTimeout) this.#guard.bansFound(channel, view);
    if (before === undefined || before.suspension !== null) this.#welcome.settle(channel, view, false);
    else this.#settleChanged(channel, before, view);
  }

  /** Those whose access has changed have what is due to them now, and no more of what was due by it. */
  #settleChanged(channel: RegisteredChannel, before: RegisteredChannel, view: ViewChannel): void {
    const changed = new Set<string>();
    for (const [account, user] of before.users) {
      const next = channel.users.get(account);
      if (next === undefined || next.level !== user.level || next.suspendedUntil !== user.suspendedUntil)
        changed.add(account);
    }
    for (const account of channel.users.keys()) if (!before.users.has(account)) changed.add(account);
    for (const account of changed)
      for (const user of this.world.view()?.loggedIn(account) ?? [])
        if (view.members.has(user)) this.#welcome.regrade(channel, before, view, user);
  }

  #gone(channel: RegisteredChannel): void {
    this.upkeep.gone(channel);
    const view = this.world.view()?.findChannel(channel.name);
    if (view !== undefined)
      this.#options.acts.part(this.#options.bot(), view, `${channel.name} is not registered any more`);
  }

  #enter(channel: RegisteredChannel): ViewChannel | null {
    const { acts, bot, clock } = this.#options;
    if (channel.suspendedAt(clock.now())) return null;
    return acts.join(bot(), channel.name, Math.floor(channel.created / 1_000));
  }

  /** Everything is known of the network: every channel is as it should be, a slice at a time. */
  async #settleAll(uplink: Uplink): Promise<void> {
    const { clock } = this.#options;
    const steps = this.#settling();
    const goesOn = () => uplink.state === 'linked';
    await sliced(clock, steps, () => true, goesOn);
  }

  /** Each member of each channel is a step. */
  *#settling(): Generator<void> {
    const { acts, bot } = this.#options;
    for (const { key } of [...this.registry.all()]) {
      const channel = this.registry.get(key);
      const view = channel === undefined ? null : this.#enter(channel);
      yield;
      if (channel === undefined || view === null) continue;
      for (const user of [...view.members.keys()]) {
        // Whatever has changed meanwhile: the channel is another one where something of it was written.
        const now = this.registry.get(key);
        if (now !== undefined && view.members.has(user)) this.#welcome.joined(now, view, user, false);
        yield;
      }
      const now = this.registry.get(key);
      if (now === undefined || view.members.size === 0) continue;
      this.#guard.lock(now, view);
      this.#guard.bansFound(now, view);
      if (view.topic === '') acts.topic(bot(), view, now.settings.defaultTopic);
      this.upkeep.crowdChanged(now);
    }
  }
}
