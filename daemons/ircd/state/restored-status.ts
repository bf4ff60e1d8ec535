/**
 * Who had which status on a channel that was restored after a crash. Nicks prove nothing after a restart, so that
 * only accounts count; of whoever had none nothing is known.
 */
import { fold } from '../../irc/casemapping.ts';

/** Status by account, until a time. */
export class RestoredStatus {
  /** Until when the channel is kept without members and gives nobody else status, Unix milliseconds. */
  readonly untilMs: number;
  /** `STATUS` bits by folded account. */
  readonly #bits = new Map<string, number>();

  /** @param held accounts by a bit that they have. */
  constructor(untilMs: number, held: Iterable<readonly [bit: number, accounts: readonly string[]]>) {
    this.untilMs = untilMs;
    for (const [bit, accounts] of held) for (const account of accounts) this.#grant(account, bit);
  }

  /** Status bits of an account; 0 for somebody who is not logged in. */
  of(account: string | null): number {
    return account === null ? 0 : (this.#bits.get(fold(account)) ?? 0);
  }

  /** Somebody with the right to do so took it away; answers whether there was any. */
  revoke(account: string | null, bits: number): boolean {
    const held = this.of(account);
    if (account === null || (held & bits) === 0) return false;
    if ((held & ~bits) === 0) this.#bits.delete(fold(account));
    else this.#bits.set(fold(account), held & ~bits);
    return true;
  }

  /** Folded accounts that have a bit. */
  *holders(bit: number): Iterable<string> {
    for (const [account, bits] of this.#bits) if ((bits & bit) !== 0) yield account;
  }

  #grant(account: string, bit: number): void {
    this.#bits.set(fold(account), this.of(account) | bit);
  }
}
