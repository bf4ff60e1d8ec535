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
import type { Clock } from '../../../kit/clock.ts';
import type { RequestFigures } from '../../../kit/request-figures.ts';
import type { Peers } from '../../runtime/host/peer-directory.ts';
import { PeerLink } from '../../runtime/net/peer-link.ts';
import { PeerQuestions } from '../../runtime/net/peer-questions.ts';
import type { AccountAuthority, AuthorityEvents } from './authority.ts';

export interface EmbeddedOptions {
  readonly peers: Peers;
  readonly clock: Clock;
  readonly figures: RequestFigures;
  readonly log: (level: 'info' | 'warn', event: string, message: string) => void;
}

/** Asks the daemon that keeps the accounts. */
export class EmbeddedAuthority implements AccountAuthority {
  readonly configured = true;
  readonly #questions: PeerQuestions<typeof ACCOUNT_QUESTIONS>;
  readonly #link: PeerLink;
  #present = false;
  #events: AuthorityEvents | null = null;
  #closed = false;

  constructor({ peers, clock, figures, log }: EmbeddedOptions) {
    this.#questions = new PeerQuestions(ACCOUNT_QUESTIONS, clock, figures);
    this.#link = new PeerLink({
      peers,
      clock,
      protocol: ACCOUNTS_PROTOCOL,
      lineChars: ACCOUNTS_LINE_CHARS,
      onPeer: async (channel) => {
        const ended = this.#questions.use(channel, (news) => this.#hear(news));
        log('info', 'accounts_present', 'Accounts can be logged in to');
        this.#setPresent(true);
        try {
          await ended;
        } finally {
          if (!this.#closed)
            log(
              'warn',
              'accounts_away',
              'The keeper of the accounts is away: nobody can log in until it is back',
            );
          this.#setPresent(false);
        }
      },
      onBroken: (why) =>
        log('warn', 'accounts_link_broken', `The keeper of the accounts cannot be asked: ${why}`),
    });
  }

  get present(): boolean {
    return this.#present;
  }

  ask<Name extends AccountQuestion>(name: Name, args: AccountArgs<Name>): Promise<AccountResult<Name>> {
    return this.#questions.ask(name, args) as Promise<AccountResult<Name>>;
  }

  listen(events: AuthorityEvents): void {
    this.#events = events;
  }

  close(): void {
    this.#closed = true;
    this.#events = null;
    this.#link.close();
  }

  #setPresent(present: boolean): void {
    if (this.#present === present) return;
    this.#present = present;
    this.#events?.onPresence();
  }

  #hear(news: unknown): void {
    const parsed = accountNewsSchema.safeParse(news);
    if (parsed.success) this.#events?.onNews(parsed.data);
  }
}
