/**
 * Where sealed sessions begin: the relay's identity, the key that it is spoken with, and what is asked of who comes. One for a
 * relay; every client's handshake is made here.
 */
import type { Counts } from '../../runtime/telemetry/counted-instrument.ts';
import type { CryptoSuite, DhPair, SigningKey } from '../noise/crypto-suite.ts';
import { Handshake } from '../noise/handshake.ts';
import { fingerprint, identityPayload, identityText, provenIdentity } from '../noise/identity.ts';
import { NoiseError } from '../noise/noise-error.ts';
import { PREAMBLE } from '../noise/preamble.ts';
import { type CopyRange, RecordOpener, RecordSealer, type RekeyRules } from '../noise/records.ts';
import { type HandshakeLimits, OpenHandshakes } from './open-handshakes.ts';
import type { SecurityMode } from './security-modes.ts';

/** The name of the cipher, as people see it. */
export const CIPHER = 'ChaCha20-Poly1305';

const NOTHING = new Uint8Array(0);
/** What waits for a client stands in buffers of Node's, which copy a range without a view. */
const copyBuffer: CopyRange = (source, from, end, out, at) => {
  (source as Buffer).copy(out, at, from, end);
};

/** What a door asks of clients; a reload changes it. */
export interface DoorSettings {
  readonly mode: SecurityMode;
  /** Identities that are let in; everybody where it is empty. */
  readonly allow: readonly string[];
}

/** A session that both sides have agreed on. */
export interface Session {
  /** The client's, proved. */
  readonly identity: string;
  readonly sealer: RecordSealer;
  readonly opener: RecordOpener;
}

/** What the door keeps count of; all only ever grow. */
export class HandshakeCounts {
  begun = 0;
  completed = 0;
  failed = 0;
  /** Not begun, because too many were under way. */
  refused = 0;
  rekeys = 0;
}

export class SessionDoor {
  readonly counts = new HandshakeCounts();
  readonly #suite: CryptoSuite;
  readonly #rules: RekeyRules;
  readonly #open: OpenHandshakes;
  #settings: DoorSettings;
  #allowed: ReadonlySet<string>;
  #identity: SigningKey;
  #pair: DhPair;
  #payload: Uint8Array;

  constructor(
    suite: CryptoSuite,
    identity: SigningKey,
    settings: DoorSettings,
    limits: RekeyRules & HandshakeLimits,
  ) {
    this.#suite = suite;
    this.#rules = limits;
    this.#open = new OpenHandshakes(limits);
    this.#settings = settings;
    this.#allowed = new Set(settings.allow);
    this.#identity = identity;
    this.#pair = suite.dhPair();
    this.#payload = identityPayload(identity, this.#pair.publicKey);
  }

  /** Whether sealed sessions are made here. */
  get offered(): boolean {
    return this.#settings.mode !== 'plain';
  }

  /** Whether who does not prove an identity is turned away. */
  get required(): boolean {
    return this.#settings.mode === 'noise' || this.#allowed.size > 0;
  }

  get mode(): SecurityMode {
    return this.#settings.mode;
  }

  get identity(): string {
    return identityText(this.#identity.publicKey);
  }

  get fingerprint(): string {
    return fingerprint(this.#suite, this.#identity.publicKey);
  }

  /** Handshakes under way, and those that ended. */
  readonly instrument = (): Counts<'limiter'> => {
    const { completed, failed, refused } = this.counts;
    return { depth: this.#open.size, completed, rejected: failed + refused };
  };

  allows(identity: string): boolean {
    return this.#allowed.size === 0 || this.#allowed.has(identity);
  }

  /** Puts other settings into force; sessions go on. */
  change(settings: DoorSettings): void {
    this.#settings = settings;
    this.#allowed = new Set(settings.allow);
  }

  /** Takes another identity for sessions to come, and another key with it. */
  takeIdentity(identity: SigningKey): void {
    this.#identity = identity;
    this.#pair = this.#suite.dhPair();
    this.#payload = identityPayload(identity, this.#pair.publicKey);
  }

  /** Handshakes under way. */
  get open(): number {
    return this.#open.size;
  }

  /** Networks among which the next one will have to be looked for that has most; 0 where there is room. */
  get toWeigh(): number {
    return this.#open.full ? this.#open.networks : 0;
  }

  /**
   * Begins a handshake; null where too many are under way.
   * @param most of `network` at once
   * @param giveWay ends it, for others who have fewer
   */
  begin(network: string, most: number, giveWay: () => void): ServerHandshake | null {
    const place = this.#open.enter(network, most, giveWay);
    if (place === null) {
      this.counts.refused++;
      return null;
    }
    this.counts.begun++;
    const handshake = new Handshake({
      suite: this.#suite,
      initiator: false,
      prologue: PREAMBLE,
      staticPair: this.#pair,
    });
    return new ServerHandshake(handshake, this.#suite, this.#payload, this.#rules, this.counts, () =>
      this.#open.leave(place),
    );
  }
}

/** One client's way to a session. */
export class ServerHandshake {
  readonly #handshake: Handshake;
  readonly #suite: CryptoSuite;
  readonly #payload: Uint8Array;
  readonly #rules: RekeyRules;
  readonly #counts: HandshakeCounts;
  readonly #leave: () => void;
  #ended = false;

  constructor(
    handshake: Handshake,
    suite: CryptoSuite,
    payload: Uint8Array,
    rules: RekeyRules,
    counts: HandshakeCounts,
    leave: () => void,
  ) {
    this.#handshake = handshake;
    this.#suite = suite;
    this.#payload = payload;
    this.#rules = rules;
    this.#counts = counts;
    this.#leave = leave;
  }

  /**
   * Takes a message of the client: gives the answer to the first, and the session that the last makes. Throws
   * {@link NoiseError}; nothing is to be taken after it.
   */
  take(message: Uint8Array, nowMs: number): { readonly answer: Uint8Array } | { readonly session: Session } {
    const payload = this.#handshake.read(message);
    if (!this.#handshake.done) {
      if (payload.length > 0) throw new NoiseError('handshake_failed', 'The first message has no payload.');
      return { answer: this.#handshake.write(this.#payload) };
    }
    const identity = provenIdentity(this.#suite, payload, this.#handshake.remoteStatic ?? NOTHING);
    const { sending, receiving } = this.#handshake.split();
    this.#counts.completed++;
    this.#end();
    return {
      session: {
        identity: identityText(identity),
        sealer: new RecordSealer(sending, this.#rules, nowMs, () => this.#counts.rekeys++, copyBuffer),
        opener: new RecordOpener(receiving),
      },
    };
  }

  /** It comes to nothing. Doing it twice, or after it is done, does nothing. */
  abandon(): void {
    if (this.#ended) return;
    this.#counts.failed++;
    this.#end();
    this.#handshake.destroy();
  }

  #end(): void {
    this.#ended = true;
    this.#leave();
  }
}
