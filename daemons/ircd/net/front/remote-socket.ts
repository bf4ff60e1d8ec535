/**
 * A socket that a thread owns, as the thread of the state has it: a ClientSocket whose calls become records, and whose events come from
 * records. Made by IoShard.
 */
import { EventEmitter } from 'node:events';
import type { ClientSocket, RangeReceiver } from '../client-socket.ts';
import type { RangeList } from '../tick-writer.ts';
import type { IoShard } from './io-shard.ts';
import { type HandshakeResult, toThread } from './records.ts';

export class RemoteSocket extends EventEmitter implements ClientSocket, RangeReceiver {
  readonly remotePort: number | undefined;
  readonly localPort: number | undefined;
  readonly connecting = false;
  /** Its number in the thread. */
  readonly slot: number;
  destroyed = false;
  /** Told when {@link writableLength} changes; `inTick` while a tick is written, which asks for it at its end. */
  onHeld: ((bytes: number, inTick: boolean) => void) | null = null;
  /** Told when all handshakes are done. */
  onShaken: ((result: HandshakeResult) => void) | null = null;
  readonly #shard: IoShard;
  #held = 0;
  #onWay = 0;

  constructor(shard: IoShard, slot: number, ports: Pick<ClientSocket, 'remotePort' | 'localPort'>) {
    super();
    this.#shard = shard;
    this.slot = slot;
    this.remotePort = ports.remotePort;
    this.localPort = ports.localPort;
  }

  /** What the thread holds because the client does not read as fast as it is sent to, and what is on its way there for it alone. */
  get writableLength(): number {
    return this.#held + this.#onWay;
  }

  sendRanges(ranges: RangeList): void {
    if (!this.destroyed) this.#shard.sendRanges(this.slot, ranges);
  }

  sendAnswer(ranges: RangeList): void {
    if (!this.destroyed) this.#shard.sendAnswer(this.slot, ranges);
  }

  get mayOvertake(): boolean {
    return !this.destroyed && this.#shard.mayOvertake(this.slot);
  }

  write(bytes: Uint8Array, taken?: () => void): boolean {
    if (!this.destroyed) this.#shard.sendBytes(this.slot, bytes);
    // What it holds of it is told as that of a slow reader.
    if (taken !== undefined) setImmediate(taken);
    return true;
  }

  end(last?: string | Uint8Array): this {
    if (last !== undefined) this.write(typeof last === 'string' ? Buffer.from(last) : last);
    return this.#tell(toThread.end);
  }

  destroy(): this {
    if (this.destroyed) return this;
    this.#tell(toThread.destroy);
    this.destroyed = true;
    this.onHeld = null;
    this.#held = 0;
    this.#onWay = 0;
    return this;
  }

  pause(): this {
    return this.#tell(toThread.pause);
  }

  resume(): this {
    return this.#tell(toThread.resume);
  }

  /** What is written in a turn leaves together anyway. */
  cork(): void {}

  uncork(): void {}

  /** The thread reads by itself. */
  _read(): void {}

  /** The thread says that the socket is gone, or is gone itself. */
  closed(error: string): void {
    this.destroyed = true;
    this.onHeld = null;
    if (error !== '') this.emit('error', Object.assign(new Error(error), { code: error }));
    this.emit('close');
  }

  /** @param bytes that the thread holds by now */
  held(bytes: number): void {
    if (this.destroyed) return;
    this.#held = bytes;
    this.onHeld?.(this.writableLength, false);
  }

  /** So many more bytes are on the way. @param inTick see {@link onHeld} */
  onWay(bytes: number, inTick: boolean): void {
    if (this.destroyed) return;
    this.#onWay += bytes;
    this.onHeld?.(this.writableLength, inTick);
  }

  #tell(sort: number): this {
    if (!this.destroyed) this.#shard.tell(sort, this.slot);
    return this;
  }
}
