/**
 * Bytes that are on their way to a thread for one client alone: what found no room in the memory that all threads write from, and last
 * words. They are of the client's send queue until the thread has taken them. Made by IoShard.
 */
import type { RemoteSocket } from './remote-socket.ts';

/** What of it was sent in one tick to one client. */
interface Copy {
  readonly tick: number;
  readonly socket: RemoteSocket;
  bytes: number;
}

export class CopiesUnderWay {
  /** In the order of ticks. */
  #copies: Copy[] = [];

  get empty(): boolean {
    return this.#copies.length === 0;
  }

  /** So many bytes were sent in this tick. */
  add(tick: number, socket: RemoteSocket, bytes: number): void {
    const last = this.#copies.at(-1);
    if (last?.socket === socket && last.tick === tick) last.bytes += bytes;
    else this.#copies.push({ tick, socket, bytes });
    socket.onWay(bytes, true);
  }

  /** All ticks before this one were taken. */
  taken(before: number): void {
    const copies = this.#copies;
    let count = 0;
    while (count < copies.length && ((copies[count]!.tick - before) | 0) < 0) count++;
    for (const { socket, bytes } of copies.splice(0, count)) socket.onWay(-bytes, false);
  }

  /** Nobody will take any of it. */
  clear(): void {
    this.#copies = [];
  }
}
