/**
 * What ClientConnection needs of a socket: one of Node's, or one that another thread owns. A RangeReceiver takes what a tick has for a
 * connection without a call of the system.
 */
import type { RangeList } from './tick-writer.ts';

export interface ClientSocket {
  readonly remotePort?: number | undefined;
  readonly localPort?: number | undefined;
  /** Bytes that were handed over and that the kernel has not taken. */
  readonly writableLength: number;
  readonly destroyed: boolean;
  readonly connecting: boolean;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
  on(event: 'close' | 'end', listener: () => void): unknown;
  on(event: 'data', listener: (bytes: Buffer) => void): unknown;
  write(bytes: Buffer, taken?: () => void): unknown;
  cork(): void;
  uncork(): void;
  end(last?: string | Uint8Array): unknown;
  destroy(): unknown;
  pause(): unknown;
  resume(): unknown;
  _read(size: number): void;
}

/** A connection whose socket another thread owns, as the end of a tick sees it. */
export interface RangeReceiver {
  sendRanges(ranges: RangeList): void;
  /** The same for what answers its client: it does not wait behind what others are sent. */
  sendAnswer(ranges: RangeList): void;
  /** Whether an answer goes ahead of what is still to be written to others. */
  readonly mayOvertake: boolean;
}
