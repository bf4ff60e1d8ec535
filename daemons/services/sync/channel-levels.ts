/** The levels that accounts have on a channel, as comparing with Keycloak reads and writes them. */
import type { ChannelStore } from '../../identity/store/channel-store.ts';
import { fold } from '../../irc/casemapping.ts';
import { quietRows } from '../chanserv/access-writes.ts';
import type { ChannelRows } from '../chanserv/channel-store.ts';
import { LEVELS } from '../chanserv/levels.ts';
import type { Access } from './merge-access.ts';

export class ChannelLevels {
  readonly #channels: ChannelStore;
  readonly #rows: ChannelRows;
  readonly #now: () => number;

  /** @param now Unix milliseconds */
  constructor(channels: ChannelStore, rows: ChannelRows, now: () => number) {
    this.#channels = channels;
    this.#rows = rows;
    this.#now = now;
  }

  /** By folded account, its owner among them; none of a channel that belongs to nobody. */
  of(channel: string): Access {
    const found = this.#rows.one(fold(channel));
    return new Map([...(found?.users ?? [])].map(([account, { level }]) => [account, level]));
  }

  /** Within a turn of `WriteTurn`. What cannot be, because there is no room, is not. @param level null for nothing */
  set(channel: string, account: string, level: number | null): void {
    const standing = level === null ? null : level >= LEVELS.op ? 'op' : 'voice';
    const key = fold(channel);
    const user = this.#rows.one(key)?.user(account);
    if (this.#channels.setAccess(channel, null, account, standing) !== 'done') return;
    if (level === null) {
      if (user !== undefined) this.#rows.forgetUser(key, user.id);
      return;
    }
    const now = this.#rows.one(key)?.user(account);
    if (now === undefined) return;
    this.#rows.setRank(key, now.id, level);
    quietRows(this.#rows, key, this.#now());
  }
}
