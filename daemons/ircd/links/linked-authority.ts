/**
 * Services on the network know the accounts (`authority = "services"`): while services of our own are there they are asked for
 * everything, else clients log in by SASL with those of another make. Made by daemon.ts.
 */
import type { AccountArgs, AccountQuestion, AccountResult } from '../../../contract/accounts.ts';
import type { SaslLine } from '../../irc/p10/sasl-line.ts';
import { type AccountAuthority, type AuthorityEvents, mechanismsOf } from '../accounts/authority.ts';
import type { Server } from '../state/server.ts';

/** One that may know of a login that has begun there. */
export interface LoginAuthority extends AccountAuthority {
  readonly mechanisms: readonly string[];
  /** Whether a client is in the midst of logging in there. */
  holds(session: string): boolean;
}

/** Asks whichever of the two is there, our own first. */
export class LinkedAuthority implements AccountAuthority {
  readonly configured = true;
  readonly where = 'services';
  readonly #own: AccountAuthority;
  readonly #sasl: LoginAuthority;

  constructor(own: AccountAuthority, sasl: LoginAuthority) {
    this.#own = own;
    this.#sasl = sasl;
  }

  get present(): boolean {
    return this.#own.present || this.#sasl.present;
  }

  get loginOnly(): boolean {
    return !this.#own.present;
  }

  get mechanisms(): readonly string[] {
    return this.#own.present ? mechanismsOf(this.#own) : this.#sasl.mechanisms;
  }

  /** A login goes on where it has begun, whoever has come meanwhile. */
  ask<Name extends AccountQuestion>(name: Name, args: AccountArgs<Name>): Promise<AccountResult<Name>> {
    const session = 'session' in args && this.#sasl.holds(args.session) ? args.session : null;
    if (session !== null && name !== 'saslStart') return this.#sasl.ask(name, args);
    if (session !== null) this.#sasl.ask('saslAbort', { session }).catch(() => {});
    const asked = this.#own.present || !this.#sasl.present ? this.#own : this.#sasl;
    return asked.ask(name, args);
  }

  listen(events: AuthorityEvents): void {
    this.#own.listen(events);
    this.#sasl.listen({
      onPresence: () => events.onPresence(),
      onNews: () => {},
    });
  }

  hear(from: Server, word: string, piece: string): void {
    this.#own.hear?.(from, word, piece);
  }

  hearSasl(from: Server, said: SaslLine): void {
    this.#sasl.hearSasl?.(from, said);
  }

  serversChanged(): void {
    this.#own.serversChanged?.();
    this.#sasl.serversChanged?.();
  }

  close(): void {
    this.#own.close();
    this.#sasl.close();
  }
}
