/**
 * The live table of accounts. Whoever keeps them is another process, so its list is asked for while somebody watches, and shown
 * as it was answered last; who is logged in is known here. Made by daemon.ts.
 */
import { accountColumns } from '../../../contract/account-commands.ts';
import { type AccountRow, MOST_ROWS } from '../../../contract/accounts.ts';
import type { TableCell } from '../../../contract/stream.ts';
import { accountRow } from '../../../kit/account-administration.ts';
import { fold } from '../../irc/casemapping.ts';
import { cellsOf } from '../../runtime/telemetry/table-cells.ts';
import type { AccountAuthority } from '../accounts/authority.ts';
import type { LocalClient } from '../state/local-client.ts';

/** What the table is made of. */
export interface AccountTableOptions {
  /** Who can be asked now. */
  readonly authority: () => AccountAuthority;
  readonly clients: () => Iterable<LocalClient>;
  /** Called when there is something new to show. */
  readonly onAnswer: () => void;
}

const NOBODY: readonly AccountRow[] = [];

/** The rows, as the authority answered last. One question is under way at a time, and none while nobody watches. */
export class AccountTable {
  readonly #options: AccountTableOptions;
  #accounts = NOBODY;
  #total = 0;
  #asking = false;
  /** An answer came that nobody was shown yet. */
  #fresh = false;
  #changes = 0;
  /** How many changes there were when the last answer was asked for. */
  #askedAfter = 0;

  constructor(options: AccountTableOptions) {
    this.#options = options;
  }

  /** An account is another than before, or somebody logged in or out. */
  changed(): void {
    this.#changes++;
  }

  /** Cells in the order of the columns. Asks again, unless what was asked for came just now. */
  *rows(): Iterable<readonly TableCell[]> {
    if (!this.#fresh || this.#askedAfter !== this.#changes) void this.#ask();
    this.#fresh = false;
    const online = this.#online();
    for (const account of this.#accounts) {
      const row = accountRow(account, online.get(fold(account.account)) ?? 0);
      yield cellsOf(accountColumns, row);
    }
  }

  /** All accounts, also those that the list has no room for. */
  total(): number {
    return this.#total;
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    this.#askedAfter = this.#changes;
    try {
      const { rows, total } = await this.#options.authority().ask('list', { text: '', limit: MOST_ROWS });
      this.#show(rows, total);
    } catch {
      // Nobody can be asked now: what was true before is not shown as if it were true now.
      if (this.#total > 0) this.#show(NOBODY, 0);
    } finally {
      this.#asking = false;
    }
  }

  #show(accounts: readonly AccountRow[], total: number): void {
    this.#accounts = accounts;
    this.#total = total;
    this.#fresh = true;
    this.#options.onAnswer();
  }

  /** How many clients are logged in to an account, by its folded name. */
  #online(): ReadonlyMap<string, number> {
    const online = new Map<string, number>();
    for (const { user } of this.#options.clients()) {
      if (user.account === null || user.gone) continue;
      const key = fold(user.account);
      online.set(key, (online.get(key) ?? 0) + 1);
    }
    return online;
  }
}
