/**
 * All channels that belong to accounts, in memory, so that whoever joins one waits for nothing. The database is the truth: a channel is
 * read anew from it, whole, whenever something of it was written, by whomever.
 */
import type { AccountNews } from '../../../contract/accounts.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import { fold } from '../../irc/casemapping.ts';
import type { ChannelRows } from './channel-store.ts';
import type { RegisteredChannel } from './registered-channel.ts';

export interface RegistryEvents {
  /** A channel is registered, or something of it is otherwise than it was. */
  onChanged(channel: RegisteredChannel, before: RegisteredChannel | undefined): void;
  /** A channel belongs to nobody any more. */
  onGone(channel: RegisteredChannel): void;
}

/** What a write changes beside ChanServ's own affairs. */
export type Touched = 'access' | 'settings';

export class ChannelRegistry {
  readonly rows: ChannelRows;
  readonly #writes: WriteTurn;
  readonly #accessChanged: (channel: string) => void;
  readonly #channels = new Map<string, RegisteredChannel>();
  /** Folded names of the channels on which an account has access, by its folded name. */
  readonly #byAccount = new Map<string, Set<string>>();
  events: RegistryEvents | null = null;

  /** @param accessChanged tells everybody who asks for the access to channels, and {@link hear} with them */
  constructor(rows: ChannelRows, writes: WriteTurn, accessChanged: (channel: string) => void) {
    this.rows = rows;
    this.#writes = writes;
    this.#accessChanged = accessChanged;
    for (const channel of rows.all()) this.#keep(channel);
  }

  get size(): number {
    return this.#channels.size;
  }

  all(): IterableIterator<RegisteredChannel> {
    return this.#channels.values();
  }

  get(name: string): RegisteredChannel | undefined {
    return this.#channels.get(fold(name));
  }

  /** The channels on which an account has access, suspended or not. */
  *of(account: string): IterableIterator<RegisteredChannel> {
    for (const key of this.#byAccount.get(fold(account)) ?? []) {
      const channel = this.#channels.get(key);
      if (channel !== undefined) yield channel;
    }
  }

  /**
   * Changes something of a channel; resolves when it is on the disk and known here.
   * @throws SignalboxError what the step throws, and `unavailable` where nothing can be written
   */
  async change<Result>(channel: string, touched: Touched, step: () => Result): Promise<Result> {
    const result = await this.#writes.write(step);
    if (touched === 'access') this.#accessChanged(channel);
    else this.reload(channel);
    return result;
  }

  /** A channel is there by another way than {@link change}: everybody is told. */
  told(channel: string): void {
    this.#accessChanged(channel);
  }

  /** Keeps what somebody did, which is done whether or not that can be written. A channel that is gone by then has none. */
  async noteEvent({ key }: RegisteredChannel, who: string, what: string): Promise<void> {
    const step = () => {
      if (this.#channels.has(key)) this.rows.addEvent(key, who, what);
    };
    await this.#writes.write(step).catch(() => {});
  }

  /** Writes several things that memory knows already. */
  async save(step: () => void): Promise<void> {
    await this.#writes.write(step);
  }

  /** Something of accounts or channels has changed. */
  hear(news: AccountNews): void {
    if (news.kind === 'channel') this.reload(news.registration.channel);
    else if (news.kind === 'channelGone') this.reload(news.channel);
  }

  /** Reads a channel anew. */
  reload(name: string): void {
    const key = fold(name);
    const before = this.#channels.get(key);
    const channel = this.rows.one(key);
    if (channel === undefined) {
      if (before === undefined) return;
      this.#forget(before);
      this.events?.onGone(before);
      return;
    }
    // Kept along in memory, and written now and then only.
    if (before !== undefined) {
      channel.visited = latest(channel.visited, before.visited);
      channel.mostUsers = Math.max(channel.mostUsers, before.mostUsers);
      for (const [account, user] of channel.users)
        user.seen = latest(user.seen, before.users.get(account)?.seen ?? null);
      this.#forget(before);
    }
    this.#keep(channel);
    this.events?.onChanged(channel, before);
  }

  #keep(channel: RegisteredChannel): void {
    this.#channels.set(channel.key, channel);
    for (const account of channel.users.keys()) {
      const keys = this.#byAccount.get(account);
      if (keys === undefined) this.#byAccount.set(account, new Set([channel.key]));
      else keys.add(channel.key);
    }
  }

  #forget(channel: RegisteredChannel): void {
    this.#channels.delete(channel.key);
    for (const account of channel.users.keys()) {
      const keys = this.#byAccount.get(account);
      keys?.delete(channel.key);
      if (keys?.size === 0) this.#byAccount.delete(account);
    }
  }
}

function latest(one: number | null, other: number | null): number | null {
  return one === null || (other !== null && other > one) ? other : one;
}
