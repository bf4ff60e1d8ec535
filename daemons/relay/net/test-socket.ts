/** A socket in memory, for the tests of connections. */
import { EventEmitter } from 'node:events';

/** A socket whose kernel takes everything or nothing. */
export class FakeSocket extends EventEmitter {
  readonly remotePort = 4_711;
  readonly connecting = false;
  destroyed = false;
  readableLength = 0;
  writableLength = 0;
  kernelTakes = true;
  reading = true;
  ended = 0;
  readonly written: Buffer[] = [];
  #pending: (() => void)[] = [];

  pause(): void {
    this.reading = false;
  }

  resume(): void {
    this.reading = true;
  }

  _read(): void {}

  write(bytes: Buffer, done: () => void): void {
    this.written.push(Buffer.from(bytes));
    this.#pending.push(done);
    if (!this.kernelTakes) this.writableLength += bytes.length;
  }

  drain(): void {
    this.writableLength = 0;
    for (const done of this.#pending.splice(0)) done();
  }

  end(): void {
    this.ended++;
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit('close');
  }
}
