/** One raw client of the load generator: counts deliveries and reads the time out of them. Used by generator.ts. */
import { connect, type Socket } from 'node:net';
import { SealedChannel } from './sealed-channel.ts';
import type { Wire } from './wires.ts';

/** One buffer for all clients: bytes are looked at and forgotten within the read callback. */
const READ_BUFFER = Buffer.allocUnsafeSlow(262_144);

export class LoadClient {
  readonly peer: string;
  /** Called for every read that ended deliveries. */
  onDelivered: (count: number) => void = () => {};
  /** Called with the age of each delivery in milliseconds. */
  onAge: ((ms: number) => void) | null = null;
  onLost: (why: string) => void = () => {};
  readonly #socket: Socket;
  readonly #wire: Wire;
  readonly #message: Buffer;
  readonly #stampAt: number;
  readonly #deliverySize: number;
  readonly #deliveryStampAt: number;
  readonly #carry: Buffer;
  #carried = 0;
  #greeting: ((bytes: Buffer) => void) | null = null;
  /** Null for a plain client. */
  readonly #channel: SealedChannel | null;
  #onSealed: () => void = () => {};

  constructor(
    wire: Wire,
    target: { port: number; peer: string; room: string; alone: boolean; payloadBytes: number },
  ) {
    const { port, peer, room, alone, payloadBytes } = target;
    this.#wire = wire;
    this.peer = peer;
    const message = wire.message(room, Buffer.alloc(payloadBytes, 'x'));
    this.#message = message.bytes;
    this.#stampAt = message.payloadAt;
    const delivery = wire.delivery(peer, room, payloadBytes, alone);
    this.#deliverySize = delivery.size;
    this.#deliveryStampAt = delivery.payloadAt;
    this.#carry = Buffer.allocUnsafe(delivery.size);
    this.#socket = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (length: number, bytes: Uint8Array) => {
          if (this.#channel === null) this.#receive(bytes as Buffer, length);
          else this.#channel.receive((bytes as Buffer).subarray(0, length));
          return true;
        },
      },
    });
    this.#channel = wire.sealed
      ? new SealedChannel(
          (bytes) => this.#socket.write(bytes),
          (bytes) => this.#receive(bytes, bytes.length),
          () => this.#onSealed(),
        )
      : null;
    this.#socket.on('error', (error) => this.onLost(error.message));
    this.#socket.on('close', () => this.onLost('closed by the server'));
  }

  /** Resolves when the client is in its room. */
  async enter(room: string, alone: boolean): Promise<void> {
    const { bytes, done } = this.#wire.enter(this.peer, room, alone);
    if (this.#channel !== null) await this.#seal(this.#channel);
    this.#write(bytes, bytes.length);
    await new Promise<void>((resolve, reject) => {
      let text = '';
      this.onLost = (why) => reject(new Error(`${this.peer}: ${why}; the server said: ${text}`));
      this.#greeting = (chunk) => {
        text += chunk.toString('latin1');
        if (/"error"|-ERR/.test(text)) reject(new Error(`${this.peer}: ${text}`));
        if (!done.test(text)) return;
        this.#greeting = null;
        resolve();
      };
    });
  }

  /** Sends `count` messages that carry the time. */
  send(count: number): void {
    // Node may keep the buffer until the kernel has taken it, so every write has its own.
    const size = this.#message.length;
    const bytes = Buffer.allocUnsafe(size * count);
    const now = performance.now();
    for (let i = 0; i < count; i++) {
      this.#message.copy(bytes, i * size);
      bytes.writeDoubleLE(now, i * size + this.#stampAt);
    }
    this.#write(bytes, size);
  }

  close(): void {
    this.onLost = () => {};
    this.#socket.destroy();
  }

  #seal(channel: SealedChannel): Promise<void> {
    return new Promise((resolve, reject) => {
      this.onLost = (why) => reject(new Error(`${this.peer}: ${why}, in the handshake`));
      this.#onSealed = resolve;
      channel.open();
    });
  }

  /** @param size of each message in `bytes` */
  #write(bytes: Buffer, size: number): void {
    this.#socket.write(this.#channel === null ? bytes : this.#channel.seal(bytes, size));
  }

  #receive(bytes: Buffer, length: number): void {
    if (this.#greeting !== null) this.#greeting(bytes.subarray(0, length));
    else this.#take(bytes, length);
  }

  #take(bytes: Buffer, length: number): void {
    let delivered = 0;
    let at = 0;
    while (at < length) {
      const first = this.#carried > 0 ? this.#carry[0]! : bytes[at]!;
      const isDelivery = first === this.#wire.deliveryByte;
      const size = isDelivery ? this.#deliverySize : this.#wire.otherSize;
      if (size === 0) {
        this.onLost(`unexpected bytes: ${bytes.toString('latin1', at, Math.min(length, at + 200))}`);
        return;
      }
      const needed = size - this.#carried;
      if (length - at < needed) {
        bytes.copy(this.#carry, this.#carried, at, length);
        this.#carried += length - at;
        break;
      }
      if (isDelivery) {
        delivered++;
        if (this.onAge !== null) this.#age(bytes, at, needed);
      }
      at += needed;
      this.#carried = 0;
    }
    if (delivered > 0) this.onDelivered(delivered);
  }

  #age(bytes: Buffer, at: number, needed: number): void {
    let stamp: number;
    if (this.#carried === 0) {
      stamp = bytes.readDoubleLE(at + this.#deliveryStampAt);
    } else {
      bytes.copy(this.#carry, this.#carried, at, at + needed);
      stamp = this.#carry.readDoubleLE(this.#deliveryStampAt);
    }
    this.onAge?.(performance.now() - stamp);
  }
}
