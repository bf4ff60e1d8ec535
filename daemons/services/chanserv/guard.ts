/**
 * Keeps a channel as its settings say, against whoever changes it: modes, status that is due to nobody, topics, and users whom those
 * below them throw out. What servers and bots do stays, and so does what is told while a server links.
 */

import { fold } from '../../irc/casemapping.ts';
import { compileMask } from '../../irc/mask.ts';
import type { LinkModeChange } from '../../irc/p10/mode-line.ts';
import { bytesOf, textOf } from '../../irc/p10/text.ts';
import type { ChangedMode, ViewChannel, ViewUser } from '../network/view-parts.ts';
import { coversUserMask } from './ban-masks.ts';
import { accessOf, type ChanWorld, levelOn } from './chan-world.ts';
import { spanMs } from './channel-settings.ts';
import { LEVELS } from './levels.ts';
import type { RegisteredChannel } from './registered-channel.ts';

const STATUS_OF: Readonly<Record<string, 'op' | 'halfop' | 'voice'>> = { o: 'op', h: 'halfop', v: 'voice' };

export class Guard {
  readonly #world: ChanWorld;

  constructor(world: ChanWorld) {
    this.#world = world;
  }

  /** Modes were changed. */
  modes(
    channel: RegisteredChannel,
    view: ViewChannel,
    by: ViewUser | null,
    changes: readonly ChangedMode[],
  ): void {
    const { acts, bot } = this.#world;
    this.#timeBans(channel, changes);
    if (by === null || !this.#minds(channel, by)) return;
    const level = levelOn(this.#world, channel, by);
    const back: LinkModeChange[] = [];
    for (const change of changes) {
      const kind = STATUS_OF[change.letter];
      if (kind !== undefined) this.#status(channel, by, level, change, back);
      else if (change.letter === 'b') this.#ban(channel, view, by, change, back);
      else this.#mode(channel, level, change, back);
    }
    acts.modes(bot(), view, back);
  }

  /** Somebody was thrown out. */
  kicked(channel: RegisteredChannel, view: ViewChannel, victim: ViewUser, by: ViewUser | null): void {
    if (by === null || by === victim || !this.#minds(channel, by)) return;
    if (!isProtected(this.#world, channel, victim, by)) return;
    const { acts, bot } = this.#world;
    acts.kick(bot(), view, by, `${victim.nick} is protected here.`);
  }

  topic(channel: RegisteredChannel, view: ViewChannel, by: ViewUser | null, before: string): void {
    if (by === null || !this.#minds(channel, by)) return;
    const { topicMask, enfTopic, topicSnarf, defaultTopic } = channel.settings;
    const level = levelOn(this.#world, channel, by);
    const { acts, bot, registry } = this.#world;
    if (level < enfTopic && (topicMask === '' || !fitsTopic(topicMask, view.topic))) {
      acts.topic(bot(), view, topicMask !== '' && !fitsTopic(topicMask, before) ? defaultTopic : before);
      return;
    }
    if (level >= topicSnarf && view.topic !== defaultTopic) {
      const { topic } = view;
      registry
        .change(channel.name, 'settings', () => registry.rows.setSetting(channel.key, 'defaultTopic', topic))
        // It may belong to nobody any more.
        .catch(() => {});
    }
  }

  /** Bans that were there before services, or before bans were to end. */
  bansFound(channel: RegisteredChannel, view: ViewChannel): void {
    for (const mask of view.bans) {
      const argument = bytesOf(mask);
      if (!this.#world.times.has(`ban ${channel.key} ${argument}`)) this.#timeBan(channel, argument);
    }
  }

  /** Brings back the modes that are kept. */
  lock(channel: RegisteredChannel, view: ViewChannel): void {
    const { acts, bot, modeChanges } = this.#world;
    acts.modes(bot(), view, modeChanges(channel.lock, view));
  }

  #minds(channel: RegisteredChannel, by: ViewUser): boolean {
    const { acts, clock } = this.#world;
    return acts.isLinked && !by.server.bursting && !acts.isOurs(by) && !channel.suspendedAt(clock.now());
  }

  /** Somebody is made operator whom nobody may make that, or loses it to somebody below them. */
  #status(
    channel: RegisteredChannel,
    by: ViewUser,
    level: number,
    { on, letter, argument }: ChangedMode,
    back: LinkModeChange[],
  ): void {
    const { acts, bot, view } = this.#world;
    if (argument === bot().numeric) {
      if (!on) back.push({ on: true, letter, argument });
      return;
    }
    const user = view()?.users.get(argument);
    if (user === undefined || user === by || acts.isOurs(user)) return;
    if (!on) {
      if (isProtected(this.#world, channel, user, by)) back.push({ on: true, letter, argument });
      return;
    }
    const { enfOps, enfHalfOps } = channel.settings;
    const least = letter === 'o' ? enfOps : letter === 'h' ? enfHalfOps : 0;
    if (level >= least) return;
    const access = accessOf(this.#world, channel, user);
    const own = access === null ? 0 : access.level;
    if (own < (letter === 'o' ? LEVELS.op : LEVELS.halfop)) back.push({ on: false, letter, argument });
  }

  /** A ban of somebody who is protected from whoever set it. */
  #ban(
    channel: RegisteredChannel,
    view: ViewChannel,
    by: ViewUser,
    { on, argument }: ChangedMode,
    back: LinkModeChange[],
  ): void {
    if (!on || channel.settings.protect === 'none') return;
    const mask = compileMask(textOf(argument));
    const { acts } = this.#world;
    for (const user of view.members.keys()) {
      if (user === by || !coversUserMask(mask, user)) continue;
      if (acts.isOurs(user) || isProtected(this.#world, channel, user, by)) {
        back.push({ on: false, letter: 'b', argument });
        return;
      }
    }
  }

  /** What is kept, by somebody who may not change it. */
  #mode(channel: RegisteredChannel, level: number, change: ChangedMode, back: LinkModeChange[]): void {
    const kept = channel.lock.modes.get(change.letter);
    if (kept === undefined || level >= channel.settings.enfModes) return;
    const { letter, argument } = change;
    if (change.on && !kept.on) back.push({ on: false, letter, argument: letter === 'k' ? argument : '' });
    else if (!change.on && kept.on) back.push({ on: true, letter, argument: kept.argument });
    else if (change.on && kept.argument !== argument) {
      if (letter === 'l' && channel.settings.dynLimit > 0) return;
      if (letter === 'k') back.push({ on: false, letter, argument });
      back.push({ on: true, letter, argument: kept.argument });
    }
  }

  /** Bans end by themselves where the channel wants that. */
  #timeBans(channel: RegisteredChannel, changes: readonly ChangedMode[]): void {
    for (const { on, letter, argument } of changes) {
      if (letter !== 'b') continue;
      if (on) this.#timeBan(channel, argument);
      else this.#world.times.cancel(`ban ${channel.key} ${argument}`);
    }
  }

  /** @param argument the mask, as bytes */
  #timeBan(channel: RegisteredChannel, argument: string): void {
    const ms = spanMs(channel.settings.banTimeout);
    if (ms === null) return;
    const { times, clock, acts, bot } = this.#world;
    times.set(`ban ${channel.key} ${argument}`, clock.now() + ms, () => {
      const now = this.#world.view()?.findChannel(channel.name);
      if (now?.bans.has(textOf(argument)) === true)
        acts.modes(bot(), now, [{ on: false, letter: 'b', argument }]);
    });
  }
}

/** Whether somebody is protected from another on a channel. */
export function isProtected(
  world: ChanWorld,
  channel: RegisteredChannel,
  victim: ViewUser,
  by: ViewUser,
): boolean {
  if (victim === by) return false;
  const { protect } = channel.settings;
  const [theirs, level] = [levelOn(world, channel, victim), levelOn(world, channel, by)];
  if (protect === 'none') return false;
  if (protect === 'all') return theirs >= level;
  return theirs > 0 && (protect === 'equal' ? theirs >= level : theirs > level);
}

/** Whether a topic fits a mask, whatever the case. */
export function fitsTopic(mask: string, topic: string): boolean {
  return compileMask(mask).matches(fold(topic));
}

/** For whoever bans. */
export function banChange(on: boolean, mask: string): LinkModeChange {
  return { on, letter: 'b', argument: bytesOf(mask) };
}
