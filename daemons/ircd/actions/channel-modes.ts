/**
 * The modes of a channel change. Whoever may change them names one change after the other; each takes effect at once, and
 * all are announced together. Called by modes/channel-modes.ts for clients. Nothing may be on its way to the channel; its
 * gate is left by whoever calls.
 */
import { MAX_LINE_BYTES } from '../../irc/line-text.ts';
import { modeWords } from '../../irc/mode-words.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { from, toChannel } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import { listOf } from '../modes/mask-lists.ts';
import type { ModeChange, Source } from '../network-events.ts';
import type { Channel, Membership } from '../state/channel.ts';
import type { MaskEntry } from '../state/mask-list.ts';
import { rest } from '../work-steps.ts';
import { kept } from './keeping.ts';

/** Changes of one channel by one source. What is so already is no change. */
export class ChannelModeChanges {
  readonly #server: CommandServer;
  readonly #source: Source;
  readonly #channel: Channel;
  readonly #changes: ModeChange[] = [];

  constructor(server: CommandServer, source: Source, channel: Channel) {
    this.#server = server;
    this.#source = source;
    this.#channel = channel;
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

  /** Whether there is something to announce. */
  get any(): boolean {
    return this.#changes.length > 0;
  }

  /**
   * @param mask in its canonical spelling.
   * @param origin who set it and when; the source, now, by default.
   */
  mask(on: boolean, letter: string, mask: string, origin?: Pick<MaskEntry, 'by' | 'atMs'>): void {
    const list = listOf(this.#channel, letter);
    const { by, atMs } = origin ?? { by: this.#source.prefix, atMs: Date.now() };
    const shown = on ? (list.add(mask, by, atMs) ? mask : null) : list.remove(mask);
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
        forced: told === 'forced',
      });
    return kept(this.#server, source, channel, () => this.#toMembers());
  }

  *#toMembers(): WorkSteps {
    const head = `MODE ${this.#channel.name} `;
    const bytes = MAX_LINE_BYTES - Buffer.byteLength(`:${this.#source.prefix} ${head}`);
    for (const line of modeWords(this.#changes, { bytes, sizeOf: Buffer.byteLength })) {
      const message = from(this.#server, this.#source, head + line);
      yield* rest(toChannel(this.#server, this.#channel, message, null));
    }
  }

  #add(on: boolean, letter: string, argument = ''): void {
    this.#changes.push({ on, letter, argument, user: null });
  }
}
