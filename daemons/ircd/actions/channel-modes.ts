/**
 * The modes of a channel change. Whoever may change them names one change after the other; each takes effect at once, and
 * all are announced together. Called by modes/channel-modes.ts for clients. Nothing may be on its way to the channel; its
 * gate is left by whoever calls.
 */
import { MAX_LINE_BYTES } from '../../irc/line-text.ts';
import { modeWords } from '../../irc/mode-words.ts';
import { STATUS_LETTERS, type TextMode } from '../../irc/modes.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { eventOn, toChannel } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import { listOf } from '../modes/mask-lists.ts';
import type { ModeChange, Source } from '../network-events.ts';
import type { Channel, Membership } from '../state/channel.ts';
import type { MaskSetter } from '../state/mask-list.ts';
import { rest } from '../work-steps.ts';
import { kept } from './keeping.ts';
import { reveal } from './reveal.ts';

/** Changes of one channel by one source. What is so already is no change. */
export class ChannelModeChanges {
  readonly #server: CommandServer;
  readonly #source: Source;
  readonly #channel: Channel;
  readonly #changes: ModeChange[] = [];
  /** Who sets masks now, and when. */
  readonly #origin: MaskSetter;
  /** Whether another server says so, which may know of somebody who has set one before. */
  readonly #heard: boolean;
  /** Who is seen from here on, because they have a status. */
  readonly #hidden = new Set<Membership>();
  /** Whether it was found who had set a mask first. */
  #settled = false;

  /** @param origin who sets masks and when; the source, now, by default. */
  constructor(server: CommandServer, source: Source, channel: Channel, origin?: MaskSetter) {
    this.#server = server;
    this.#source = source;
    this.#channel = channel;
    this.#origin = origin ?? { by: source.prefix, atMs: Date.now() };
    this.#heard = origin !== undefined;
  }

  /** @param bit of `CMODE`. */
  flag(on: boolean, letter: string, bit: number): void {
    if (this.#channel.has(bit) === on) return;
    this.#channel.modes ^= bit;
    this.#add(on, letter);
  }

  /** @param bit of `STATUS`. */
  status(on: boolean, letter: string, bit: number, membership: Membership): void {
    if (((membership.status & bit) !== 0) === on) return;
    membership.status ^= bit;
    if (membership.hidden) this.#hidden.add(membership);
    const { user } = membership;
    if (!on) this.#channel.restored?.revoke(user.account, bit);
    this.#changes.push({ on, letter, argument: user.nick, user });
  }

  /** @param key null for none. */
  key(key: string | null): void {
    if (this.#channel.joinKey === key) return;
    this.#channel.joinKey = key;
    this.#add(key !== null, 'k', key ?? '*');
  }

  /** @param limit null for none. */
  limit(limit: number | null): void {
    if (this.#channel.limit === limit) return;
    this.#channel.limit = limit;
    if (limit === null) this.#add(false, 'l');
    else this.#add(true, 'l', String(limit));
  }

  /** @param text null for none; one that means nothing changes nothing. */
  text(letter: TextMode, text: string | null): void {
    const before = this.#channel.text(letter);
    if (!this.#channel.setText(letter, text)) return;
    if (letter === 'H') this.#keeps(before === null);
    this.#add(text !== null, letter, this.#channel.text(letter) ?? '');
  }

  /** History is kept by another policy, or is from here on, or is no longer. */
  #keeps(isNew: boolean): void {
    const { history } = this.#server;
    if (this.#channel.historyPolicy === null) history?.drop(this.#channel);
    else {
      if (isNew) history?.begun(this.#channel);
      history?.policyChanged(this.#channel, isNew);
    }
  }

  /** Whether anything is other than before. */
  get any(): boolean {
    return this.#changes.length > 0 || this.#settled;
  }

  /**
   * @param mask in its canonical spelling.
   * @param origin who set it and when; by default who sets masks now.
   */
  mask(on: boolean, letter: string, mask: string, origin?: MaskSetter): void {
    const list = listOf(this.#channel, letter);
    const { by, atMs } = origin ?? this.#origin;
    const shown = on ? (list.add(mask, by, atMs) ? mask : null) : list.remove(mask);
    const heard = this.#heard || origin !== undefined;
    if (on && heard && shown === null && list.settle(mask, by, atMs)) this.#settled = true;
    if (shown === null) return;
    this.#channel.banRevision++;
    this.#add(on, letter, shown);
  }

  /**
   * Tells what was changed, to be called in the same turn; everybody here gets as few lines as hold it.
   * @param told false where links hear of it otherwise; `forced` of what is done whatever its source is on the channel.
   */
  announce(told: boolean | 'forced' = true): WorkSteps | null {
    if (this.#changes.length === 0) return null;
    const source = this.#source;
    const channel = this.#channel;
    this.#server.host.tableChanged('channels');
    const changes = this.#changes;
    if (told !== false)
      this.#server.links?.tell({
        kind: 'channel modes',
        source,
        channel,
        changes,
        origin: this.#origin,
        forced: told === 'forced',
      });
    return kept(this.#server, source, channel, () => this.#toMembers());
  }

  *#toMembers(): WorkSteps {
    for (const membership of this.#hidden) if (membership.hidden) yield* reveal(this.#server, membership);
    const head = `MODE ${this.#channel.name} `;
    const bytes = MAX_LINE_BYTES - Buffer.byteLength(`:${this.#source.prefix} ${head}`);
    for (const line of modeWords(this.#shown(), { bytes, sizeOf: Buffer.byteLength })) {
      const message = eventOn(this.#server, this.#source, this.#channel, head + line);
      yield* rest(toChannel(this.#server, this.#channel, message, null));
    }
  }

  /** Without the status that there is on other servers alone. */
  #shown(): readonly ModeChange[] {
    const { statuses } = this.#server;
    return this.#changes.filter(
      ({ user, letter }) => user === null || (statuses & STATUS_LETTERS.get(letter)!) !== 0,
    );
  }

  #add(on: boolean, letter: string, argument = ''): void {
    this.#changes.push({ on, letter, argument, user: null });
  }
}
