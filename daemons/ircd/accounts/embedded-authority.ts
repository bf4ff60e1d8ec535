/** The daemon of the instance that keeps the accounts, wherever it listens now. Made by daemon.ts where `authority = "embedded"`. */
import {
  ACCOUNT_QUESTIONS,
  ACCOUNTS_LINE_CHARS,
  ACCOUNTS_PROTOCOL,
  type AccountArgs,
  type AccountQuestion,
  type AccountResult,
  accountNewsSchema,
} from '../../../contract/accounts.ts';
import { AskedPeer, type AskedPeerOptions } from '../../runtime/net/asked-peer.ts';
import type { AccountAuthority, AuthorityEvents } from './authority.ts';

/** Asks the daemon that keeps the accounts. */
export class EmbeddedAuthority implements AccountAuthority {
  readonly configured = true;
  readonly #peer: AskedPeer<typeof ACCOUNT_QUESTIONS>;

  constructor(options: AskedPeerOptions) {
    this.#peer = new AskedPeer(ACCOUNT_QUESTIONS, options, {
      protocol: ACCOUNTS_PROTOCOL,
      lineChars: ACCOUNTS_LINE_CHARS,
      event: 'accounts',
      present: 'Accounts can be logged in to',
      away: 'The keeper of the accounts is away: nobody can log in until it is back',
      broken: 'The keeper of the accounts cannot be asked',
    });
  }

  get present(): boolean {
    return this.#peer.present;
  }

  ask<Name extends AccountQuestion>(name: Name, args: AccountArgs<Name>): Promise<AccountResult<Name>> {
    return this.#peer.questions.ask(name, args) as Promise<AccountResult<Name>>;
  }

  listen(events: AuthorityEvents): void {
    this.#peer.listen({
      onPresence: () => events.onPresence(),
      onNews(news) {
        const parsed = accountNewsSchema.safeParse(news);
        if (parsed.success) events.onNews(parsed.data);
      },
    });
  }

  close(): void {
    this.#peer.close();
  }
}
