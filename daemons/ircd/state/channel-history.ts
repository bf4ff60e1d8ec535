/**
 * What is kept of one channel, and from where on each of its members may read it: what was said since they came. Whose connection was
 * lost, and comes back with the same account, reads what was said meanwhile as well; who left, was removed or was refused
 * does not.
 */
import type { StoreChange } from '../../../contract/messages.ts';
import { fold } from '../../irc/casemapping.ts';
import { HistoryBuffer, type HistoryTotals, type Remembered } from '../history/history-buffer.ts';
import { about } from '../history/stored-form.ts';
import { limits } from '../limits.ts';
import type { Channel } from './channel.ts';
import type { User } from './user.ts';

/** Where it is written down what is to outlive the process; nowhere while history is in memory alone. */
export interface HistoryRecords {
  change(change: StoreChange): void;
}

/** In the place of an account: everybody who is on the channel. No account is called so. */
export const EVERYBODY = '*';

/** What the history of a channel is called on disk. */
export function scopeOf({ key }: Pick<Channel, 'key'>): string {
  return `c${key}`;
}

/** The history of a channel. It ends with the channel. */
export class ChannelHistory {
  readonly buffer: HistoryBuffer;
  readonly #channel: Channel;
  readonly #records: HistoryRecords;
  /** What was there before is for none of those who were on the channel by then. */
  #begun: number;
  /** Members of this server who came when there was history already. */
  readonly #since = new Map<User, number>();
  /** The same of accounts whose connection was lost, by folded name, the longest ago first. */
  readonly #lost = new Map<string, number>();
  /** From where on everybody who is on it may read, by the channel's own choice; null where that is no choice of its own. */
  #open: number | null = null;

  constructor(totals: HistoryTotals, channel: Channel, records: HistoryRecords) {
    this.buffer = new HistoryBuffer(totals, limits.historyMessages.default, scopeOf(channel), channel.name);
    this.#channel = channel;
    this.#records = records;
    this.#begun = totals.lastOrder;
    this.policyChanged();
    this.noteReaders();
  }

  /** The channel has another policy: what is too much goes, and who may read more than before may from here on. */
  policyChanged(): void {
    const { historyPolicy: policy } = this.#channel;
    this.buffer.bound(policy?.messages ?? Number.POSITIVE_INFINITY);
    const isOpen = policy?.readers === 'members';
    if (isOpen === (this.#open !== null)) return;
    this.#open = isOpen ? this.buffer.totals.lastOrder : null;
    if (this.#open === null) this.#noteNoReader(EVERYBODY);
    else this.#note(EVERYBODY, this.#open);
  }

  /** Writes down who may read: whoever is here with an account, as if their connection was lost now. */
  noteReaders(): void {
    for (const { user } of this.#channel.locals) this.#noteReader(user);
    for (const [account, since] of this.#lost) this.#note(account, since);
    if (this.#open !== null) this.#note(EVERYBODY, this.#open);
  }

  /** An account could read before this process was started. */
  mayRead(account: string, since: number): void {
    if (account === EVERYBODY) {
      if (this.#open === null) this.#noteNoReader(EVERYBODY);
      else this.#open = Math.min(this.#open, since);
      return;
    }
    const here = this.#channel.locals.filter(
      ({ user }) => user.account !== null && fold(user.account) === account,
    );
    for (const { user } of here) this.#since.set(user, Math.min(this.readableAfter(user), since));
    if (here.length === 0) this.#lost.set(account, Math.min(this.#lost.get(account) ?? since, since));
  }

  /** Somebody of this server is on the channel from now on. */
  entered(user: User): void {
    const before = user.account === null ? undefined : this.#lost.get(fold(user.account));
    this.#since.set(user, before ?? this.buffer.totals.lastOrder);
    this.#noteReader(user);
  }

  /** A member has logged in, or out. */
  accountChanged(user: User, former: string | null): void {
    if (former !== null) this.#noteNoReader(former);
    this.#noteReader(user);
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
      this.#noteNoReader(longest);
      break;
    }
  }

  /** A member is off the channel, by their own will or another's; or an account was refused. */
  left(user: User): void {
    // Of one whose connection was lost nothing is known any more.
    const here = this.#since.delete(user);
    if (user.account === null || !(here || !user.gone)) return;
    this.#lost.delete(fold(user.account));
    this.#noteNoReader(user.account);
  }

  /** The channel has another name: what was said there is read as said under that. */
  renamed(former: string, name: string): void {
    for (const entry of this.buffer.entries) entry.said = saidOn(former, name, entry.said);
    const to = scopeOf(this.#channel);
    if (to !== this.buffer.scope) this.#records.change({ do: 'rename', scope: this.buffer.scope, to });
    this.buffer.scope = to;
    this.buffer.name = name;
  }

  /** All messages have got orders that are higher by this. */
  move(by: number): void {
    this.#begun += by;
    if (this.#open !== null) this.#open += by;
    for (const [user, since] of this.#since) this.#since.set(user, since + by);
    for (const [account, since] of this.#lost) this.#lost.set(account, since + by);
  }

  /** Whoever takes the name of an account later is another. */
  forgetAccount(account: string): void {
    this.#lost.delete(fold(account));
  }

  /** The number of the last entry that a member may not read. */
  readableBy(user: User): number {
    const own = this.#since.get(user) ?? this.#begun;
    return this.#open === null ? own : Math.min(own, this.#open);
  }

  /** The same where the channel does not let everybody read. */
  readableAfter(user: User): number {
    return this.#since.get(user) ?? this.#begun;
  }

  #noteReader(user: User): void {
    if (user.account !== null) this.#note(fold(user.account), this.readableAfter(user));
  }

  #note(account: string, since: number): void {
    this.#records.change({ do: 'reader', scope: this.buffer.scope, account, since });
  }

  #noteNoReader(account: string): void {
    this.#records.change({ do: 'no reader', scope: this.buffer.scope, account: fold(account) });
  }
}

function saidOn(former: string, name: string, said: Remembered): Remembered {
  const lines = said.lines?.map((line) => ({ ...line, body: about(line.body, former, name) })) ?? null;
  return { ...said, body: about(said.body, former, name), lines };
}
