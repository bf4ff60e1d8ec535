/**
 * What a client sends over a WebSocket as the stream of lines that it would be over TCP: each message is a line. The library
 * `ws` reads the frames. Made for each WebSocket by the network path of a daemon.
 */
import * as library from 'ws';
import { limits } from '../limits.ts';
import { CLOSE_CODE } from './websocket-frame.ts';

/** The library exports the class that reads frames; its types leave it out. */
interface Receiver {
  on(event: 'message' | 'ping' | 'pong', listener: (data: Buffer) => void): this;
  on(event: 'conclude', listener: (code: number) => void): this;
  on(event: 'error', listener: (error: Error & { readonly code?: string }) => void): this;
  write(bytes: Buffer): void;
  destroy(): void;
}

/** What it may hold. */
interface ReceiverOptions {
  readonly isServer: true;
  readonly maxPayload: number;
  readonly maxFragments: number;
  readonly maxBufferedChunks: number;
}

const { Receiver } = library as unknown as { Receiver: new (options: ReceiverOptions) => Receiver };

const LF = 10;
/** Of a frame with less than 126 bytes, with its mask; a longer one has two more. */
const SHORT_HEADER_BYTES = 6;
const FIRST_BYTES = 4096;
/** Shared by all, because lines are taken before anybody else is read. */
let scratch: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);

/** The reader of one WebSocket. */
export class WebSocketInput {
  readonly #receiver: Receiver;
  #used = 0;
  #heldBytes = 0;
  #ended = false;
  /** Frames that the bytes fed last ended. */
  frames = 0;
  /** Of them, those that are no line: pings, pongs and empty messages. */
  idleFrames = 0;
  /** What the last ping among them asks to have back; the answer to it answers those before it (RFC 6455 section 5.5.3). */
  ping: Buffer | null = null;
  /** The code with which the client says goodbye, once it did; nothing that it sends after that is read. */
  closeCode: number | null = null;

  /** @param onBroken told once, after what came before was fed: the connection has to end with this code */
  constructor(onBroken: (code: number, reason: string) => void) {
    const receiver = new Receiver({
      isServer: true,
      maxPayload: limits.webSocketMessageBytes.default,
      maxFragments: limits.webSocketFragments.default,
      maxBufferedChunks: limits.webSocketChunks.default,
    });
    this.#receiver = receiver;
    receiver.on('message', (data) => this.#take(data));
    receiver.on('ping', (data) => {
      this.#count(data);
      this.idleFrames++;
      this.ping = data;
    });
    receiver.on('pong', (data) => {
      this.#count(data);
      this.idleFrames++;
    });
    receiver.on('conclude', (code) => {
      this.#ended = true;
      this.closeCode = code;
    });
    receiver.on('error', (error) => {
      this.#ended = true;
      onBroken(codeOf(error.code), error.message);
    });
  }

  /** Bytes kept of a message that is not complete; rather too many than too few, because frames may be written in longer ways. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Reads bytes. What it answers is the lines that they end, each with a line feed; it is valid until the next call. */
  feed(bytes: Buffer): Buffer {
    this.#used = 0;
    this.frames = 0;
    this.idleFrames = 0;
    this.ping = null;
    if (!this.#ended) {
      this.#heldBytes += bytes.length;
      this.#receiver.write(bytes);
    }
    if (this.#ended) this.#heldBytes = 0;
    else if (this.frames > 0) this.#heldBytes = Math.min(Math.max(this.#heldBytes, 0), bytes.length);
    return scratch.subarray(0, this.#used);
  }

  /** Frees what is kept; what is fed afterwards is not read. */
  clear(): void {
    this.#ended = true;
    this.#heldBytes = 0;
    this.#receiver.destroy();
  }

  #count({ length }: Buffer): void {
    this.frames++;
    this.#heldBytes -= length + SHORT_HEADER_BYTES + (length < 126 ? 0 : 2);
  }

  #take(data: Buffer): void {
    this.#count(data);
    if (data.length === 0) {
      this.idleFrames++;
      return;
    }
    const needed = this.#used + data.length + 1;
    if (needed > scratch.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(scratch.length * 2, needed));
      scratch.copy(grown, 0, 0, this.#used);
      scratch = grown;
    }
    data.copy(scratch, this.#used);
    scratch[needed - 1] = LF;
    this.#used = needed;
  }
}

/** What the library found, as the other end is told. */
function codeOf(error: string | undefined): number {
  switch (error) {
    case 'WS_ERR_INVALID_UTF8':
      return CLOSE_CODE.badText;
    case 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH':
    case 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH':
      return CLOSE_CODE.tooBig;
    case 'WS_ERR_TOO_MANY_BUFFERED_PARTS':
      return CLOSE_CODE.policy;
    default:
      return CLOSE_CODE.protocolError;
  }
}
