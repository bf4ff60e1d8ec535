/**
 * The handshake `Noise_XX_25519_ChaChaPoly_SHA256` (Noise revision 34, sections 5.3 and 7.5): three messages, after which each
 * side knows the other's static key and both have two keys that nobody else has. What is said in the payloads is the
 * caller's.
 *
 *     -> e
 *     <- e, ee, s, es
 *     -> s, se
 */
import type { CipherState } from './cipher-state.ts';
import { type CryptoSuite, type DhPair, KEY_BYTES, TAG_BYTES } from './crypto-suite.ts';
import { NoiseError } from './noise-error.ts';
import { SymmetricState } from './symmetric-state.ts';

export const NOISE_NAME = 'Noise_XX_25519_ChaChaPoly_SHA256';

type Token = 'e' | 's' | 'ee' | 'es' | 'se';

/** By message; the initiator sends the first and the third. */
const MESSAGES: readonly (readonly Token[])[] = [['e'], ['e', 'ee', 's', 'es'], ['s', 'se']];

/** What one side brings. */
export interface HandshakeOptions {
  readonly suite: CryptoSuite;
  readonly initiator: boolean;
  /** What both sides said before; the handshake fails where they differ. */
  readonly prologue: Uint8Array;
  readonly staticPair: DhPair;
  /** For vectors; a new one where absent. */
  readonly ephemeralPair?: DhPair;
}

/** The keys of a session. */
export interface SessionKeys {
  readonly sending: CipherState;
  readonly receiving: CipherState;
  /** Of the whole handshake: the same on both sides, and another in every session. */
  readonly hash: Uint8Array;
}

export class Handshake {
  readonly #suite: CryptoSuite;
  readonly #initiator: boolean;
  readonly #static: DhPair;
  #ephemeral: DhPair | null;
  #symmetric: SymmetricState;
  #remoteEphemeral: Uint8Array | null = null;
  #remoteStatic: Uint8Array | null = null;
  #step = 0;

  constructor({ suite, initiator, prologue, staticPair, ephemeralPair }: HandshakeOptions) {
    this.#suite = suite;
    this.#initiator = initiator;
    this.#static = staticPair;
    this.#ephemeral = ephemeralPair ?? null;
    this.#symmetric = new SymmetricState(suite, NOISE_NAME);
    this.#symmetric.mixHash(prologue);
  }

  /** Whether all three messages were said. */
  get done(): boolean {
    return this.#step === MESSAGES.length;
  }

  /** Whether the next message is this side's. */
  get mayWrite(): boolean {
    return !this.done && (this.#step % 2 === 0) === this.#initiator;
  }

  /** The other side's static key, once it said it. */
  get remoteStatic(): Uint8Array | null {
    return this.#remoteStatic;
  }

  /** The next message of this side. */
  write(payload: Uint8Array): Uint8Array {
    if (!this.mayWrite) throw new NoiseError('handshake_failed', 'It is not the turn of this side.');
    const parts: Uint8Array[] = [];
    for (const token of MESSAGES[this.#step]!) {
      if (token === 'e') {
        this.#ephemeral ??= this.#suite.dhPair();
        parts.push(this.#ephemeral.publicKey);
        this.#symmetric.mixHash(this.#ephemeral.publicKey);
      } else if (token === 's') {
        parts.push(this.#symmetric.encryptAndHash(this.#static.publicKey));
      } else {
        this.#mix(token);
      }
    }
    parts.push(this.#symmetric.encryptAndHash(payload));
    this.#step++;
    return joined(parts);
  }

  /**
   * Takes the other side's message and gives its payload. Throws {@link NoiseError} `handshake_failed` where it is none, and
   * nothing has changed then: the genuine one may still come.
   */
  read(message: Uint8Array): Uint8Array {
    if (this.done || this.mayWrite) throw new NoiseError('handshake_failed', 'A message came out of turn.');
    const before = { symmetric: this.#symmetric.copy(), e: this.#remoteEphemeral, s: this.#remoteStatic };
    try {
      const payload = this.#take(message);
      this.#step++;
      before.symmetric.destroy();
      return payload;
    } catch (error) {
      this.#symmetric.destroy();
      this.#symmetric = before.symmetric;
      this.#remoteEphemeral = before.e;
      this.#remoteStatic = before.s;
      throw error instanceof NoiseError ? error : new NoiseError('handshake_failed');
    }
  }

  /** The keys of the session; once, when all is said. */
  split(): SessionKeys {
    if (!this.done) throw new NoiseError('handshake_failed', 'The handshake is not done.');
    const { hash } = this.#symmetric;
    const [first, second] = this.#symmetric.split();
    return this.#initiator
      ? { sending: first, receiving: second, hash }
      : { sending: second, receiving: first, hash };
  }

  /** Forgets the keys. */
  destroy(): void {
    this.#symmetric.destroy();
    this.#ephemeral = null;
  }

  #take(message: Uint8Array): Uint8Array {
    let at = 0;
    const next = (bytes: number) => {
      if (at + bytes > message.length) throw new NoiseError('handshake_failed');
      at += bytes;
      return message.subarray(at - bytes, at);
    };
    for (const token of MESSAGES[this.#step]!) {
      if (token === 'e') {
        this.#remoteEphemeral = Uint8Array.from(next(KEY_BYTES));
        this.#symmetric.mixHash(this.#remoteEphemeral);
      } else if (token === 's') {
        this.#remoteStatic = this.#symmetric.decryptAndHash(next(KEY_BYTES + TAG_BYTES));
      } else {
        this.#mix(token);
      }
    }
    return this.#symmetric.decryptAndHash(message.subarray(at));
  }

  /** The first letter is the initiator's key, the second the responder's. */
  #mix(token: 'ee' | 'es' | 'se'): void {
    const own = token[this.#initiator ? 0 : 1] === 'e' ? this.#ephemeral : this.#static;
    const other = token[this.#initiator ? 1 : 0] === 'e' ? this.#remoteEphemeral : this.#remoteStatic;
    let secret: Uint8Array;
    try {
      secret = this.#suite.dh(own!, other!);
    } catch {
      throw new NoiseError('handshake_failed', 'The key in a handshake message is none.');
    }
    this.#symmetric.mixKey(secret);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
