/**
 * What a connection over a WebSocket has beside one over TCP: the stream of bytes comes and goes in binary messages, however it is
 * cut into them, pings are answered, and the last word is a close frame. Owned by connection.ts.
 */
import {
  CLOSE_CODE,
  closeFrame,
  headBinaryFrame,
  LONG_FRAME_HEADER_BYTES,
  pongFrame,
} from '../../runtime/net/websocket-frame.ts';
import { WebSocketStream } from '../../runtime/net/websocket-stream.ts';
import { FIXED_LIMITS } from '../limits.ts';
import type { RecordSealer } from '../noise/records.ts';
import type { Wrapping } from './wrapping.ts';

/** The subprotocol, which a client has to ask for by name or not at all. */
export const WEBSOCKET_PROTOCOL = 'signalbox-relay-1';

/** Where frames are made, and what is behind the header: one for all connections, which wrap one after the other. */
let lastOut: Uint8Array | null = null;
let lastRoom: Uint8Array = new Uint8Array(0);

function roomIn(out: Uint8Array): Uint8Array {
  if (lastOut !== out) {
    lastOut = out;
    lastRoom = out.subarray(LONG_FRAME_HEADER_BYTES);
  }
  return lastRoom;
}

export class WebSocketSide implements Wrapping {
  begun = 0;
  written = 0;
  /** Seals what goes into the messages; null before there is a session. */
  sealer: RecordSealer | null = null;
  readonly #input: WebSocketStream;
  #code: number = CLOSE_CODE.normal;

  /** @param onBroken the client broke the protocol: its connection has to end for this reason */
  constructor(onBroken: (reason: string) => void) {
    this.#input = new WebSocketStream((code, reason) => {
      this.#code = code;
      onBroken(`WebSocket error: ${reason}`);
    }, FIXED_LIMITS.websocket_message_bytes.default);
  }

  /** Bytes that are kept of a message. */
  get heldBytes(): number {
    return this.#input.heldBytes;
  }

  /** Frames in what came last that brought nothing of the stream. */
  get idleFrames(): number {
    return this.#input.idleFrames;
  }

  /** Whether the client has said goodbye in what came so far. */
  get closed(): boolean {
    return this.#input.closeCode !== null;
  }

  /** The answer to what came last, or null where it asked for none. */
  get pong(): Buffer | null {
    const { ping } = this.#input;
    return ping === null ? null : pongFrame(ping);
  }

  /** The stream in what came; it is the caller's. */
  read(bytes: Buffer): Buffer {
    return this.#input.feed(bytes);
  }

  seal(source: Uint8Array, from: number, end: number, out: Uint8Array, nowMs: number): number {
    const room = roomIn(out);
    let at: number;
    let size: number;
    if (this.sealer === null) {
      size = Math.min(end - from, room.length);
      room.set(source.subarray(from, from + size));
      at = from + size;
    } else {
      at = this.sealer.seal(source, from, end, room, nowMs);
      size = this.sealer.written;
    }
    this.begun = headBinaryFrame(out, size);
    this.written = LONG_FRAME_HEADER_BYTES - this.begun + size;
    return at;
  }

  /** From here on nothing is read. @param code why, where neither side has said it yet */
  end(code: number): void {
    if (this.#code === CLOSE_CODE.normal) this.#code = this.#input.closeCode ?? code;
    this.#input.clear();
  }

  /** What a connection that ends is sent behind its last message. */
  lastFrame(reason: string): Buffer {
    return closeFrame(this.#code, reason);
  }
}
