/**
 * What becomes of requests by what happens on the network and by time: people who leave or come back, helpers who are gone, requests
 * that have waited for too long, channels on which nobody helps. Called by help-serv.ts.
 */
import type { Clock, Timer } from '../../../kit/clock.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import { fold } from '../../irc/casemapping.ts';
import { said } from '../bots/reply.ts';
import { durationText } from '../chanserv/durations.ts';
import { limits } from '../limits.ts';
import type { NetworkView, ViewEvents } from '../network/network-view.ts';
import type { ViewChannel, ViewUser } from '../network/view-parts.ts';
import type { HelpBot, HelpRequest } from './help-bot.ts';
import { weekOf } from './help-store.ts';
import type { HelpVoice } from './help-voice.ts';
import type { HelpWorld } from './help-world.ts';

export interface HelpWatchOptions {
  readonly world: HelpWorld;
  readonly voice: HelpVoice;
  readonly writes: WriteTurn;
  readonly clock: Clock;
  readonly byChannel: (channel: string) => HelpBot | undefined;
  /** Somebody has joined a channel where that opens a request. */
  readonly ask: (bot: HelpBot, user: ViewUser) => void;
  /** Whether somebody is one of services themselves. */
  readonly isOurs: (user: ViewUser) => boolean;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
}

const DAY_MS = 86_400_000;
/** Who closes what time closes. */
const NOBODY = 'HelpServ';
const GONE = 'whoever asked is gone';

export class HelpWatch {
  readonly events: ViewEvents;
  readonly #options: HelpWatchOptions;
  #timer: Timer | null = null;

  constructor(options: HelpWatchOptions) {
    this.#options = options;
    this.events = {
      onUserGone: (user) => this.#userGone(user),
      onNick: (user, before) => this.#renamed(user, before),
      onAccount: (user) => this.#account(user),
      onJoin: (user, channel) => this.#joined(user, channel),
      onLeave: (user, channel) => this.#left(user, channel),
    };
  }

  start(): void {
    this.#timer = this.#options.clock.after(limits.helpLookMs.default, () => {
      this.#do(this.look());
      this.start();
    });
  }

  close(): void {
    this.#timer?.cancel();
    for (const bot of this.#bots())
      for (const account of [...bot.present.keys()]) this.#gonePresence(bot, account);
  }

  /** All of the network is known: whoever asked before is found again, and who is not there is gone. */
  linked(view: NetworkView): void {
    for (const bot of this.#bots()) {
      const gone: number[] = [];
      for (const request of bot.requests.all()) {
        this.#find(bot, request, view);
        if (request.user === null && !this.#stays(bot, request)) gone.push(request.number);
      }
      this.#do(this.#options.world.desk.closeMany(bot, gone, NOBODY, GONE));
    }
  }

  /** Nobody is known any more; what people asked stays. */
  ended(): void {
    for (const bot of this.#bots()) {
      for (const request of bot.requests.all()) bot.requests.setUser(request, null);
      for (const account of [...bot.present.keys()]) this.#gonePresence(bot, account);
    }
  }

  /** A bot helps on another channel. */
  moved(bot: HelpBot): void {
    for (const account of [...bot.present.keys()]) this.#gonePresence(bot, account);
    this.#lookAround(bot);
  }

  /** Who helps and is on the channel, those included who were there before they did. */
  #lookAround(bot: HelpBot): void {
    const channel = this.#options.world.view()?.findChannel(bot.channel);
    for (const user of channel?.members.keys() ?? []) this.#arrived(bot, user);
  }

  /** Something of an account has changed, its name perhaps, or that there is one. */
  accountChanged(account: string): void {
    const { desk } = this.#options.world;
    for (const bot of this.#bots()) {
      const { requests, staff } = bot;
      const concerned =
        staff.has(fold(account)) ||
        requests.ofAccount(account).size > 0 ||
        requests.ofHelper(account).size > 0;
      if (!concerned) continue;
      staff.clear();
      for (const member of desk.store.staff(bot.key)) staff.set(fold(member.account), member);
      const gone: number[] = [];
      for (const row of desk.store.open(bot.key)) {
        const request = requests.byNumber(row.number);
        if (request === undefined) continue;
        if (request.account !== row.account) requests.setAccount(request, row.account);
        if (request.helper !== row.helper) requests.assign(request, row.helper);
        if (request.user === null && row.account === null) gone.push(row.number);
      }
      this.#do(desk.closeMany(bot, gone, NOBODY, 'the account is gone'));
    }
  }

  /** What is due by time, once. */
  async look(): Promise<void> {
    const { world, writes, clock } = this.#options;
    const now = world.now();
    for (const bot of this.#bots()) {
      this.#lookAround(bot);
      await this.#closeOld(bot, now);
      this.#whine(bot, now, clock.monotonic());
      this.#sayEmpty(bot, clock.monotonic());
    }
    await writes.write(() => {
      world.desk.store.forgetClosed(limits.helpClosedDays.default * DAY_MS);
      world.desk.store.forgetWeeks(weekOf(now) - limits.helpWeeks.default + 1);
    });
  }

  async #closeOld(bot: HelpBot, now: number): Promise<void> {
    const { waitMost, idleMost } = bot.settings;
    const { desk } = this.#options.world;
    const waited: number[] = [];
    const idle: number[] = [];
    for (const { number, helper, opened, updated } of bot.requests.all()) {
      if (waitMost > 0 && helper === null && now - opened >= waitMost * 1_000) waited.push(number);
      else if (idleMost > 0 && now - updated >= idleMost * 1_000) idle.push(number);
    }
    await desk.closeMany(bot, waited, NOBODY, `nobody has picked it up within ${durationText(waitMost)}`);
    await desk.closeMany(bot, idle, NOBODY, `nothing was heard of it for ${durationText(idleMost)}`);
  }

  #whine(bot: HelpBot, now: number, nowMs: number): void {
    const { whineDelay, whineInterval } = bot.settings;
    const oldest = bot.requests.next;
    if (whineDelay === 0 || oldest === null || now - oldest.opened < whineDelay * 1_000) return;
    const again = whineInterval === 0 ? Number.POSITIVE_INFINITY : whineInterval * 1_000;
    if (nowMs - bot.whinedMs < again) return;
    bot.whinedMs = nowMs;
    const age = durationText((now - oldest.opened) / 1_000);
    this.#options.voice.page(
      bot,
      'alert',
      said`${bot.requests.waiting} requests wait on ${bot.channel}, the oldest (${oldest.number}, ${oldest.nick}) for ${age}.`,
    );
  }

  #sayEmpty(bot: HelpBot, nowMs: number): void {
    const { emptyInterval } = bot.settings;
    // Whoever is on trial helps along, and is not enough alone.
    const isStaffed = [...bot.present.keys()].some((account) => {
      const role = bot.staffRole(account);
      return role !== null && role !== 'trial';
    });
    if (emptyInterval === 0 || isStaffed || nowMs - bot.emptyMs < emptyInterval * 1_000) return;
    bot.emptyMs = nowMs;
    this.#options.voice.page(bot, 'alert', said`Nobody who helps is on ${bot.channel}.`);
  }

  // People

  #userGone(user: ViewUser): void {
    for (const bot of this.#bots()) {
      const request = bot.requests.ofUser(user);
      if (request !== undefined) this.#askerGone(bot, request);
      if (user.account === null || bot.staffRole(user.account) === null) continue;
      if (bot.settings.helperPersist === 'quit' && this.#isOffline(user.account))
        for (const held of [...bot.requests.ofHelper(user.account)])
          this.#do(this.#options.world.desk.unassign(bot, held));
    }
  }

  /** A request is on the disk: whoever asked may have left meanwhile, which nobody knew to be about one then. */
  opened(bot: HelpBot, request: HelpRequest, user: ViewUser): void {
    if (user.gone) this.#askerGone(bot, request);
    else if (bot.settings.reqPersist === 'part' && !bot.isOnChannel(user)) this.#closeLeft(bot, request);
  }

  #closeLeft(bot: HelpBot, { number }: HelpRequest): void {
    const { desk } = this.#options.world;
    this.#do(desk.closeMany(bot, [number], NOBODY, 'whoever asked has left the channel'));
  }

  #askerGone(bot: HelpBot, request: HelpRequest): void {
    const { voice, world } = this.#options;
    bot.requests.setUser(request, null);
    if (this.#stays(bot, request)) {
      voice.notify(
        bot,
        request,
        'userchanges',
        said`${request.nick} of request ${request.number} has left the network.`,
      );
      return;
    }
    this.#do(world.desk.closeMany(bot, [request.number], NOBODY, GONE));
  }

  /** Whether a request stays while whoever asked is not on the network. */
  #stays({ settings }: HelpBot, { account }: HelpRequest): boolean {
    return account !== null && settings.reqPersist === 'close';
  }

  #isOffline(account: string): boolean {
    return (this.#options.world.view()?.loggedIn(account).size ?? 0) === 0;
  }

  #renamed(user: ViewUser, before: string): void {
    const { voice, world } = this.#options;
    for (const bot of this.#bots()) {
      const request = bot.requests.ofUser(user);
      if (request === undefined) continue;
      this.#do(world.desk.renamed(bot, request, user.nick));
      voice.notify(
        bot,
        request,
        'userchanges',
        said`${before} of request ${request.number} is called ${user.nick} now.`,
      );
    }
  }

  /** Somebody has logged in: what they asked before is theirs again, or is their account's from now on. */
  #account(user: ViewUser): void {
    const { voice, world } = this.#options;
    for (const bot of this.#bots()) {
      // Read where there are bots alone: many come with an account in a burst.
      const account = world.standing.accountOf(user)?.name;
      if (account === undefined) return;
      const own = bot.requests.ofUser(user);
      if (own === undefined) this.#comeBack(bot, user, account);
      else if (own.account === null)
        this.#do(
          world.desk.loggedIn(bot, own, account).then((taken) => {
            if (taken)
              voice.notify(
                bot,
                own,
                'accountchanges',
                said`${user.nick} of request ${own.number} is logged in to ${account}.`,
              );
          }),
        );
      if (bot.isOnChannel(user)) this.#arrived(bot, user);
    }
  }

  #comeBack(bot: HelpBot, user: ViewUser, account: string): void {
    const { voice } = this.#options;
    const [request] = bot.requests.ofAccount(account);
    if (request === undefined || request.user !== null) return;
    this.#bind(bot, request, user);
    voice.tell(
      bot,
      user,
      [said`Your request ${request.number} is still open; ${'@SHOWREQ'} shows it.`],
      true,
    );
    voice.notify(bot, request, 'userchanges', said`${user.nick} of request ${request.number} is here.`);
  }

  #bind(bot: HelpBot, request: HelpRequest, user: ViewUser): void {
    bot.requests.setUser(request, user);
    if (fold(request.nick) !== fold(user.nick))
      this.#do(this.#options.world.desk.renamed(bot, request, user.nick));
  }

  /** Whoever asked before services, or the link, were gone for a while. */
  #find(bot: HelpBot, request: HelpRequest, view: NetworkView): void {
    if (request.account !== null) {
      const [user] = view.loggedIn(request.account);
      if (user !== undefined && bot.requests.ofUser(user) === undefined) this.#bind(bot, request, user);
      return;
    }
    const user = view.byNick(request.nick);
    if (user !== undefined && `${user.username}@${user.host}` === request.host)
      bot.requests.setUser(request, user);
  }

  #joined(user: ViewUser, channel: ViewChannel): void {
    const bot = this.#options.byChannel(channel.name);
    if (bot === undefined || this.#options.isOurs(user)) return;
    this.#arrived(bot, user);
    if (user.server.bursting || bot.isSuspended(this.#options.world.now())) return;
    if (bot.roleOf(user, this.#options.world.standing) !== null) return;
    const { greeting, reqOnJoin } = bot.settings;
    if (greeting !== null) this.#options.voice.tell(bot, user, [said`${greeting}`], true);
    if (reqOnJoin && bot.requests.ofUser(user) === undefined) this.#options.ask(bot, user);
  }

  #left(user: ViewUser, channel: ViewChannel): void {
    const bot = this.#options.byChannel(channel.name);
    if (bot === undefined) return;
    const { desk } = this.#options.world;
    const request = bot.requests.ofUser(user);
    if (request !== undefined && bot.settings.reqPersist === 'part') this.#closeLeft(bot, request);
    const { account } = user;
    if (account === null || bot.staffRole(account) === null || this.#isOn(channel, account)) return;
    this.#gonePresence(bot, account);
    if (bot.settings.helperPersist !== 'part') return;
    for (const held of [...bot.requests.ofHelper(account)]) this.#do(desk.unassign(bot, held));
  }

  /** Whether somebody else of an account is on a channel. */
  #isOn(channel: ViewChannel, account: string): boolean {
    for (const user of this.#options.world.view()?.loggedIn(account) ?? [])
      if (channel.members.has(user)) return true;
    return false;
  }

  #arrived(bot: HelpBot, user: ViewUser): void {
    if (bot.roleOf(user, this.#options.world.standing) === null) return;
    const key = fold(user.account!);
    if (!bot.present.has(key)) bot.present.set(key, this.#options.clock.monotonic());
  }

  #gonePresence(bot: HelpBot, account: string): void {
    const { clock, world, writes } = this.#options;
    const since = bot.present.get(fold(account));
    bot.present.delete(fold(account));
    if (since === undefined) return;
    const seconds = Math.floor((clock.monotonic() - since) / 1_000);
    if (seconds > 0)
      this.#do(writes.write(() => world.desk.store.count(bot.key, account, 'present', seconds)));
  }

  #bots(): Iterable<HelpBot> {
    return this.#options.world.bots.values();
  }

  /** What nobody waits for. */
  #do(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#options.log('warn', 'help_not_written', error instanceof Error ? error.message : String(error));
    });
  }
}
