/**
 * What is kept of one channel, and from where on each of its members may read it: what was said since they came. Whose connection was
 * lost, and comes back with the same account, reads what was said meanwhile as well; who left, was removed or was refused
 * does not.
 */
import { fold } from '../../irc/casemapping.ts';
import { HistoryBuffer, type HistoryTotals, type Remembered } from '../history/history-buffer.ts';
import { limits } from '../limits.ts';
import type { User } from './user.ts';

/** The history of a channel. It ends with the channel. */
export class ChannelHistory {
  readonly buffer: HistoryBuffer;
  /** Members of this server who came when there was history already. */
  readonly #since = new Map<User, number>();
  /** The same of accounts whose connection was lost, by folded name, the longest ago first. */
  readonly #lost = new Map<string, number>();

  constructor(totals: HistoryTotals) {
    this.buffer = new HistoryBuffer(totals);
  }

  /** Somebody of this server is on the channel from now on. */
  entered(user: User): void {
    const before = user.account === null ? undefined : this.#lost.get(fold(user.account));
    this.#since.set(user, before ?? this.buffer.totals.lastOrder);
  }

  /** The connection of a member is gone; they leave then. */
  lost(user: User): void {
    if (user.local === null || user.account === null) return;
    const key = fold(user.account);
    const since = Math.min(this.readableAfter(user), this.#lost.get(key) ?? Number.POSITIVE_INFINITY);
    this.#lost.delete(key);
    this.#lost.set(key, since);
    // Behind whoever leaves so.
    this.#since.delete(user);
    if (this.#lost.size <= limits.historyReaders.default) return;
    for (const longest of this.#lost.keys()) {
      this.#lost.delete(longest);
      break;
    }
  }

  /** A member is off the channel, by their own will or another's; or an account was refused. */
  left(user: User): void {
    // Of one whose connection was lost nothing is known any more.
    const here = this.#since.delete(user);
    if (user.account !== null && (here || !user.gone)) this.#lost.delete(fold(user.account));
  }

  /** The channel has another name: what was said there is read as said under that. */
  renamed(former: string, name: string): void {
    for (const entry of this.buffer.entries) entry.said = saidOn(former, name, entry.said);
  }

  /** Whoever takes the name of an account later is another. */
  forgetAccount(account: string): void {
    this.#lost.delete(fold(account));
  }

  /** The number of the last entry that a member may not read. */
  readableAfter(user: User): number {
    return this.#since.get(user) ?? 0;
  }
}

/** Source and command of a line, and what it is about. */
const TARGET = /^(:\S+ \S+ )(\S+)/;

function saidOn(former: string, name: string, said: Remembered): Remembered {
  const moved = (body: string) =>
    body.replace(TARGET, (whole, before: string, target: string) =>
      target === former ? before + name : whole,
    );
  const lines = said.lines?.map((line) => ({ ...line, body: moved(line.body) })) ?? null;
  return { ...said, body: moved(said.body), lines };
}
