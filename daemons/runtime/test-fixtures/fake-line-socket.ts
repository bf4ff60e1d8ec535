/** For tests: a socket of a connection that speaks in lines. It writes down what was done with it. */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

export class FakeLineSocket extends EventEmitter {
  remoteAddress = '192.0.2.77';
  /** What the other end has not taken, in bytes. */
  writableLength = 0;
  destroyed = false;
  connecting = false;
  /** The text of each write. */
  readonly written: string[] = [];
  /** What was done, in order: `write latin1`, `end`, `pause`, `resume`, `destroy`. */
  readonly done: string[] = [];

  /** The same, where a socket is wanted. */
  get asSocket(): Socket {
    return this as unknown as Socket;
  }

  write(text: string, encoding: string): void {
    this.written.push(text);
    this.done.push(`write ${encoding}`);
  }
  end(): void {
    this.done.push('end');
  }
  pause(): void {
    this.done.push('pause');
  }
  resume(): void {
    this.done.push('resume');
  }
  _read(): void {}
  destroy(): void {
    this.destroyed = true;
    this.done.push('destroy');
    this.emit('close');
  }
  /** Bytes come, one for each character. */
  arrives(text: string): void {
    this.emit('data', Buffer.from(text, 'latin1'));
  }
}
