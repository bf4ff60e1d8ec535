/** Who comes in: kept out where they are a lamer, given the status that is due to them, greeted. All by lookups, whoever else is there. */
import { STATUS } from '../../irc/modes.ts';
import type { LinkModeChange } from '../../irc/p10/mode-line.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import { said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import { HALFOP, type ViewChannel, type ViewUser } from '../network/view-parts.ts';
import { WRITTEN_AT_ONCE } from '../opserv/sliced.ts';
import { coversUserMask } from './ban-masks.ts';
import { accessOf, type ChanWorld } from './chan-world.ts';
import type { ChannelRegistry } from './channel-registry.ts';
import { levelName, statusOfLevel } from './levels.ts';
import type { ChannelUser, Lamer, RegisteredChannel } from './registered-channel.ts';

/** Letters of what members have. */
export const STATUS_LETTERS = [
  ['o', STATUS.op],
  ['h', HALFOP],
  ['v', STATUS.voice],
] as const;

/** Status bits that are due to somebody. */
export function dueStatus(
  { settings: { automode } }: RegisteredChannel,
  access: ChannelUser | null,
  hasHalfops: boolean,
): number {
  if (automode === 'none') return 0;
  let due = 0;
  if (access?.autoOp === true) {
    const own = statusOfLevel(access.level, hasHalfops);
    if (automode === 'onlyvoice') due = STATUS.voice;
    else if (automode !== 'mute' || own !== STATUS.voice) due = own;
  }
  if (automode === 'voice') due |= STATUS.voice;
  if (automode === 'halfop') due |= hasHalfops ? HALFOP : STATUS.voice;
  if (automode === 'op') due |= STATUS.op;
  // Whoever is operator needs no voice.
  return (due & STATUS.op) !== 0 ? STATUS.op : due;
}

type Write = (registry: ChannelRegistry) => void;

export class Welcome {
  readonly #world: ChanWorld;
  /** What was not written yet, the latest of each: lamers that were kept out, channels that were visited, who was seen there. */
  readonly #unwritten = new Map<string, Write>();

  constructor(world: ChanWorld) {
    this.#world = world;
  }

  /** Somebody is on a channel. @param told whether they came just now, and are greeted */
  joined(channel: RegisteredChannel, view: ViewChannel, user: ViewUser, told: boolean): void {
    const { clock, acts } = this.#world;
    const now = clock.now();
    if (channel.suspendedAt(now) || acts.isOurs(user)) return;
    const access = accessOf(this.#world, channel, user);
    if (access === null && this.#keepOut(channel, view, user)) return;
    if (access !== null) this.#saw(channel, access, now);
    const { members } = view;
    if (members.size > channel.mostUsers) {
      channel.mostUsers = members.size;
      this.#note(channel);
    }
    this.#give(channel, view, user, access);
    if (told) this.#greet(channel, view, user, access);
  }

  /** Somebody is on it no more. */
  left(channel: RegisteredChannel, user: ViewUser): void {
    const access = accessOf(this.#world, channel, user);
    if (access !== null) this.#saw(channel, access, this.#world.clock.now());
  }

  /**
   * Gives members what is due to them.
   * @param everybody whether what is not due is taken as well
   * @returns how many changes there were
   */
  settle(channel: RegisteredChannel, view: ViewChannel, everybody: boolean): number {
    const { acts, clock, bot } = this.#world;
    if (channel.suspendedAt(clock.now())) return 0;
    const changes: LinkModeChange[] = [];
    for (const [user, status] of view.members) {
      if (acts.isOurs(user) || (!everybody && user.account === null)) continue;
      const due = dueStatus(channel, accessOf(this.#world, channel, user), acts.hasHalfops);
      for (const [letter, bit] of STATUS_LETTERS) {
        if ((due & bit) !== 0 && (status & bit) === 0) changes.push(change(true, letter, user));
        if (everybody && (due & bit) === 0 && (status & bit) !== 0) changes.push(change(false, letter, user));
      }
    }
    acts.modes(bot(), view, changes);
    return changes.length;
  }

  /** Somebody's access is another one: they have what is due by it, and no more of what was due by what they had. */
  regrade(channel: RegisteredChannel, before: RegisteredChannel, view: ViewChannel, user: ViewUser): void {
    const { acts, bot } = this.#world;
    const had = user.account === null ? null : (before.user(user.account) ?? null);
    const due = dueStatus(channel, accessOf(this.#world, channel, user), acts.hasHalfops);
    const was = dueStatus(before, had, acts.hasHalfops);
    const status = view.members.get(user) ?? 0;
    const changes: LinkModeChange[] = [];
    for (const [letter, bit] of STATUS_LETTERS) {
      if ((due & bit) !== 0 && (status & bit) === 0) changes.push(change(true, letter, user));
      if ((due & bit) === 0 && (was & bit) !== 0 && (status & bit) !== 0)
        changes.push(change(false, letter, user));
    }
    acts.modes(bot(), view, changes);
  }

  /**
   * Writes who was there, so many at once that nobody waits for it: after a link there are ten thousands. What cannot be written is
   * written with the next ones.
   */
  async save(atOnce = WRITTEN_AT_ONCE): Promise<void> {
    const { registry } = this.#world;
    while (this.#unwritten.size > 0) {
      const some = new Map<string, Write>();
      for (const [what, write] of this.#unwritten) {
        if (some.size === atOnce) break;
        some.set(what, write);
        this.#unwritten.delete(what);
      }
      try {
        await registry.save(() => {
          for (const write of some.values()) write(registry);
        });
      } catch {
        for (const [what, write] of some) if (!this.#unwritten.has(what)) this.#later(what, write);
        return;
      }
    }
  }

  #saw(channel: RegisteredChannel, access: ChannelUser, now: number): void {
    const { key } = channel;
    const { id } = access;
    access.seen = now;
    this.#later(`seen ${key} ${id}`, ({ rows }) => {
      if (rows.exists(key) && rows.isAccount(id)) rows.setUser(key, id, 'seen', now);
    });
    channel.visited = now;
    this.#note(channel);
  }

  #note({ key }: RegisteredChannel): void {
    this.#later(`visited ${key}`, (registry) => {
      const { rows } = registry;
      const channel = registry.get(key);
      if (channel === undefined || !rows.exists(key)) return;
      rows.setState(key, 'visited', channel.visited);
      rows.setState(key, 'most_users', channel.mostUsers);
    });
  }

  /** Has something written in a while, with all else by then. */
  #later(what: string, write: Write): void {
    const { times, clock } = this.#world;
    this.#unwritten.set(what, write);
    if (!times.has(SAVE)) times.set(SAVE, clock.now() + limits.seenSaveMs.default, () => void this.save());
  }

  #give(channel: RegisteredChannel, view: ViewChannel, user: ViewUser, access: ChannelUser | null): void {
    const { acts, bot } = this.#world;
    const missing = dueStatus(channel, access, acts.hasHalfops) & ~(view.members.get(user) ?? 0);
    if (missing === 0) return;
    const changes = STATUS_LETTERS.filter(([, bit]) => (missing & bit) !== 0);
    acts.modes(
      bot(),
      view,
      changes.map(([letter]) => change(true, letter, user)),
    );
  }

  #greet(channel: RegisteredChannel, view: ViewChannel, user: ViewUser, access: ChannelUser | null): void {
    const { tell, acts, bot } = this.#world;
    const { greeting, userGreeting, userInfo } = channel.settings;
    const text = access === null ? greeting : userGreeting;
    if (text !== '') tell(user, said`(${channel.name}) ${text}`);
    if (access?.info != null && access.level >= userInfo)
      acts.say(bot(), view, `[${user.nick}] ${levelName(access.level)}: ${access.info}`);
  }

  /** Whether they are a lamer, and out. */
  #keepOut(channel: RegisteredChannel, view: ViewChannel, user: ViewUser): boolean {
    const lamer = lamerOf(channel, user, this.#world.clock.now());
    if (lamer === null) return false;
    const { acts, bot, clock } = this.#world;
    const now = clock.now();
    const { key } = channel;
    lamer.used = now;
    this.#later(`used ${key} ${lamer.mask}`, ({ rows }) => rows.lamerUsed(key, lamer.mask, now));
    this.#note(channel);
    const ban = { on: true, letter: 'b', argument: bytesOf(lamer.mask) };
    if (!view.bans.has(lamer.mask)) acts.modes(bot(), view, [ban]);
    acts.kick(bot(), view, user, lamer.reason);
    return true;
  }
}

/** The entry that keeps somebody out; null for none. */
export function lamerOf({ lamers }: RegisteredChannel, user: ViewUser, now: number): Lamer | null {
  for (const lamer of lamers) {
    if (lamer.expires !== null && lamer.expires <= now) continue;
    if (coversUserMask(lamer.compiled, user)) return lamer;
  }
  return null;
}

function change(on: boolean, letter: string, { numeric }: ViewUser): LinkModeChange {
  return { on, letter, argument: numeric };
}

const SAVE = 'save';
