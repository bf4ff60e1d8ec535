/**
 * What a connection over a WebSocket has beside one over TCP: its input comes in frames, pings are answered, and its last word is
 * a close frame. Owned by ClientConnection.
 */
import type { TokenBucket } from '../../../kit/token-bucket.ts';
import { CLOSE_CODE, closeFrame, pongFrame } from '../../runtime/net/websocket-frame.ts';
import { WebSocketInput } from '../../runtime/net/websocket-input.ts';
import { FRAMING, type Framing } from './connection.ts';
import { floodBucket } from './flood-control.ts';
import { type FrameInput, FrameReports } from './front/frame-report.ts';

/** The subprotocols of IRC (IRCv3 WebSocket), by how lines are framed in them. */
const PROTOCOLS: ReadonlyMap<string, Framing> = new Map([
  ['text.ircv3.net', FRAMING.text],
  ['binary.ircv3.net', FRAMING.binary],
]);

export const WEBSOCKET_PROTOCOLS: readonly string[] = [...PROTOCOLS.keys()];

/** How lines are framed for who agreed on `protocol`; null stands for one who is not on a WebSocket. */
export function framingOf(protocol: string | null): Framing {
  if (protocol === null) return FRAMING.line;
  // Older clients agree on nothing, and every line here is UTF-8.
  return PROTOCOLS.get(protocol) ?? FRAMING.text;
}

/** Whether a page of this origin may connect, where those in a list may. */
export function mayOpen(origins: ReadonlySet<string>, origin: string): boolean {
  return origins.has(origin) || origins.has('*');
}

/** The frames of one connection. */
export class WebSocketSide {
  readonly #input: FrameInput;
  /** Of frames that are no line. Those that are lines are counted as lines are. */
  #idle: TokenBucket | null = null;
  #code: number = CLOSE_CODE.normal;

  /**
   * @param onBroken the client broke the protocol: its connection has to end for this reason
   * @param inThread whether its frames are taken apart in the thread that owns its socket
   */
  constructor(onBroken: (reason: string) => void, inThread: boolean) {
    const broken = (code: number, reason: string) => {
      this.#code = code;
      onBroken(`WebSocket error: ${reason}`);
    };
    this.#input = inThread ? new FrameReports(broken) : new WebSocketInput(broken);
  }

  /** How much of what the client sent these bytes stand for. */
  sizeOf(bytes: Buffer): number {
    return this.#input.sizeOf?.(bytes) ?? bytes.length;
  }

  /** Bytes that are kept of a frame. */
  get heldBytes(): number {
    return this.#input.heldBytes;
  }

  /** Frames that the last bytes ended. */
  get frames(): number {
    return this.#input.frames;
  }

  /** The lines in what came, as over TCP; valid until the next call for any connection. */
  read(bytes: Buffer): Buffer {
    return this.#input.feed(bytes);
  }

  /** Whether the client has said goodbye in what came so far. */
  get closed(): boolean {
    return this.#input.closeCode !== null;
  }

  /** Whether what came last had more frames without a line than flood control lets through. */
  get floods(): boolean {
    const { idleFrames } = this.#input;
    if (idleFrames === 0) return false;
    const now = performance.now();
    this.#idle ??= floodBucket(now);
    return !this.#idle.take(idleFrames, now);
  }

  /** The answer to what came last, or null where it asked for none. */
  get pong(): Buffer | null {
    const { ping } = this.#input;
    return ping === null ? null : pongFrame(ping);
  }

  /** From here on nothing is read; `code` says why the server ends it, where it is not just over. */
  end(code: number | undefined): void {
    if (code !== undefined) this.#code = code;
    else if (this.#input.closeCode !== null) this.#code = this.#input.closeCode;
    this.#input.clear();
  }

  /** What a connection that ends is sent behind its last line. */
  lastFrame(reason: string): Buffer {
    return closeFrame(this.#code, reason);
  }
}
