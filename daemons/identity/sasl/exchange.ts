/** One login under way: what the client has said so far, and what it is answered. IRCv3 sasl 3.2 carries it; this is what is in it. */

import { isUtf8 } from 'node:buffer';
import { createHmac, randomBytes } from 'node:crypto';
import type { LoginOrigin, SaslAnswer, SaslMechanism } from '../../../contract/accounts.ts';
import { fold } from '../../irc/casemapping.ts';
import { limits } from '../limits.ts';
import { type Logins, refused } from '../logins.ts';
import type { AccountStore } from '../store/account-store.ts';
import { parsePlain } from './plain.ts';
import { saslprep } from './saslprep.ts';
import {
  authMessage,
  type ClientFirst,
  isProven,
  parseClientFinal,
  parseClientFirst,
  parseVerifier,
  type ScramVerifier,
  serverFinal,
  serverFirst,
} from './scram.ts';

/** What an exchange needs of what stands around it. */
export interface ExchangeWorld {
  readonly store: AccountStore;
  readonly logins: Logins;
  /** From which verifiers of accounts are made that do not exist. */
  readonly decoySecret: Buffer;
}

/** A login under way. */
export interface Exchange {
  /** The client has sent a whole message. Anything but a challenge ends the exchange. */
  take(message: Buffer): SaslAnswer | Promise<SaslAnswer>;
}

const EMPTY_CHALLENGE: SaslAnswer = { kind: 'challenge', data: '' };
const NONCE_BYTES = 18;

/** Begins an exchange; all three mechanisms let the client speak first. */
export function beginExchange(world: ExchangeWorld, mechanism: SaslMechanism, origin: LoginOrigin): Exchange {
  if (mechanism === 'PLAIN') return { take: (message) => plain(world, message, origin) };
  if (mechanism === 'EXTERNAL') return { take: (message) => external(world, message, origin) };
  return new ScramExchange(world, origin);
}

/** What a client is answered that has only named its mechanism. */
export function firstChallenge(): SaslAnswer {
  return EMPTY_CHALLENGE;
}

function plain({ logins }: ExchangeWorld, message: Buffer, origin: LoginOrigin) {
  const parsed = parsePlain(message);
  if (parsed === null) return refused('malformed', null);
  const account = saslprep(parsed.account);
  const password = saslprep(parsed.password);
  if (account === null || password === null || Buffer.byteLength(password) > limits.passwordBytes.default)
    return refused('malformed', null);
  if (!actsAsItself(parsed.authorization, account))
    return logins.failed(account, origin, 'asked to act as another account');
  return logins.byPassword(account, password, origin);
}

/** The certificate says who it is; a name says which account is meant, and there is one at most. */
function external({ store, logins }: ExchangeWorld, message: Buffer, origin: LoginOrigin) {
  if (!isUtf8(message)) return refused('malformed', null);
  const wanted = message.toString('utf8');
  if (wanted.includes('\0')) return refused('malformed', null);
  const account = origin.fingerprint === null ? undefined : store.findByFingerprint(origin.fingerprint);
  const name = account?.name ?? wanted;
  // A certificate cannot be guessed: without a name nobody is meant, and only the address is counted.
  const before = logins.refusalBefore(name, origin);
  if (before !== null) return before;
  if (account === undefined) return logins.failed(name, origin, 'no account has this certificate');
  if (!actsAsItself(wanted, account.name))
    return logins.failed(account.name, origin, 'asked to act as another account');
  return logins.proven(
    account.name,
    origin,
    ({ id }) => origin.fingerprint !== null && store.findByFingerprint(origin.fingerprint)?.id === id,
  );
}

function actsAsItself(authorization: string, account: string): boolean {
  return authorization === '' || fold(authorization) === fold(account);
}

class ScramExchange implements Exchange {
  readonly #world: ExchangeWorld;
  readonly #origin: LoginOrigin;
  #first: ClientFirst | null = null;
  #account = '';
  #answer = '';
  #nonce = '';
  /** What was kept of the password at the beginning. */
  #kept: string | null = null;
  #verifier: ScramVerifier | null = null;
  #proven = false;

  constructor(world: ExchangeWorld, origin: LoginOrigin) {
    this.#world = world;
    this.#origin = origin;
  }

  take(message: Buffer): SaslAnswer | Promise<SaslAnswer> {
    if (!isUtf8(message)) return refused('malformed', null);
    if (this.#proven) {
      // The client has seen that the server knows the verifier, and says nothing more.
      if (message.length > 0) return refused('malformed', this.#account);
      const { store, logins } = this.#world;
      return logins.proven(
        this.#account,
        this.#origin,
        (current) => store.credential(current, 'scram-sha-256') === this.#kept,
      );
    }
    const text = message.toString('utf8');
    return this.#first === null ? this.#begin(text) : this.#finish(text, this.#first);
  }

  #begin(text: string): SaslAnswer {
    const first = parseClientFirst(text);
    const name = first === null ? null : saslprep(first.account);
    if (first === null || name === null) return refused('malformed', null);
    const { store, logins, decoySecret } = this.#world;
    const before = logins.refusalBefore(name, this.#origin);
    if (before !== null) return before;
    const account = store.find(name);
    const kept = account === undefined ? null : store.credential(account, 'scram-sha-256');
    this.#first = first;
    this.#account = name;
    this.#kept = kept;
    this.#verifier = (kept === null ? null : parseVerifier(kept)) ?? decoyOf(name, decoySecret);
    this.#nonce = first.nonce + randomBytes(NONCE_BYTES).toString('base64');
    this.#answer = serverFirst(this.#nonce, this.#verifier);
    return challenge(this.#answer);
  }

  #finish(text: string, first: ClientFirst): SaslAnswer {
    const { logins } = this.#world;
    const final = parseClientFinal(text);
    const verifier = this.#verifier;
    if (final === null || verifier === null || final.nonce !== this.#nonce || final.header !== first.header)
      return refused('malformed', this.#account);
    const before = logins.refusalBefore(this.#account, this.#origin);
    if (before !== null) return before;
    const signed = authMessage(first, this.#answer, final);
    if (!isProven(verifier, signed, final.proof))
      return logins.failed(this.#account, this.#origin, 'wrong password');
    if (!actsAsItself(first.authorization, this.#account))
      return logins.failed(this.#account, this.#origin, 'asked to act as another account');
    this.#proven = true;
    return challenge(serverFinal(verifier, signed));
  }
}

function challenge(text: string): SaslAnswer {
  return { kind: 'challenge', data: Buffer.from(text).toString('base64') };
}

/** Looks like a verifier, is always the same for a name, and fits no password. */
function decoyOf(name: string, secret: Buffer): ScramVerifier {
  const derive = (what: string) =>
    createHmac('sha256', secret)
      .update(`${what} ${fold(name)}`)
      .digest();
  return {
    iterations: limits.scramIterations.default,
    salt: derive('salt').subarray(0, 16),
    storedKey: derive('stored'),
    serverKey: derive('server'),
  };
}
