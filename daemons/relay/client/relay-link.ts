/**
 * One connection to a relay, from bytes to frames and back, sealed or plain: the handshake, the records, and who the relay
 * proved to be. Of no machine in particular: bytes come and go by whatever is given.
 */
import type { CryptoSuite, DhPair, SigningKey } from '../noise/crypto-suite.ts';
import { Handshake } from '../noise/handshake.ts';
import { identityPayload, identityText, provenIdentity } from '../noise/identity.ts';
import { NoiseError } from '../noise/noise-error.ts';
import { PREAMBLE } from '../noise/preamble.ts';
import {
  RECORD_BYTES,
  RECORD_DATA_BYTES,
  RECORD_OVERHEAD_BYTES,
  RecordOpener,
  RecordSealer,
  type RekeyRules,
} from '../noise/records.ts';
import {
  type RelayClientError,
  RelayConnectionError,
  RelayRefusedError,
  RelaySecurityError,
} from './errors.ts';
import { FrameSplitter, framed } from './frame-splitter.ts';

/** As the relay does it by default. */
const REKEY: RekeyRules = { rekey_frames: 65_536, rekey_bytes: 1 << 30, rekey_seconds: 3_600 };

/** Frames of others that may come before the answer of the relay, on a listener in broadcast mode. */
const MOST_PASSED_OVER = 10_000;

const MOST_PAYLOAD_BYTES = 64 << 20;
const NOTHING = new Uint8Array(0);

/** What a sealed link is made with. */
export interface Sealing {
  readonly suite: CryptoSuite;
  /** This client's own identity. */
  readonly identity: SigningKey;
  /** For tests; a new one where absent. */
  readonly staticPair?: DhPair;
  readonly rekey?: RekeyRules;
}

/** What a link tells. */
export interface LinkEvents {
  /** Bytes for the relay. */
  readonly send: (bytes: Uint8Array) => void;
  /** Frames may be sent. @param relay the identity that the relay proved; null for a plain link */
  readonly onOpen: (relay: string | null) => void;
  readonly onFrame: (payload: Uint8Array) => void;
  /** It is over: nothing is sent or told after it. */
  readonly onFailure: (error: RelayClientError) => void;
}

export class RelayLink {
  readonly #sealing: Sealing | null;
  readonly #events: LinkEvents;
  readonly #outer: FrameSplitter;
  readonly #inner: FrameSplitter;
  readonly #pair: DhPair | null;
  #handshake: Handshake | null = null;
  #sealer: RecordSealer | null = null;
  #opener: RecordOpener | null = null;
  #passedOver = 0;
  /** Whether the relay has sealed something: it took what this side said last. */
  #taken = false;
  #over = false;

  /** @param sealing null for plain frames */
  constructor(sealing: Sealing | null, events: LinkEvents) {
    this.#sealing = sealing;
    this.#events = events;
    this.#pair = sealing === null ? null : (sealing.staticPair ?? sealing.suite.dhPair());
    const most = () => (this.#opener === null ? MOST_PAYLOAD_BYTES : RECORD_BYTES);
    this.#outer = new FrameSplitter(most, (payload) => this.#take(payload));
    this.#inner = new FrameSplitter(
      () => MOST_PAYLOAD_BYTES,
      (payload) => {
        if (!this.#over) this.#events.onFrame(payload);
      },
    );
  }

  /** Whether what is sent is sealed. */
  get sealed(): boolean {
    return this.#sealer !== null;
  }

  /** Says its first bytes; once, when there is a connection. */
  open(): void {
    if (this.#sealing === null) {
      this.#events.onOpen(null);
      return;
    }
    this.#handshake = new Handshake({
      suite: this.#sealing.suite,
      initiator: true,
      prologue: PREAMBLE,
      staticPair: this.#pair!,
    });
    this.#events.send(framed(PREAMBLE));
    this.#events.send(framed(this.#handshake.write(NOTHING)));
  }

  /** Takes bytes of the relay. */
  receive(bytes: Uint8Array): void {
    if (this.#over) return;
    try {
      this.#outer.push(bytes);
    } catch (error) {
      if (error instanceof NoiseError || error instanceof RangeError)
        this.#fail(new RelaySecurityError(error.message));
      else throw error;
    }
  }

  /** Sends one frame. Throws RelayConnectionError before the link is open and after it is over. */
  send(payload: Uint8Array): void {
    if (this.#over || (this.#sealing !== null && this.#sealer === null))
      throw new RelayConnectionError('There is no connection to the relay.');
    const frame = framed(payload);
    if (this.#sealer === null) {
      this.#events.send(frame);
      return;
    }
    const records = Math.ceil(frame.length / RECORD_DATA_BYTES);
    const out = new Uint8Array(frame.length + records * RECORD_OVERHEAD_BYTES);
    this.#sealer.seal(frame, 0, frame.length, out, performance.now());
    this.#events.send(out.subarray(0, this.#sealer.written));
  }

  /** Forgets its keys. Nothing is told after it. */
  close(): void {
    this.#over = true;
    this.#handshake?.destroy();
    this.#sealer?.destroy();
    this.#opener?.destroy();
  }

  #take(payload: Uint8Array): void {
    if (this.#over) return;
    if (this.#opener !== null) this.#inner.push(this.#open(this.#opener, payload));
    else if (this.#handshake === null) this.#events.onFrame(payload);
    else this.#greet(this.#handshake, payload);
  }

  /** What a record holds. The first may be none, but the reason why the relay makes no session of what this side said last. */
  #open(opener: RecordOpener, payload: Uint8Array): Uint8Array {
    if (this.#taken) return opener.open(payload, 0, payload.length);
    // What does not open is not what it was any more.
    const said = Uint8Array.from(payload);
    try {
      const stream = opener.open(payload, 0, payload.length);
      this.#taken = true;
      return stream;
    } catch (error) {
      const refusal = refusalIn(said);
      if (refusal === null) throw error;
      this.#fail(refusal);
      return NOTHING;
    }
  }

  /** The answer to the handshake, or what comes in its place. */
  #greet(handshake: Handshake, message: Uint8Array): void {
    let said: Uint8Array;
    try {
      said = handshake.read(message);
    } catch (error) {
      const refusal = refusalIn(message);
      if (refusal !== null) this.#fail(refusal);
      else if (++this.#passedOver > MOST_PASSED_OVER) throw error;
      return;
    }
    const { suite, identity, rekey = REKEY } = this.#sealing!;
    const relay = provenIdentity(suite, said, handshake.remoteStatic!);
    this.#events.send(framed(handshake.write(identityPayload(identity, this.#pair!.publicKey))));
    const { sending, receiving } = handshake.split();
    this.#handshake = null;
    this.#sealer = new RecordSealer(sending, rekey, performance.now());
    this.#opener = new RecordOpener(receiving);
    this.#events.onOpen(identityText(relay));
  }

  #fail(error: RelayClientError): void {
    if (this.#over) return;
    this.close();
    this.#events.onFailure(error);
  }
}

/** What a relay says before it closes a connection that it does not want; null for anything else. */
function refusalIn(payload: Uint8Array): RelayRefusedError | null {
  if (payload[0] !== 0x7b || payload.length > 4_096) return null;
  try {
    const said: unknown = JSON.parse(new TextDecoder().decode(payload));
    const { type, code, message } = said as Record<string, unknown>;
    return type === 'error' && typeof code === 'string'
      ? new RelayRefusedError(code, typeof message === 'string' ? message : code)
      : null;
  } catch {
    return null;
  }
}
