/** A relay client of the hostile benchmark: from an address of its own, and willing not to read. */
import { connect, type Socket } from 'node:net';
import { FrameDecoder, HEADER_BYTES } from '../../daemons/relay/protocol/frame-decoder.ts';

/** A frame in wire form. */
export function frame(...parts: readonly (Buffer | string)[]): Buffer {
  const payload = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(payload.length);
  return Buffer.concat([header, payload]);
}

/** A control frame in wire form. */
export const control = (message: object): Buffer => frame(`\0${JSON.stringify(message)}`);

/** A data frame to a room. */
export const toRoom = (room: string, payload: string): Buffer =>
  frame(`\x02${String.fromCharCode(room.length)}${room}`, payload);

/** One connection. It looks only at control frames. */
export class FrameClient {
  readonly socket: Socket;
  /** Called with every control frame, as text. */
  onControl: (text: string) => void = () => {};
  /** Why the connection ended; null while it has not. */
  lost: string | null = null;
  frames = 0;
  readonly #closed: Promise<string>;

  constructor(port: number, address: string) {
    this.socket = connect({ host: '127.0.0.1', port, localAddress: address, noDelay: true });
    const decoder = new FrameDecoder(
      {
        onFrame: (source, start, end) => {
          this.frames++;
          if (source[start + HEADER_BYTES] === 0) this.onControl(source.toString('utf8', start + 5, end));
          return true;
        },
        onOversized: () => this.socket.destroy(),
      },
      { max_frame_bytes: 0xffff_ffff },
    );
    this.socket.on('data', (bytes: Buffer) => decoder.push(bytes));
    let why = 'closed by the server';
    this.socket.on('error', (error) => {
      why = error.message;
    });
    this.#closed = new Promise((resolve) => {
      this.socket.on('close', () => {
        this.lost = why;
        resolve(why);
      });
    });
  }

  /** Resolves with why the connection ended. */
  get closed(): Promise<string> {
    return this.#closed;
  }

  /** Sends frames; resolves when the kernel has them. */
  send(...frames: readonly Buffer[]): Promise<void> {
    return new Promise((resolve) => this.socket.write(Buffer.concat(frames), () => resolve()));
  }

  /** Resolves with the first control frame that contains `text`. Rejects when the connection ends first. */
  waitFor(text: string): Promise<string> {
    const before = this.onControl;
    return new Promise((resolve, reject) => {
      this.onControl = (message) => {
        before(message);
        if (!message.includes(text)) return;
        this.onControl = before;
        resolve(message);
      };
      void this.#closed.then((why) => reject(new Error(`${why}, waiting for ${text}`)));
    });
  }

  /** Says hello and joins rooms; resolves when it is in all of them. */
  async enter(rooms: readonly string[], features: readonly string[] = []): Promise<void> {
    void this.send(
      control({ type: 'hello', mode: 'rooms', features }),
      ...rooms.map((room) => control({ type: 'join', room })),
      control({ type: 'ping', id: 'entered' }),
    );
    await this.waitFor('"entered"');
  }

  close(): void {
    this.socket.destroy();
  }
}
