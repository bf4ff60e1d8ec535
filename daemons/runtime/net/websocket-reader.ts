/**
 * Reads the frames of a WebSocket (RFC 6455 section 5) with the library `ws`. What becomes of messages is said by those that stand on
 * it: lines in websocket-input.ts, a stream of bytes in websocket-stream.ts.
 */
import * as library from 'ws';
import { limits } from '../limits.ts';
import { CLOSE_CODE } from './websocket-frame.ts';

/** The library exports the class that reads frames; its types leave it out. */
interface Receiver {
  on(event: 'message' | 'ping' | 'pong', listener: (data: Buffer, binary: boolean) => void): this;
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

/** Of a frame with less than 126 bytes, with its mask; a longer one has two more. */
const SHORT_HEADER_BYTES = 6;

/** The reader of one WebSocket. */
export abstract class WebSocketReader {
  readonly #receiver: Receiver;
  readonly #onBroken: (code: number, reason: string) => void;
  #heldBytes = 0;
  #ended = false;
  /** Frames that the bytes fed last ended. */
  frames = 0;
  /** Of them, those that say nothing: pings, pongs and empty messages. */
  idleFrames = 0;
  /** What the last ping among them asks to have back; the answer to it answers those before it (RFC 6455 section 5.5.3). */
  ping: Buffer | null = null;
  /** The code with which the client says goodbye, once it did; nothing that it sends after that is read. */
  closeCode: number | null = null;

  /**
   * @param onBroken told once, after what came before was fed: the connection has to end with this code
   * @param maxBytes of a message
   */
  constructor(onBroken: (code: number, reason: string) => void, maxBytes: number) {
    this.#onBroken = onBroken;
    const receiver = new Receiver({
      isServer: true,
      maxPayload: maxBytes,
      maxFragments: limits.webSocketFragments.default,
      maxBufferedChunks: limits.webSocketChunks.default,
    });
    this.#receiver = receiver;
    receiver.on('message', (data, binary) => {
      this.#count(data);
      if (data.length === 0) this.idleFrames++;
      else if (!this.#ended) this.take(data, binary);
    });
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
    receiver.on('error', (error) => this.refuse(codeOf(error.code), error.message));
  }

  /** Bytes kept of a message that is not complete; rather too many than too few, because frames may be written in longer ways. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Frees what is kept; what is fed afterwards is not read. */
  clear(): void {
    this.#ended = true;
    this.#heldBytes = 0;
    this.#receiver.destroy();
  }

  /** One message that is not empty. */
  protected abstract take(data: Buffer, binary: boolean): void;

  /** Reads bytes; {@link take} has been given their messages when it returns. */
  protected read(bytes: Buffer): void {
    this.frames = 0;
    this.idleFrames = 0;
    this.ping = null;
    if (!this.#ended) {
      this.#heldBytes += bytes.length;
      this.#receiver.write(bytes);
    }
    if (this.#ended) this.#heldBytes = 0;
    else if (this.frames > 0) this.#heldBytes = Math.min(Math.max(this.#heldBytes, 0), bytes.length);
  }

  /** Reads nothing more. */
  protected refuse(code: number, reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onBroken(code, reason);
  }

  #count({ length }: Buffer): void {
    this.frames++;
    this.#heldBytes -= length + SHORT_HEADER_BYTES + (length < 126 ? 0 : 2);
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
