/**
 * Channels that ended a short while ago. Somebody on another server may enter one before it is known there that the last
 * member has left: to that server it is the same channel, with its modes and bans. Kept by state/network.ts while there are
 * other servers.
 */
import { limits } from '../limits.ts';
import type { Channel } from './channel.ts';

/** Channels of one name that may still be somewhere: one that is made while another is on its way ends soon. */
const MOST_OF_A_NAME = 4;

/** A channel as it was when it ended here, Unix milliseconds. */
export interface EndedChannel {
  readonly channel: Channel;
  readonly atMs: number;
}

/** Time as other servers tell it. */
const secondsOf = ({ createdMs }: Channel) => Math.floor(createdMs / 1000);

export class EndedChannels {
  /** By folded name, in the order in which the last of a name ended; of a name the newest last. */
  readonly #ended = new Map<string, readonly EndedChannel[]>();

  keep(channel: Channel, nowMs: number): void {
    const seconds = secondsOf(channel);
    const others = this.#of(channel.key, nowMs).filter((other) => secondsOf(other.channel) !== seconds);
    const all = [...others, { channel, atMs: nowMs }].sort(
      (a, b) => secondsOf(a.channel) - secondsOf(b.channel),
    );
    this.#ended.delete(channel.key);
    this.#ended.set(channel.key, all.slice(-MOST_OF_A_NAME));
    for (const key of this.#ended.keys()) {
      if (this.#ended.size <= limits.endedChannels.default && this.#of(key, nowMs).length > 0) break;
      this.#ended.delete(key);
    }
  }

  /** A second later than the one that has just ended, so that others can tell them apart. */
  birthOf(key: string, nowMs: number): number {
    const newest = this.#of(key, nowMs).at(-1);
    return newest === undefined ? nowMs : Math.max(nowMs, (secondsOf(newest.channel) + 1) * 1000);
  }

  find(key: string, createdSeconds: number, nowMs: number): EndedChannel | undefined {
    return this.#of(key, nowMs).find(({ channel }) => secondsOf(channel) === createdSeconds);
  }

  #of(key: string, nowMs: number): readonly EndedChannel[] {
    const all = this.#ended.get(key) ?? [];
    return all.filter(({ atMs }) => nowMs - atMs < limits.endedChannelMs.default);
  }
}
