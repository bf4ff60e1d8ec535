/**
 * Clients of other servers log in to the accounts that this server can ask for: Nefarious, and Signalboxes with
 * `authority = "services"`, say `SASL` as to services and are answered so. Made by link-network.ts.
 */
import type { SaslAnswer } from '../../../contract/accounts.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { type SaslLine, type SaslStep, writeSasl } from '../../irc/p10/sasl-line.ts';
import { joinPiece, SASL_PIECE_BYTES, saslPieces } from '../../irc/p10/sasl-pieces.ts';
import { MECHANISM_LIST } from '../accounts/account-desk.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { Server } from '../state/server.ts';
import type { LinkEnd } from './peer.ts';

/** One client elsewhere. */
interface Exchange {
  readonly link: LinkEnd;
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
  readonly #server: CommandServer;
  readonly #clock: Clock;
  /** By server and what it calls the exchange; the oldest first. */
  readonly #exchanges = new Map<string, Exchange>();

  constructor(server: CommandServer, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
  }

  /** Whether this server answers for the accounts of the network. */
  get answers(): boolean {
    const { authority } = this.#server.accounts;
    return authority.present && authority.loginOnly !== true;
  }

  /** @param source the server of the client */
  hear(source: Server, said: SaslLine, link: LinkEnd): void {
    const key = keyOf(said);
    if (said.home !== source.numeric || key.length > MOST_KEY) return;
    const known = this.#exchanges.get(key);
    const { step, data } = said;
    if (step === 'S') this.#start(key, said, link);
    else if (known === undefined) return;
    else if (step === 'H') known.address = ADDRESS.exec(data)?.[1]?.slice(0, 64) ?? known.address;
    else if (step === 'D') this.#end(key);
    else if (step === 'C') this.#take(key, known, data);
  }

  /** A link is over. */
  forget(link: LinkEnd): void {
    for (const [key, exchange] of [...this.#exchanges]) if (exchange.link === link) this.#end(key);
  }

  #start(key: string, said: SaslLine, link: LinkEnd): void {
    this.#end(key);
    const mechanism = said.data.toUpperCase();
    if (!MECHANISM_LIST.split(',').includes(mechanism)) {
      this.#say(link, said, 'M', MECHANISM_LIST);
      this.#say(link, said, 'D', 'F');
      return;
    }
    const [oldest] = this.#exchanges.keys();
    if (oldest !== undefined && this.#exchanges.size >= limits.saslLinkExchanges.default) this.#end(oldest);
    this.#exchanges.set(key, {
      link,
      said,
      mechanism,
      fingerprint: said.more?.toLowerCase().slice(0, 128) ?? null,
      address: said.home,
      text: '',
      begun: false,
      busy: false,
      timer: this.#clock.after(limits.saslClientMs.default, () => this.#end(key)),
    });
    // The client speaks first in all of them; where it is comes after this.
    this.#say(link, said, 'C', '+');
  }

  #take(key: string, exchange: Exchange, piece: string): void {
    exchange.text = joinPiece(exchange.text, piece);
    if (exchange.busy || exchange.text.length > limits.saslMessageBytes.default) {
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
    const { authority } = this.#server.accounts;
    const { mechanism, fingerprint, address, begun } = exchange;
    if (!begun) {
      exchange.begun = true;
      const first = await authority.ask('saslStart', {
        session,
        mechanism,
        origin: { address, fingerprint },
      });
      if (first.kind !== 'challenge') return first;
    }
    return await authority.ask('saslData', { session, data });
  }

  #answer(key: string, exchange: Exchange, answer: SaslAnswer): void {
    if (this.#exchanges.get(key) !== exchange) return;
    const { link, said } = exchange;
    exchange.busy = false;
    if (answer.kind === 'challenge') {
      for (const piece of saslPieces(answer.data)) this.#say(link, said, 'C', piece);
      return;
    }
    const { counts } = this.#server.accounts;
    if (answer.kind === 'refused') counts.failures++;
    else {
      counts.logins++;
      this.#say(link, said, 'L', answer.login.account);
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
    const { authority } = this.#server.accounts;
    // Whoever does not hear of it forgets the exchange by itself.
    if (exchange.begun && authority.present) authority.ask('saslAbort', { session: key }).catch(() => {});
  }

  #say(link: LinkEnd, { home, session }: SaslLine, step: SaslStep, data: string): void {
    link.send(
      writeSasl(this.#server.state.me.numeric, { target: home, home, session, step, data, more: undefined }),
    );
  }
}

/** Longest name of a session that can be asked about (contract/accounts.ts). */
const MOST_KEY = 64;

function keyOf({ home, session }: SaslLine): string {
  return `${home}!${session}`;
}
