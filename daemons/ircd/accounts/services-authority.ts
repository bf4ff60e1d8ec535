/**
 * Services that are linked and keep the accounts of the network: they are asked over `XQ` and answer by `XR`, in the words of
 * `contract/accounts.ts`. Whoever is a server of our own kind and says that it is services is asked, linked here or behind others.
 */
import {
  ACCOUNT_QUESTIONS,
  ACCOUNTS_LINE_CHARS,
  type AccountArgs,
  type AccountQuestion,
  type AccountResult,
  accountNewsSchema,
  SASL_MECHANISMS,
} from '../../../contract/accounts.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { RequestFigures } from '../../../kit/request-figures.ts';
import { OWN_KIND_FLAG, SERVICES_FLAG } from '../../irc/p10/server-line.ts';
import { TalkReader, writeTalk } from '../../irc/p10/talk-line.ts';
import { PeerQuestions } from '../../runtime/net/peer-questions.ts';
import { TextChannel } from '../../runtime/net/text-channel.ts';
import { limits } from '../limits.ts';
import type { Server } from '../state/server.ts';
import type { AccountAuthority, AuthorityEvents } from './authority.ts';

/** The network as it reaches services. */
export interface ServicesRoute {
  /** Numeric of this server. */
  readonly me: string;
  readonly servers: Iterable<Server>;
  /** Sends a line towards a server; false where it cannot be reached. */
  send(to: Server, line: string): boolean;
}

export interface ServicesAuthorityOptions {
  readonly route: () => ServicesRoute;
  readonly clock: Clock;
  readonly figures: RequestFigures;
  readonly log: (level: 'info' | 'warn', event: string, message: string) => void;
}

/** Asks linked services. */
export class ServicesAuthority implements AccountAuthority {
  readonly configured = true;
  readonly #options: ServicesAuthorityOptions;
  readonly #questions: PeerQuestions<typeof ACCOUNT_QUESTIONS>;
  #reader = new TalkReader(ACCOUNTS_LINE_CHARS);
  #asked: { readonly server: Server; readonly channel: TextChannel } | null = null;
  #events: AuthorityEvents | null = null;
  /** Mechanisms that they have told of, beyond those that all have. */
  #more: readonly string[] = [];

  constructor(options: ServicesAuthorityOptions) {
    this.#options = options;
    this.#questions = new PeerQuestions(ACCOUNT_QUESTIONS, options.clock, options.figures);
  }

  get present(): boolean {
    return this.#asked !== null;
  }

  get mechanisms(): readonly string[] {
    return this.#more.length === 0 ? SASL_MECHANISMS : [...SASL_MECHANISMS, ...this.#more];
  }

  ask<Name extends AccountQuestion>(name: Name, args: AccountArgs<Name>): Promise<AccountResult<Name>> {
    return this.#questions.ask(name, args) as Promise<AccountResult<Name>>;
  }

  listen(events: AuthorityEvents): void {
    this.#events = events;
  }

  /** A piece of an answer; what another server says than whoever is asked is passed over. */
  hear(from: Server, word: string, piece: string): void {
    if (from !== this.#asked?.server) return;
    const message = this.#reader.take(word, piece);
    if (message !== null) this.#asked.channel.push(message);
  }

  /** Servers came or went. */
  serversChanged(): void {
    const { route, log } = this.#options;
    const known = [...route().servers];
    const asked = this.#asked?.server;
    if (asked !== undefined && known.includes(asked)) return;
    const services = known.find(
      ({ flags, bursting }) => !bursting && flags.includes(SERVICES_FLAG) && flags.includes(OWN_KIND_FLAG),
    );
    if (services === asked) return;
    this.#drop();
    if (asked !== undefined)
      log('warn', 'services_away', `${asked.name} is gone: nobody can log in until services are back`);
    if (services !== undefined) {
      this.#use(services);
      log('info', 'services_present', `Accounts can be logged in to: ${services.name} keeps them`);
    }
    this.#events?.onPresence();
  }

  close(): void {
    this.#events = null;
    this.#drop();
  }

  #use(server: Server): void {
    const { route } = this.#options;
    const send = (message: string) =>
      writeTalk(route().me, 'XQ', server.numeric, message).every((line) => route().send(server, line));
    const channel = new TextChannel({ send, waiting: limits.servicesAnswers.default });
    this.#asked = { server, channel };
    this.#reader = new TalkReader(ACCOUNTS_LINE_CHARS);
    this.#questions
      .use(channel, (news) => this.#hearNews(news))
      .catch((error: Error) =>
        this.#options.log('warn', 'services_talk', `${server.name}: ${error.message}`),
      );
  }

  #drop(): void {
    this.#asked?.channel.close();
    this.#asked = null;
    this.#more = [];
  }

  #hearNews(news: unknown): void {
    const parsed = accountNewsSchema.safeParse(news);
    if (!parsed.success) return;
    if (parsed.data.kind === 'mechanisms') this.#more = parsed.data.more;
    this.#events?.onNews(parsed.data);
  }
}
