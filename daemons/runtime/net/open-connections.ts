/** The connections that a daemon has open, and the wait for the last of them. */
import type { Socket } from 'node:net';
import { BurstCollector } from '../telemetry/burst-collector.ts';

/** Open connections, those that are ending included. */
export class OpenConnections<Connection> {
  readonly #open = new Set<Connection>();
  readonly #collector = new BurstCollector(() => this.#open.size);
  readonly #onEmpty = new Set<() => void>();
  readonly #onChanged: () => void;

  /** @param onChanged told when one came or went */
  constructor(onChanged: () => void = () => {}) {
    this.#onChanged = onChanged;
  }

  get size(): number {
    return this.#open.size;
  }

  [Symbol.iterator](): IterableIterator<Connection> {
    return this.#open.values();
  }

  /** @param socket its socket, with which it goes; without it the daemon calls {@link delete} */
  add(connection: Connection, socket?: Socket): void {
    this.#open.add(connection);
    socket?.on('close', () => this.delete(connection));
    this.#onChanged();
  }

  /**
   * The socket of a connection is gone.
   * @param heldBytes what was held for it until it ended
   * @returns whether it was here
   */
  delete(connection: Connection, heldBytes = 0): boolean {
    if (!this.#open.delete(connection)) return false;
    this.strangerGone(heldBytes);
    this.#onChanged();
    if (this.#open.size === 0) for (const done of [...this.#onEmpty]) done();
    return true;
  }

  /** A socket is gone that never became a connection: its garbage counts like that of one. */
  strangerGone(heldBytes = 0): void {
    this.#collector.connectionGone(heldBytes);
  }

  /** Resolves when all are gone, or `deadline` aborts. */
  async allGone(deadline: AbortSignal): Promise<void> {
    if (this.#open.size === 0 || deadline.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#onEmpty.delete(done);
        deadline.removeEventListener('abort', done);
        resolve();
      };
      this.#onEmpty.add(done);
      deadline.addEventListener('abort', done);
    });
  }

  /** Stops the timer of the burst collector. */
  close(): void {
    this.#collector.close();
  }
}
