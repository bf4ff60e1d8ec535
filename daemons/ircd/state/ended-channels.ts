/**
 * Channels that ended a short while ago. Somebody on another server may enter one before it is known there that the last
 * member has left: to that server it is the same channel, with its modes and bans. Kept by state/network.ts while there are
 * other servers.
 */
import { limits } from '../limits.ts';
import type { Channel } from './channel.ts';

/** Channels of one name that may still be somewhere: those go first of which nothing was heard for the longest time. */
const MOST_OF_A_NAME = 16;

/** A channel as it was when it ended here, with what was heard of it since. Times in Unix milliseconds. */
export interface EndedChannel {
  readonly channel: Channel;
  /** When something was heard of it last. */
  readonly atMs: number;
  /** Since when it is not here: servers that were linked later were told nothing of it. */
  readonly sinceMs: number;
}

/** Time as other servers tell it. */
const secondsOf = ({ createdMs }: Channel) => Math.floor(createdMs / 1000);

export class EndedChannels {
  /** By folded name; names and channels of a name in the order in which they were heard of last. */
  readonly #ended = new Map<string, readonly EndedChannel[]>();

  /** Ages of channels that have another name now, by the folded name that they had, in the order in which they got it. */
  readonly #formerly = new Map<string, { readonly createdMs: number; readonly atMs: number }>();

  /** It has ended here. */
  keep(channel: Channel, nowMs: number): void {
    this.#put(channel, nowMs, nowMs);
  }

  /** Something was heard of it while it was not here. */
  note(channel: Channel, nowMs: number): void {
    this.#put(channel, nowMs, this.find(channel.key, secondsOf(channel), nowMs)?.sinceMs ?? nowMs);
  }

  #put(channel: Channel, nowMs: number, sinceMs: number): void {
    const seconds = secondsOf(channel);
    const others = this.#of(channel.key, nowMs).filter((other) => secondsOf(other.channel) !== seconds);
    const all = [...others, { channel, atMs: nowMs, sinceMs }];
    this.#ended.delete(channel.key);
    this.#ended.set(channel.key, all.slice(-MOST_OF_A_NAME));
    for (const key of this.#ended.keys()) {
      if (this.#ended.size <= limits.endedChannels.default && this.#of(key, nowMs).length > 0) break;
      this.#ended.delete(key);
    }
  }

  /** A second later than the one that has just ended, so that others can tell them apart. */
  birthOf(key: string, nowMs: number): number {
    // Of one whose server is far ahead of all others, or lies, it is enough to be older.
    const mostMs = nowMs + limits.endedChannelMs.default;
    const births = this.#of(key, nowMs)
      .filter(({ channel }) => channel.createdMs < mostMs)
      .map(({ channel }) => (secondsOf(channel) + 1) * 1000);
    const formerly = this.#formerly.get(key);
    if (formerly !== undefined && nowMs - formerly.atMs < limits.endedChannelMs.default)
      if (formerly.createdMs < mostMs) births.push((Math.floor(formerly.createdMs / 1000) + 1) * 1000);
    return Math.max(nowMs, ...births);
  }

  /** Channels of a name have another one: what was heard of them is of that. */
  rename(former: string, now: Pick<Channel, 'name' | 'nameBytes' | 'key'>, nowMs: number): void {
    const moved = this.#of(former, nowMs);
    this.#ended.delete(former);
    for (const { channel, atMs, sinceMs } of moved) {
      Object.assign(channel, { name: now.name, nameBytes: now.nameBytes, key: now.key });
      this.#put(channel, atMs, sinceMs);
    }
  }

  /** A channel that is here has another name: whoever makes one of the former name makes a younger one. */
  noteFormer(key: string, createdMs: number, nowMs: number): void {
    this.#formerly.delete(key);
    this.#formerly.set(key, { createdMs, atMs: nowMs });
    for (const oldest of this.#formerly.keys()) {
      if (this.#formerly.size <= limits.endedChannels.default) break;
      this.#formerly.delete(oldest);
    }
  }

  find(key: string, createdSeconds: number, nowMs: number): EndedChannel | undefined {
    return this.#of(key, nowMs).find(({ channel }) => secondsOf(channel) === createdSeconds);
  }

  #of(key: string, nowMs: number): readonly EndedChannel[] {
    const all = this.#ended.get(key) ?? [];
    return all.filter(({ atMs }) => nowMs - atMs < limits.endedChannelMs.default);
  }
}
