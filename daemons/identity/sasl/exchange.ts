/** One login under way: what the client has said so far, and what it is answered. IRCv3 sasl 3.2 carries it; this is what is in it. */

import { isUtf8 } from 'node:buffer';
import { createHmac, randomBytes } from 'node:crypto';
import type { LoginOrigin, SaslAnswer, SaslMechanism } from '../../../contract/accounts.ts';
import { fold } from '../../irc/casemapping.ts';
import { limits } from '../limits.ts';
import { type Logins, type Proof, refused } from '../logins.ts';
import type { PasswordAuthority, ScramSource } from '../password-authority.ts';
import type { AccountStore } from '../store/account-store.ts';
import { INVALID_TOKEN, parseBearer, SEEN } from './oauthbearer.ts';
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
  /** Who else knows passwords; absent where all are kept here. */
  readonly authority?: PasswordAuthority;
}

/** Where a login is from, and whether somebody still waits for it. */
export interface ExchangeClient {
  readonly origin: LoginOrigin;
  /** Whether the exchange goes on: its client has neither left nor begun anew. */
  readonly stands: () => boolean;
}

/** A login under way. */
export interface Exchange {
  /** The client has sent a whole message. Anything but a challenge ends the exchange. */
  take(message: Buffer): SaslAnswer | Promise<SaslAnswer>;
}

const EMPTY_CHALLENGE: SaslAnswer = { kind: 'challenge', data: '' };
const NONCE_BYTES = 18;

/** Begins an exchange; in all mechanisms the client speaks first. */
export function beginExchange(
  world: ExchangeWorld,
  mechanism: SaslMechanism,
  client: ExchangeClient,
): Exchange {
  if (mechanism === 'PLAIN') return { take: (message) => plain(world, message, client) };
  if (mechanism === 'EXTERNAL') return { take: (message) => external(world, message, client) };
  if (mechanism === 'OAUTHBEARER') return new BearerExchange(world, client);
  return new ScramExchange(world, client);
}

/** What a client is answered that has only named its mechanism. */
export function firstChallenge(): SaslAnswer {
  return EMPTY_CHALLENGE;
}

async function plain(
  { logins }: ExchangeWorld,
  message: Buffer,
  { origin, stands }: ExchangeClient,
): Promise<SaslAnswer> {
  const parsed = parsePlain(message);
  if (parsed === null) return refused('malformed', null);
  const account = saslprep(parsed.account);
  const password = saslprep(parsed.password);
  if (account === null || password === null || Buffer.byteLength(password) > limits.passwordBytes.default)
    return refused('malformed', null);
  if (!actsAsItself(parsed.authorization, account))
    return logins.failed(account, origin, 'asked to act as another account');
  const proof = await logins.prove(account, password, origin);
  if (typeof proof !== 'function') return proof;
  return stands() ? await logins.proven(account, origin, proof) : refused('malformed', account);
}

/** The certificate says who it is; a name says which account is meant, and there is one at most. */
async function external(
  { store, logins, authority }: ExchangeWorld,
  message: Buffer,
  { origin, stands }: ExchangeClient,
): Promise<SaslAnswer> {
  if (!isUtf8(message)) return refused('malformed', null);
  const wanted = message.toString('utf8');
  if (wanted.includes('\0')) return refused('malformed', null);
  const { fingerprint } = origin;
  const account = fingerprint === null ? undefined : store.findByFingerprint(fingerprint);
  // A certificate cannot be guessed: without a name nobody is meant, and only the address is counted.
  const before = logins.refusalBefore(account?.name ?? wanted, origin);
  if (before !== null) return before;
  const elsewhere =
    account !== undefined || fingerprint === null
      ? null
      : (authority?.certificate(fingerprint, origin) ?? null);
  const verdict = await elsewhere;
  if (verdict !== null && verdict.kind !== 'right') return logins.refusal(wanted, origin, verdict);
  const name = account?.name ?? verdict?.account;
  if (name === undefined) return logins.failed(wanted, origin, 'no account has this certificate');
  if (!actsAsItself(wanted, name)) return logins.failed(name, origin, 'asked to act as another account');
  if (!stands()) return refused('malformed', name);
  const isTheirs: Proof = ({ id }) => fingerprint !== null && store.findByFingerprint(fingerprint)?.id === id;
  return await logins.proven(name, origin, verdict?.proof ?? isTheirs);
}

function actsAsItself(authorization: string, account: string): boolean {
  return authorization === '' || fold(authorization) === fold(account);
}

/** The token says who it is; a name says which account is meant, and it has to be the same. */
class BearerExchange implements Exchange {
  readonly #world: ExchangeWorld;
  readonly #client: ExchangeClient;
  /** What the client is answered once it has read why. */
  #refusal: SaslAnswer | null = null;

  constructor(world: ExchangeWorld, client: ExchangeClient) {
    this.#world = world;
    this.#client = client;
  }

  async take(message: Buffer): Promise<SaslAnswer> {
    if (this.#refusal !== null) return message.equals(SEEN) ? this.#refusal : refused('malformed', null);
    const { logins, authority } = this.#world;
    const { origin, stands } = this.#client;
    const parsed = parseBearer(message);
    if (parsed === null) return refused('malformed', null);
    const wanted = saslprep(parsed.authorization) ?? '';
    if (wanted === '' && parsed.authorization !== '') return refused('malformed', null);
    // A token cannot be guessed: without a name nobody is meant, and only the address is counted.
    const before = logins.refusalBefore(wanted, origin);
    if (before !== null) return before;
    const verdict = (await authority?.token(parsed.token, origin)) ?? null;
    if (verdict === null) return refused('mechanism', null);
    if (verdict.kind === 'wrong') return this.#explain(logins.refusal(wanted, origin, verdict));
    if (verdict.kind === 'refused') return logins.refusal(wanted, origin, verdict);
    const { account, proof } = verdict;
    if (!actsAsItself(wanted, account))
      return logins.failed(account, origin, 'asked to act as another account');
    return stands() ? await logins.proven(account, origin, proof) : refused('malformed', account);
  }

  #explain(refusal: SaslAnswer): SaslAnswer {
    this.#refusal = refusal;
    return challenge(INVALID_TOKEN);
  }
}

class ScramExchange implements Exchange {
  readonly #world: ExchangeWorld;
  readonly #origin: LoginOrigin;
  readonly #stands: () => boolean;
  #first: ClientFirst | null = null;
  #account = '';
  #answer = '';
  #nonce = '';
  /** What was kept of the password at the beginning. */
  #kept: string | null = null;
  #verifier: ScramVerifier | null = null;
  #isProven = false;
  /** Where the verifier is from; null where it is kept here, or is none. */
  #source: ScramSource | null = null;

  constructor(world: ExchangeWorld, { origin, stands }: ExchangeClient) {
    this.#world = world;
    this.#origin = origin;
    this.#stands = stands;
  }

  take(message: Buffer): SaslAnswer | Promise<SaslAnswer> {
    if (!isUtf8(message)) return refused('malformed', null);
    if (this.#isProven) {
      // The client has seen that the server knows the verifier, and says nothing more.
      if (message.length > 0) return refused('malformed', this.#account);
      return this.#proven(this.#world.logins);
    }
    const text = message.toString('utf8');
    return this.#first === null ? this.#begin(text) : this.#finish(text, this.#first);
  }

  async #proven(logins: Logins): Promise<SaslAnswer> {
    const verdict = (await this.#source?.claim()) ?? null;
    if (verdict !== null && verdict.kind !== 'right')
      return logins.refusal(this.#account, this.#origin, verdict);
    if (!this.#stands()) return refused('malformed', this.#account);
    const { store } = this.#world;
    const isSame: Proof = (current) => store.credential(current, 'scram-sha-256') === this.#kept;
    return await logins.proven(this.#account, this.#origin, verdict?.proof ?? isSame);
  }

  #begin(text: string): SaslAnswer | Promise<SaslAnswer> {
    const first = parseClientFirst(text);
    const name = first === null ? null : saslprep(first.account);
    if (first === null || name === null) return refused('malformed', null);
    const { store, logins, authority } = this.#world;
    const before = logins.refusalBefore(name, this.#origin);
    if (before !== null) return before;
    const elsewhere = authority?.scram(name) ?? null;
    if (elsewhere !== null)
      return elsewhere.then((found) => {
        this.#source = found === 'none' ? null : found;
        return this.#challenge(first, name, this.#source?.verifier ?? null);
      });
    const account = store.find(name);
    const kept = account === undefined ? null : store.credential(account, 'scram-sha-256');
    this.#kept = kept;
    return this.#challenge(first, name, kept === null ? null : parseVerifier(kept));
  }

  #challenge(first: ClientFirst, name: string, verifier: ScramVerifier | null): SaslAnswer {
    if (!this.#stands()) return refused('malformed', name);
    this.#first = first;
    this.#account = name;
    this.#verifier = verifier ?? decoyOf(name, this.#world.decoySecret);
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
    this.#isProven = true;
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
