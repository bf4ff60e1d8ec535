/**
 * Services of another make behind a link know the accounts: what a client says by AUTHENTICATE goes to them as `SASL`, and what they
 * answer comes back so (Nefarious and X3, ../../irc/p10/sasl-line.ts). Nothing else about accounts can be asked this way. Part of
 * linked-authority.ts.
 */
import { randomInt } from 'node:crypto';
import {
  type AccountArgs,
  type AccountQuestion,
  type AccountResult,
  SASL_MECHANISMS,
  type SaslAnswer,
} from '../../../contract/accounts.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { sameName } from '../../irc/casemapping.ts';
import { type SaslLine, type SaslStep, writeSasl } from '../../irc/p10/sasl-line.ts';
import { joinPiece, SASL_PIECE_BYTES, saslPieces } from '../../irc/p10/sasl-pieces.ts';
import { OWN_KIND_FLAG, SERVICES_FLAG } from '../../irc/p10/server-line.ts';
import type { AccountAuthority, AuthorityEvents } from '../accounts/authority.ts';
import type { ServicesRoute } from '../accounts/services-authority.ts';
import { limits } from '../limits.ts';
import type { Server } from '../state/server.ts';

/** What is offered before services have said what they know. */
const USUAL_MECHANISMS: readonly string[] = [...SASL_MECHANISMS, 'OAUTHBEARER'];

/** Who waits for an answer. */
interface Waiting {
  readonly resolve: (answer: SaslAnswer) => void;
  readonly reject: (error: SignalboxError) => void;
}

/** One client in the midst of it. */
interface Exchange {
  /** What services call it, behind the numeric of this server. */
  readonly token: string;
  readonly to: Server;
  /** Pieces of a challenge that is not complete. */
  text: string;
  /** The account that they have named. */
  login: { readonly account: string; readonly seconds: number } | null;
  /** Who waits for their next word; null while they wait for the client. */
  asked: Waiting | null;
  timer: Timer | null;
}

export interface SaslAuthorityOptions {
  readonly route: () => ServicesRoute;
  readonly clock: Clock;
  readonly log: (level: 'info' | 'warn', event: string, message: string) => void;
  /** Name of the server that is asked; null for one that says it is services. */
  readonly name: () => string | null;
}

/** Asks services of another make, or a server that is named. */
export class SaslAuthority implements AccountAuthority {
  readonly configured = true;
  readonly loginOnly = true;
  mechanisms: readonly string[] = USUAL_MECHANISMS;
  readonly #options: SaslAuthorityOptions;
  /** By what the server here calls the client's exchange. */
  readonly #exchanges = new Map<string, Exchange>();
  #asked: Server | null = null;
  #events: AuthorityEvents | null = null;

  constructor(options: SaslAuthorityOptions) {
    this.#options = options;
  }

  get present(): boolean {
    return this.#asked !== null;
  }

  listen(events: AuthorityEvents): void {
    this.#events = events;
  }

  close(): void {
    this.#events = null;
    this.#asked = null;
    this.#endAll(() => true, 'Somebody else is asked.');
  }

  /** Whether a client is in the midst of it. */
  holds(session: string): boolean {
    return this.#exchanges.has(session);
  }

  serversChanged(): void {
    const { route, log } = this.#options;
    const known = new Set(route().servers);
    this.#endAll(({ to }) => !known.has(to), 'Services are gone.');
    const before = this.#asked;
    const now = this.#choose(known);
    if (now === before) return;
    this.#asked = now;
    this.mechanisms = USUAL_MECHANISMS;
    if (before !== null)
      log('warn', 'sasl_services_away', `${before.name} is not asked about logins any more`);
    if (now !== null)
      log('info', 'sasl_services_present', `Clients can log in by SASL: ${now.name} is asked`);
    this.#events?.onPresence();
  }

  #endAll(which: (exchange: Exchange) => boolean, why: string): void {
    for (const [session, exchange] of [...this.#exchanges]) {
      if (!which(exchange)) continue;
      this.#forget(session);
      exchange.asked?.reject(new SignalboxError('unavailable', why));
    }
  }

  async ask<Name extends AccountQuestion>(name: Name, args: AccountArgs<Name>): Promise<AccountResult<Name>> {
    return (await this.#answer(name, args)) as AccountResult<Name>;
  }

  /** Accounts of nicks and channels are theirs to look after: nothing of that is known here. */
  #answer(name: AccountQuestion, args: unknown): unknown {
    if (name === 'saslStart') return this.#start(args as AccountArgs<'saslStart'>);
    if (name === 'saslData') return this.#goOn(args as AccountArgs<'saslData'>);
    if (name === 'saslAbort') return this.#abort((args as AccountArgs<'saslAbort'>).session);
    if (name === 'channels') return { rows: [], next: null };
    if (name === 'nickOwners') return { owners: (args as AccountArgs<'nickOwners'>).nicks.map(() => null) };
    throw new SignalboxError('unavailable', 'Services keep the accounts: they have commands of their own.');
  }

  /** Services of our own kind are asked in other words (../accounts/services-authority.ts). */
  #choose(known: Iterable<Server>): Server | null {
    const { route, name } = this.#options;
    const wanted = name();
    const { me } = route();
    for (const server of known) {
      const services = server.flags.includes(SERVICES_FLAG);
      const ours = server.flags.includes(OWN_KIND_FLAG);
      if (server.numeric === me || (services && ours)) continue;
      if (wanted === null ? services : sameName(server.name, wanted)) return server;
    }
    return null;
  }

  #start({ session, mechanism, origin }: AccountArgs<'saslStart'>): Promise<SaslAnswer> {
    this.#abort(session);
    const to = this.#asked;
    if (to === null) throw new SignalboxError('unavailable', 'Services are not linked.');
    const token = `${session}.${randomInt(1, 2 ** 31)}`;
    const exchange: Exchange = { token, to, text: '', login: null, asked: null, timer: null };
    this.#exchanges.set(session, exchange);
    const { address, fingerprint } = origin;
    this.#say(exchange, 'S', mechanism, fingerprint ?? undefined);
    const host = address.includes(':') ? `[${address}]` : address;
    this.#say(exchange, 'H', `unknown@${host}:${address}`);
    return this.#wait(session, exchange);
  }

  #goOn({ session, data }: AccountArgs<'saslData'>): Promise<SaslAnswer> {
    const exchange = this.#exchanges.get(session);
    if (exchange === undefined || exchange.asked !== null)
      throw new SignalboxError('unavailable', 'Services wait for nothing of this client.');
    for (const piece of saslPieces(data)) this.#say(exchange, 'C', piece);
    return this.#wait(session, exchange);
  }

  #abort(session: string): Record<string, never> {
    const exchange = this.#exchanges.get(session);
    if (exchange === undefined) return {};
    this.#say(exchange, 'D', 'A');
    this.#forget(session);
    exchange.asked?.reject(new SignalboxError('unavailable', 'The client has given up.'));
    return {};
  }

  #wait(session: string, exchange: Exchange): Promise<SaslAnswer> {
    this.#expireAfter(session, exchange, limits.saslServicesMs.default);
    return new Promise((resolve, reject) => {
      exchange.asked = { resolve, reject };
    });
  }

  #expireAfter(session: string, exchange: Exchange, ms: number): void {
    exchange.timer?.cancel();
    exchange.timer = this.#options.clock.after(ms, () => {
      this.#say(exchange, 'D', 'A');
      this.#forget(session);
      exchange.asked?.reject(new SignalboxError('timeout', 'Services did not answer.'));
    });
  }

  #forget(session: string): void {
    this.#exchanges.get(session)?.timer?.cancel();
    this.#exchanges.delete(session);
  }

  #say({ to, token }: Exchange, step: SaslStep, data: string, more?: string): void {
    const { me, send } = this.#options.route();
    send(to, writeSasl(me, { target: to.numeric, home: me, session: token, step, data, more }));
  }

  /** A server says something to an exchange of a client here; one that was not asked is not heard. */
  hearSasl(source: Server, { session: token, step, data, more }: SaslLine): void {
    const session = token.slice(0, Math.max(0, token.lastIndexOf('.')));
    const exchange = this.#exchanges.get(session);
    if (exchange === undefined || exchange.token !== token || exchange.to !== source) return;
    if (step === 'M') this.mechanisms = data.split(',').filter((word) => /^[A-Z0-9_-]{1,20}$/.test(word));
    else if (step === 'L') {
      const seconds = Number(/^\d{1,10}$/.exec(more ?? '')?.[0] ?? 0);
      if (/^[^\s:]{1,64}$/.test(data)) exchange.login = { account: data, seconds };
    } else if (step === 'C') {
      exchange.text = joinPiece(exchange.text, data);
      if (exchange.text.length > limits.saslMessageBytes.default) this.#abort(session);
      else if (data.length < SASL_PIECE_BYTES) {
        const { text } = exchange;
        exchange.text = '';
        this.#answered(session, exchange, { kind: 'challenge', data: text });
      }
    } else if (step === 'D') this.#done(session, exchange, data);
  }

  #done(session: string, exchange: Exchange, outcome: string): void {
    const { login } = exchange;
    if (outcome === 'S' && login !== null) {
      const { account, seconds } = login;
      const since = seconds === 0 ? {} : { since: seconds };
      this.#answered(session, exchange, { kind: 'success', login: { account, failures: null, ...since } });
    } else
      this.#answered(session, exchange, {
        kind: 'refused',
        why: 'credentials',
        account: null,
        retrySeconds: 0,
      });
    this.#forget(session);
  }

  #answered(session: string, exchange: Exchange, answer: SaslAnswer): void {
    exchange.asked?.resolve(answer);
    exchange.asked = null;
    this.#expireAfter(session, exchange, limits.saslClientMs.default);
  }
}
