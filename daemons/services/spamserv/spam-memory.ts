/**
 * What SpamServ remembers of people on channels: their last line and how often they said it, how fast they speak and join, and of what
 * they were warned. A bounded number of people and channels; whoever was not heard of for longest is forgotten first.
 */
import { limits } from '../limits.ts';
import type { Offence } from './spam-settings.ts';

/** What is known of somebody on a channel. Times are monotonic milliseconds. */
export interface SpamRecord {
  /** See `lineMark`; null before their first line. */
  mark: number | null;
  /** How often they said it in a row. */
  repeats: number;
  /** Since when their lines are counted, and how many they were. */
  linesSinceMs: number;
  lines: number;
  joinsSinceMs: number;
  joins: number;
  /** When they were last warned, by what for. */
  readonly warned: Map<Offence, number>;
  /** When something was last done about them; null for never. */
  punishedMs: number | null;
}

interface Entry<User, Channel> {
  readonly user: User;
  readonly channel: Channel;
  readonly record: SpamRecord;
}

export class SpamMemory<User extends object, Channel extends object> {
  readonly #most: number;
  readonly #mostOfUser: number;
  /** In the order in which they were last heard of. */
  readonly #entries = new Set<Entry<User, Channel>>();
  readonly #byUser = new Map<User, Map<Channel, Entry<User, Channel>>>();

  constructor(
    most: number = limits.spamRecords.default,
    mostOfUser: number = limits.spamRecordsOfUser.default,
  ) {
    this.#most = most;
    this.#mostOfUser = mostOfUser;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What is known of somebody on a channel, who has just been heard of. */
  record(user: User, channel: Channel): SpamRecord {
    const channels = this.#byUser.get(user) ?? new Map<Channel, Entry<User, Channel>>();
    let entry = channels.get(channel);
    if (entry === undefined) {
      entry = { user, channel, record: nothing() };
      if (channels.size >= this.#mostOfUser) this.#forget(first(channels.values())!);
      if (this.#entries.size >= this.#most) this.#forget(first(this.#entries)!);
      // Theirs may have been the one that was forgotten, or is the first.
      this.#byUser.set(user, channels);
    } else {
      this.#entries.delete(entry);
      channels.delete(channel);
    }
    channels.set(channel, entry);
    this.#entries.add(entry);
    return entry.record;
  }

  /** They have left the network. */
  forgetUser(user: User): void {
    const channels = this.#byUser.get(user);
    if (channels !== undefined) for (const entry of [...channels.values()]) this.#forget(entry);
  }

  clear(): void {
    this.#entries.clear();
    this.#byUser.clear();
  }

  #forget(entry: Entry<User, Channel>): void {
    this.#entries.delete(entry);
    const channels = this.#byUser.get(entry.user)!;
    channels.delete(entry.channel);
    if (channels.size === 0) this.#byUser.delete(entry.user);
  }
}

function nothing(): SpamRecord {
  return {
    ...{ mark: null, repeats: 0, linesSinceMs: 0, lines: 0, joinsSinceMs: 0, joins: 0, punishedMs: null },
    warned: new Map(),
  };
}

function first<Item>(items: Iterable<Item>): Item | undefined {
  for (const item of items) return item;
  return undefined;
}
