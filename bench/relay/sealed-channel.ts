/** What lies between a load client in a sealed session and its socket: the handshake, then a record for each message. Used by load-client.ts. */
import { TAG_BYTES } from '../../daemons/relay/noise/crypto-suite.ts';
import { Handshake } from '../../daemons/relay/noise/handshake.ts';
import { identityPayload } from '../../daemons/relay/noise/identity.ts';
import { loadAead, nodeSuite } from '../../daemons/relay/noise/node-suite.ts';
import { PREAMBLE, PREAMBLE_FRAME } from '../../daemons/relay/noise/preamble.ts';
import {
  RECORD_BYTES,
  RECORD_OVERHEAD_BYTES,
  RECORD_TYPE_BYTES,
  RecordOpener,
  RecordSealer,
  type RekeyRules,
} from '../../daemons/relay/noise/records.ts';
import { FrameDecoder, type FrameSink, HEADER_BYTES } from '../../daemons/relay/protocol/frame-decoder.ts';

const suite = nodeSuite((await loadAead()).aead);
/** One identity and one key for all: what is measured is the relay. */
const pair = suite.dhPair();
const identity = identityPayload(suite.signingKey(new Uint8Array(32).fill(1)), pair.publicKey);
const NEVER: RekeyRules = { rekey_frames: 2 ** 32, rekey_bytes: 2 ** 50, rekey_seconds: 1e9 };
const NOTHING = new Uint8Array(0);

/** Where all records are opened: clients elsewhere have processors of their own, and views of each record would be most of their work here. */
const SCRATCH = Buffer.allocUnsafeSlow(RECORD_BYTES);
const places = new Map<number, { readonly box: Buffer; readonly text: Buffer; readonly stream: Buffer }>();

/** The views of a record of some size. */
function placeOf(size: number) {
  let place = places.get(size);
  if (place === undefined) {
    const text = SCRATCH.subarray(0, size - TAG_BYTES);
    place = { box: SCRATCH.subarray(0, size), text, stream: text.subarray(RECORD_TYPE_BYTES) };
    places.set(size, place);
  }
  return place;
}

/** A frame in wire form. */
function framed(payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  frame.writeUInt32BE(payload.length);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

export class SealedChannel implements FrameSink {
  readonly #send: (bytes: Buffer) => void;
  readonly #onStream: (bytes: Buffer) => void;
  readonly #onOpen: () => void;
  readonly #records = new FrameDecoder(this, { max_frame_bytes: 65_535 });
  readonly #handshake = new Handshake({ suite, initiator: true, prologue: PREAMBLE, staticPair: pair });
  #sealer: RecordSealer | null = null;
  #opener: RecordOpener | null = null;

  /** @param onStream given what was sealed, which is valid until it returns */
  constructor(send: (bytes: Buffer) => void, onStream: (bytes: Buffer) => void, onOpen: () => void) {
    this.#send = send;
    this.#onStream = onStream;
    this.#onOpen = onOpen;
  }

  /** Asks for a session. */
  open(): void {
    this.#send(Buffer.concat([PREAMBLE_FRAME, framed(this.#handshake.write(NOTHING))]));
  }

  /** Takes a read of the socket. */
  receive(bytes: Buffer): void {
    this.#records.push(bytes);
  }

  /** Seals messages of `size` bytes each, which stand one behind the other, into a record each. */
  seal(messages: Buffer, size: number): Buffer {
    const out = Buffer.allocUnsafe((messages.length / size) * (size + RECORD_OVERHEAD_BYTES));
    if (messages.length === size) {
      this.#sealer!.seal(messages, 0, size, out, 0);
      return out;
    }
    let to = 0;
    for (let at = 0; at < messages.length; at += size) {
      this.#sealer!.seal(messages, at, at + size, out.subarray(to), 0);
      to += this.#sealer!.written;
    }
    return out;
  }

  onFrame(source: Buffer, start: number, end: number): boolean {
    if (this.#opener === null) {
      this.#handshake.read(source.subarray(start + HEADER_BYTES, end));
      this.#send(framed(this.#handshake.write(identity)));
      const { sending, receiving } = this.#handshake.split();
      this.#sealer = new RecordSealer(sending, NEVER, 0);
      this.#opener = new RecordOpener(receiving);
      this.#onOpen();
      return true;
    }
    const from = start + HEADER_BYTES;
    const { box, text, stream } = placeOf(end - from);
    source.copy(box, 0, from, end);
    this.#opener.openInto(text, box);
    this.#onStream(stream);
    return true;
  }

  onOversized(lengthBytes: number): void {
    throw new Error(`a record of ${lengthBytes} bytes`);
  }
}
