/**
 * What a client sends over a WebSocket as the stream of lines that it would be over TCP: each message is a line. Made for each
 * WebSocket by the network path of a daemon.
 */
import { limits } from '../limits.ts';
import { WebSocketReader } from './websocket-reader.ts';

const LF = 10;
const FIRST_BYTES = 4096;
/** Shared by all, because lines are taken before anybody else is read. */
let scratch: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);

/** The reader of one WebSocket. */
export class WebSocketInput extends WebSocketReader {
  #used = 0;

  /** @param onBroken told once, after what came before was fed: the connection has to end with this code */
  constructor(onBroken: (code: number, reason: string) => void) {
    super(onBroken, limits.webSocketMessageBytes.default);
  }

  /** Reads bytes. What it answers is the lines that they end, each with a line feed; it is valid until the next call. */
  feed(bytes: Buffer): Buffer {
    this.#used = 0;
    this.read(bytes);
    return scratch.subarray(0, this.#used);
  }

  protected override take(data: Buffer): void {
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
