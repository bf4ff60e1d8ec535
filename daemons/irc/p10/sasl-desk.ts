/**
 * Clients of other servers log in to the accounts that are known here: Nefarious, and Signalboxes with `authority = "services"`, say
 * `SASL` as to services and are answered so. Used by the IRC server and by services.
 */
import type { AccountArgs, AccountResult, SaslAnswer } from '../../../contract/accounts.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { type SaslLine, type SaslStep, writeSasl } from './sasl-line.ts';
import { joinPiece, SASL_PIECE_BYTES, saslPieces } from './sasl-pieces.ts';

/** Where lines of an exchange come from and go to. */
export interface SaslLink {
  send(line: string): void;
}

type SaslQuestion = 'saslStart' | 'saslData' | 'saslAbort';

export interface SaslDeskOptions {
  /** Numeric of this server. */
  readonly me: () => string;
  readonly clock: Clock;
  /** Asks whoever keeps the accounts. */
  readonly ask: <Name extends SaslQuestion>(
    name: Name,
    args: AccountArgs<Name>,
  ) => Promise<AccountResult<Name>>;
  /** The mechanisms that whoever keeps them knows now. */
  readonly mechanisms: () => readonly string[];
  /** Whether they can be asked now. */
  readonly present: () => boolean;
  /** Told of each that ends, and whether it was a login. */
  readonly onEnd: (success: boolean) => void;
  /** A line of another form than that of Nefarious; null for what that form does not say. @param me numeric of this server */
  readonly write?: (me: string, line: SaslLine) => string | null;
  /** Since when an account exists, Unix seconds, which is told along; absent where that is not known. */
  readonly sinceOf?: (account: string) => number | undefined;
  readonly limits: {
    /** Exchanges at once; beyond them the oldest ends. */
    readonly exchanges: number;
    /** How long one is kept while its client says nothing, in milliseconds. */
    readonly clientMs: number;
    /** Base64 of one message. */
    readonly messageBytes: number;
  };
}

/** One client elsewhere. */
interface Exchange {
  readonly link: SaslLink;
  readonly said: SaslLine;
  readonly mechanism: string;
  readonly fingerprint: string | null;
  /** Where the client is, by what its server says. */
  address: string;
  /** Pieces of a message that is not complete. */
  text: string;
  /** Whether whoever knows the accounts has been asked. */
  begun: boolean;
  /** Whether an answer is awaited. */
  busy: boolean;
  timer: Timer;
}

/** What `H` says: `user@host:address`. */
const ADDRESS = /^[^@]*@(?:\[[^\]]*\]|[^:]*):(.+)$/;

export class SaslDesk {
  readonly #options: SaslDeskOptions;
  /** By server and what it calls the exchange; the oldest first. */
  readonly #exchanges = new Map<string, Exchange>();

  constructor(options: SaslDeskOptions) {
    this.#options = options;
  }

  /** @param source numeric of the server of the client */
  hear(source: string, said: SaslLine, link: SaslLink): void {
    const key = keyOf(said);
    if (said.home !== source || key.length > MOST_KEY) return;
    const known = this.#exchanges.get(key);
    const { step, data } = said;
    if (step === 'S') this.#start(key, said, link);
    else if (known === undefined) return;
    else if (step === 'H') known.address = ADDRESS.exec(data)?.[1]?.slice(0, 64) ?? known.address;
    else if (step === 'D') this.#end(key);
    else if (step === 'C') this.#take(key, known, data);
  }

  /** A link is over. */
  forget(link: SaslLink): void {
    for (const [key, exchange] of [...this.#exchanges]) if (exchange.link === link) this.#end(key);
  }

  /** A server is gone, and its clients with it. @param home its numeric */
  gone(home: string): void {
    for (const [key, { said }] of [...this.#exchanges]) if (said.home === home) this.#end(key);
  }

  #start(key: string, said: SaslLine, link: SaslLink): void {
    this.#end(key);
    const mechanism = said.data.toUpperCase();
    const known = this.#options.mechanisms();
    if (!known.includes(mechanism)) {
      this.#say(link, said, 'M', known.join(','));
      this.#say(link, said, 'D', 'F');
      return;
    }
    const [oldest] = this.#exchanges.keys();
    if (oldest !== undefined && this.#exchanges.size >= this.#options.limits.exchanges) this.#end(oldest);
    this.#exchanges.set(key, {
      link,
      said,
      mechanism,
      fingerprint: said.more?.toLowerCase().slice(0, 128) ?? null,
      address: said.home,
      text: '',
      begun: false,
      busy: false,
      timer: this.#options.clock.after(this.#options.limits.clientMs, () => this.#end(key)),
    });
    // The client speaks first in all of them; where it is comes after this.
    this.#say(link, said, 'C', '+');
  }

  #take(key: string, exchange: Exchange, piece: string): void {
    exchange.text = joinPiece(exchange.text, piece);
    if (exchange.busy || exchange.text.length > this.#options.limits.messageBytes) {
      this.#say(exchange.link, exchange.said, 'D', 'F');
      this.#end(key);
      return;
    }
    if (piece.length >= SASL_PIECE_BYTES) return;
    const { text } = exchange;
    exchange.text = '';
    exchange.busy = true;
    this.#ask(key, exchange, text).then(
      (answer) => this.#answer(key, exchange, answer),
      () => this.#finish(key, exchange, 'F'),
    );
  }

  async #ask(session: string, exchange: Exchange, data: string): Promise<SaslAnswer> {
    const { ask } = this.#options;
    const { mechanism, fingerprint, address, begun } = exchange;
    if (!begun) {
      exchange.begun = true;
      const first = await ask('saslStart', {
        session,
        mechanism,
        origin: { address, fingerprint },
      });
      if (first.kind !== 'challenge') return first;
    }
    return await ask('saslData', { session, data });
  }

  #answer(key: string, exchange: Exchange, answer: SaslAnswer): void {
    if (this.#exchanges.get(key) !== exchange) return;
    const { link, said } = exchange;
    exchange.busy = false;
    if (answer.kind === 'challenge') {
      for (const piece of saslPieces(answer.data)) this.#say(link, said, 'C', piece);
      return;
    }
    const { onEnd, sinceOf } = this.#options;
    onEnd(answer.kind === 'success');
    if (answer.kind === 'success') {
      const { account } = answer.login;
      const since = sinceOf?.(account);
      this.#say(link, said, 'L', account, since === undefined ? undefined : `${since}`);
    }
    exchange.begun = false;
    this.#finish(key, exchange, answer.kind === 'success' ? 'S' : 'F');
  }

  #finish(key: string, exchange: Exchange, outcome: 'S' | 'F'): void {
    if (this.#exchanges.get(key) !== exchange) return;
    this.#say(exchange.link, exchange.said, 'D', outcome);
    this.#end(key);
  }

  #end(key: string): void {
    const exchange = this.#exchanges.get(key);
    if (exchange === undefined) return;
    exchange.timer.cancel();
    this.#exchanges.delete(key);
    const { ask, present } = this.#options;
    // Whoever does not hear of it forgets the exchange by itself.
    if (exchange.begun && present()) ask('saslAbort', { session: key }).catch(() => {});
  }

  #say(link: SaslLink, { home, session }: SaslLine, step: SaslStep, data: string, more?: string): void {
    const { me, write = writeSasl } = this.#options;
    const line = write(me(), { target: home, home, session, step, data, more });
    if (line !== null) link.send(line);
  }
}

/** Longest name of a session that can be asked about (contract/accounts.ts). */
const MOST_KEY = 64;

function keyOf({ home, session }: SaslLine): string {
  return `${home}!${session}`;
}
