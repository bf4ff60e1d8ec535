/** What accounts have said and heard in private, in memory. Made by message-history.ts, which has it written. */
import { fold } from '../../irc/casemapping.ts';
import { SERVICES_FLAG } from '../../irc/p10/server-line.ts';
import { limits } from '../limits.ts';
import type { User } from '../state/user.ts';
import { HistoryBuffer, type HistoryTotals, type Peer, type Remembered } from './history-buffer.ts';
import { remember, type Said } from './remembered.ts';

/** What the private messages of an account are called on disk. */
export function accountScope(account: string): string {
  return `a${fold(account)}`;
}

/** Who reads, whatever connections they have: those who do take turns at the disk. */
export function readerName({ account, address }: User): string {
  return account === null ? address : accountScope(account);
}

export function isService({ server }: User): boolean {
  return server.flags.includes(SERVICES_FLAG);
}

/** By account. */
export class AccountHistories {
  readonly #totals: HistoryTotals;
  readonly #keep: (buffer: HistoryBuffer, said: Remembered) => void;
  /** By folded account. */
  readonly #accounts = new Map<string, HistoryBuffer>();

  /** @param keep puts something into one of them, and has it written */
  constructor(totals: HistoryTotals, keep: (buffer: HistoryBuffer, said: Remembered) => void) {
    this.#totals = totals;
    this.#keep = keep;
  }

  /** Null for nothing. */
  of(account: string): HistoryBuffer | null {
    return this.#accounts.get(fold(account)) ?? null;
  }

  /** Something was said in private; see `direct` of message-history.ts. */
  said(source: User, to: User, said: Said, heard: boolean): void {
    if (isService(source) || isService(to)) return;
    this.#keepFor(source, to, said);
    const own = to.account !== null && source.account !== null && fold(to.account) === fold(source.account);
    if (heard && !(own && source.local !== null)) this.#keepFor(to, source, said);
  }

  forget(account: string): void {
    this.of(account)?.clear();
    this.#accounts.delete(fold(account));
  }

  clear(): void {
    for (const buffer of this.#accounts.values()) buffer.clear();
    this.#accounts.clear();
  }

  #keepFor({ local, account }: User, other: User, said: Said): void {
    if (local === null || account === null) return;
    const peer: Peer = {
      nick: other.nick,
      nickKey: fold(other.nick),
      account: other.account === null ? null : fold(other.account),
    };
    const remembered = remember(said, peer);
    if (remembered === null) return;
    const key = fold(account);
    let buffer = this.#accounts.get(key);
    if (buffer === undefined) {
      buffer = new HistoryBuffer(this.#totals, limits.historyMessages.default, accountScope(account));
      this.#accounts.set(key, buffer);
    }
    this.#keep(buffer, remembered);
  }
}
