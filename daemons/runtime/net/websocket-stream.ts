/**
 * What a client sends over a WebSocket as the stream of bytes that it would be over TCP: that of its binary messages, however it is
 * cut into them. Made for each WebSocket by the network path of a daemon whose protocol is binary.
 */
import { CLOSE_CODE } from './websocket-frame.ts';
import { WebSocketReader } from './websocket-reader.ts';

const NOTHING = Buffer.alloc(0);

/** The reader of one WebSocket. */
export class WebSocketStream extends WebSocketReader {
  #parts: Buffer[] = [];

  /** Reads bytes, which it may change. What it answers is the stream that they bring; it is the caller's. */
  feed(bytes: Buffer): Buffer {
    this.read(bytes);
    if (this.#parts.length === 0) return NOTHING;
    const [first = NOTHING, ...more] = this.#parts;
    this.#parts = [];
    return more.length === 0 ? first : Buffer.concat([first, ...more]);
  }

  protected override take(data: Buffer, binary: boolean): void {
    if (binary) this.#parts.push(data);
    else this.refuse(CLOSE_CODE.badData, 'text was sent where bytes are spoken');
  }
}
