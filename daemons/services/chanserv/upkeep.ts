/**
 * What happens on channels by itself: access, lamers and suspensions that end, topics and status that are brought back, limits that
 * follow the crowd, channels that nobody visits. Each is one due time; nothing looks around.
 */
import type { LinkModeChange } from '../../irc/p10/mode-line.ts';
import { limits } from '../limits.ts';
import type { ViewChannel } from '../network/view-parts.ts';
import { dropAccess, writeAccess, writeQuiet } from './access-writes.ts';
import { type ChanWorld, onNetwork } from './chan-world.ts';
import { spanMs } from './channel-settings.ts';
import { banChange } from './guard.ts';
import type { RegisteredChannel } from './registered-channel.ts';

const DAY_MS = 86_400_000;

export class Upkeep {
  readonly #world: ChanWorld;
  readonly #onFailure: (what: string, error: unknown) => void;

  constructor(world: ChanWorld, onFailure: (what: string, error: unknown) => void) {
    this.#world = world;
    this.#onFailure = onFailure;
  }

  /** A channel is known, or otherwise than before: what is due of it is set anew. */
  changed(channel: RegisteredChannel, before: RegisteredChannel | undefined): void {
    const { times } = this.#world;
    const next = nextEnd(channel);
    const key = `end ${channel.key}`;
    if (next === null) times.cancel(key);
    else times.set(key, next, () => this.#end(channel.key));
    this.#every('topic', channel, before, 'topicRefresh', (view) => this.refreshTopic(channel.key, view));
    this.#every('resync', channel, before, 'resync', (view) => {
      const now = this.#world.registry.get(channel.key);
      if (now !== undefined) this.#world.settle(now, view, true);
    });
    if (before?.settings.dynLimit !== channel.settings.dynLimit) this.crowdChanged(channel);
  }

  gone(channel: RegisteredChannel): void {
    const { times } = this.#world;
    for (const kind of ['end', 'topic', 'resync', 'limit']) times.cancel(`${kind} ${channel.key}`);
  }

  /** People come or go: the limit follows in a while, once for all of them. */
  crowdChanged(channel: RegisteredChannel): void {
    if (channel.settings.dynLimit === 0) return;
    const { times, clock } = this.#world;
    const key = `limit ${channel.key}`;
    if (times.has(key)) return;
    times.set(key, clock.now() + limits.dynLimitMs.default, () => this.#limit(channel.key));
  }

  /** The default topic is there again, where there is one. */
  refreshTopic(key: string, view: ViewChannel): void {
    const { registry, acts, bot } = this.#world;
    const topic = registry.get(key)?.settings.defaultTopic ?? '';
    if (topic !== '') acts.topic(bot(), view, topic);
  }

  /** Looks once a day which channels nobody visits; sets itself for the next. */
  startExpiry(): void {
    const { times, clock } = this.#world;
    times.set('expire', clock.now() + DAY_MS, () => {
      this.#run('expire', async () => {
        await this.expire();
      });
      this.startExpiry();
    });
  }

  /** Ends the channels that nobody has visited for as long as the rules say; answers which. */
  async expire(): Promise<string[]> {
    const { rules, registry, clock, drop } = this.#world;
    const days = rules().unvisitedDays;
    if (days === 0) return [];
    const before = clock.now() - days * DAY_MS;
    const ended = [...registry.all()].filter(
      (channel) => isUnvisited(channel, before) && !isVisited(this.#world, channel),
    );
    for (const { name } of ended) await drop(name);
    return ended.map(({ name }) => name);
  }

  #every(
    kind: string,
    channel: RegisteredChannel,
    before: RegisteredChannel | undefined,
    setting: 'topicRefresh' | 'resync',
    act: (view: ViewChannel) => void,
  ): void {
    const { times, clock } = this.#world;
    const key = `${kind} ${channel.key}`;
    const ms = spanMs(channel.settings[setting]);
    if (ms === null) times.cancel(key);
    else if (before?.settings[setting] !== channel.settings[setting] || !times.has(key)) {
      const again = () => {
        times.set(key, clock.now() + ms, again);
        const view = onNetwork(this.#world, channel.name);
        const now = this.#world.registry.get(channel.key);
        if (view !== null && now?.suspendedAt(clock.now()) === false) act(view);
      };
      times.set(key, clock.now() + ms, again);
    }
  }

  #limit(key: string): void {
    const { registry, acts, bot, clock } = this.#world;
    const channel = registry.get(key);
    const view = channel === undefined ? null : onNetwork(this.#world, channel.name);
    if (channel === undefined || view === null || channel.suspendedAt(clock.now())) return;
    const { dynLimit } = channel.settings;
    if (dynLimit === 0) return;
    const wanted = String(view.members.size + dynLimit);
    const change: LinkModeChange = { on: true, letter: 'l', argument: wanted };
    if (view.modes.get('l') !== wanted) acts.modes(bot(), view, [change]);
  }

  /** Something of it is over: access, a lamer, a suspension. */
  #end(key: string): void {
    const { registry, clock } = this.#world;
    const channel = registry.get(key);
    if (channel === undefined) return;
    this.#run(
      channel.name,
      async () => {
        const lamers = await registry.change(channel.name, 'access', () => this.#write(channel));
        const view = onNetwork(this.#world, channel.name);
        const bans = lamers.filter((mask) => view?.bans.has(mask) === true);
        if (view !== null)
          this.#world.acts.modes(
            this.#world.bot(),
            view,
            bans.map((mask) => banChange(false, mask)),
          );
      },
      () =>
        this.#world.times.set(`end ${key}`, clock.now() + limits.endAgainMs.default, () => this.#end(key)),
    );
  }

  /** Answers the masks of lamers that are over. */
  #write(channel: RegisteredChannel): string[] {
    const { registry, clock, store } = this.#world;
    const { rows } = registry;
    const now = clock.now();
    const { key } = channel;
    if (channel.suspension !== null && channel.suspension.until > 0 && channel.suspension.until <= now)
      for (const field of ['suspended_at', 'suspended_by', 'suspended_until', 'suspended_reason'] as const)
        rows.setState(key, field, null);
    for (const user of channel.users.values()) {
      if (user.suspendedUntil !== null && user.suspendedUntil > 0 && user.suspendedUntil <= now)
        rows.setUser(key, user.id, 'suspended_until', null);
      if (user.expires === null || user.expires > now || !rows.hasAccess(key, user.id)) continue;
      if (user.backTo === null) dropAccess(this.#world, channel, user);
      else {
        rows.setUser(key, user.id, 'expires', null);
        rows.setUser(key, user.id, 'back_to', null);
        const account = store.find(user.account);
        if (account?.id === user.id) writeAccess(this.#world, channel, account, user.backTo, null);
      }
    }
    const over = channel.lamers.filter(({ expires }) => expires !== null && expires <= now);
    for (const { mask } of over) rows.dropLamer(key, mask);
    writeQuiet(this.#world, key);
    return over.map(({ mask }) => mask);
  }

  #run(what: string, work: () => Promise<void>, again: () => void = () => {}): void {
    work().catch((error) => {
      this.#onFailure(what, error);
      again();
    });
  }
}

/** When the next thing of a channel is over; null for never. */
function nextEnd({ suspension, users, lamers }: RegisteredChannel): number | null {
  let next = Number.POSITIVE_INFINITY;
  const end = (at: number | null) => {
    if (at !== null && at > 0 && at < next) next = at;
  };
  end(suspension?.until ?? null);
  for (const user of users.values()) {
    end(user.suspendedUntil);
    end(user.expires);
  }
  for (const { expires } of lamers) end(expires);
  return next === Number.POSITIVE_INFINITY ? null : next;
}

/** Whether nobody with access has been there since a moment, and it may end for that. */
export function isUnvisited({ visited, registered, settings }: RegisteredChannel, before: number): boolean {
  return !settings.noDelete && (visited ?? registered) < before;
}

/** Whether somebody with access is there now. */
function isVisited(world: ChanWorld, channel: RegisteredChannel): boolean {
  const view = onNetwork(world, channel.name);
  for (const { account } of view?.members.keys() ?? [])
    if (account !== null && channel.user(account) !== undefined) return true;
  return false;
}

/** When somebody with access was there last, Unix milliseconds; since it is registered where nobody was. */
export function lastVisit(world: ChanWorld, channel: RegisteredChannel): number {
  return isVisited(world, channel) ? world.clock.now() : (channel.visited ?? channel.registered);
}
