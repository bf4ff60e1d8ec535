/**
 * Who knows the accounts of the network, as the server sees it. There is one at a time: `embedded` (the daemon that keeps them),
 * `services` (links/linked-authority.ts), or nobody. While it is away, logging in is unavailable; no other store is asked in its place.
 */
import {
  type AccountArgs,
  type AccountNews,
  type AccountQuestion,
  type AccountResult,
  SASL_MECHANISMS,
} from '../../../contract/accounts.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import type { SaslLine } from '../../irc/p10/sasl-line.ts';
import type { Server } from '../state/server.ts';

/** What an authority tells without being asked. */
export interface AuthorityEvents {
  /** It can be asked now, or no longer. */
  onPresence(): void;
  onNews(news: AccountNews): void;
}

/** Answers questions about accounts. */
export interface AccountAuthority {
  /** Whether accounts are for this network at all; capabilities that only tell of accounts are offered then. */
  readonly configured: boolean;
  /** Whether it can be asked now. */
  readonly present: boolean;
  /** Whether nothing but logging in can be asked of it: accounts are made and kept elsewhere. */
  readonly loginOnly?: boolean;
  /** What timelines of logins call whoever keeps the accounts; absent for `accounts`. */
  readonly where?: string;
  /** The mechanisms of SASL that it knows; absent for SASL_MECHANISMS. */
  readonly mechanisms?: readonly string[];
  /** Rejects with a SignalboxError: `unavailable` while it is away, `timeout`, or what it says. */
  ask<Name extends AccountQuestion>(name: Name, args: AccountArgs<Name>): Promise<AccountResult<Name>>;
  /** Tells this one from here on. */
  listen(events: AuthorityEvents): void;
  /** One that is a server: a piece of what it answers (`XR`). */
  hear?(from: Server, word: string, piece: string): void;
  /** One that is a server: what it says to an exchange of a client here (`SASL`). */
  hearSasl?(from: Server, said: SaslLine): void;
  /** One that is a server: servers have come or gone, or have told what they know. */
  serversChanged?(): void;
  close(): void;
}

/** What can be offered with an authority. */
export function mechanismsOf({ mechanisms = SASL_MECHANISMS }: AccountAuthority): readonly string[] {
  return mechanisms;
}

/** Nobody: there are no accounts here, or whoever knows them is not connected. */
export class NoAuthority implements AccountAuthority {
  readonly configured: boolean;
  readonly present = false;
  readonly #why: string;

  /** @param why what administrators read who ask about accounts */
  constructor(configured: boolean, why: string) {
    this.configured = configured;
    this.#why = why;
  }

  ask(): Promise<never> {
    return Promise.reject(new SignalboxError('unavailable', this.#why));
  }

  listen(): void {}
  close(): void {}
}

/** There are no accounts. */
export function noAccounts(): AccountAuthority {
  return new NoAuthority(false, 'There are no accounts here: ircd.accounts.authority is "none".');
}
