/**
 * Acts when a relay holds too much for its clients: at the end of the tick in which that happened, and for so many of
 * them at once that it need not look at all of them again soon. Told by connections that something grew.
 */
import { type Holder, worstHolders } from '../../runtime/net/worst-holders.ts';
import type { Counts } from '../../runtime/telemetry/counted-instrument.ts';
import type { Limits } from '../limits.ts';
import type { Connection } from './connection.ts';
import type { HeldMemory } from './held-memory.ts';
import type { TickFlusher } from './tick-flusher.ts';

/** Part of a total that is freed when it is passed. */
const FREED_PART = 8;

/** What a watch is made of. */
export interface MemoryWatchOptions {
  readonly memory: HeldMemory;
  readonly limits: Pick<Limits, 'send_queue_total_bytes' | 'receive_total_bytes'>;
  readonly flusher: Pick<TickFlusher, 'later'>;
  readonly connections: Iterable<Connection>;
  /** A client has to give back what it has sent of unfinished frames. */
  readonly onUnfinished: (connection: Connection) => void;
  /** A client has to give back what waits for it. */
  readonly onUnread: (connection: Connection) => void;
}

/** Keeps the totals of one relay. */
export class MemoryWatch {
  readonly #options: MemoryWatchOptions;
  #scheduled = false;
  /** The most bytes that were held at once. */
  readonly #most = { send: 0, receive: 0 };

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
  }

  /** Bytes held for clients that lag, of all that may be. */
  get heldToSend(): Counts<'queue'> {
    const { memory, limits } = this.#options;
    return {
      depth: memory.sendBytes,
      high_water: Math.max(this.#most.send, memory.sendBytes),
      capacity: limits.send_queue_total_bytes,
    };
  }

  /** Bytes held of what clients sent and is not worked off, of all that may be. */
  get heldOfInput(): Counts<'queue'> {
    const { memory, limits } = this.#options;
    return {
      depth: memory.receiveBytes,
      high_water: Math.max(this.#most.receive, memory.receiveBytes),
      capacity: limits.receive_total_bytes,
    };
  }

  /** More is held than before. Cheap where the totals hold. */
  grew(): void {
    const { memory, limits, flusher } = this.#options;
    if (memory.sendBytes > this.#most.send) this.#most.send = memory.sendBytes;
    if (memory.receiveBytes > this.#most.receive) this.#most.receive = memory.receiveBytes;
    if (
      memory.sendBytes <= limits.send_queue_total_bytes &&
      memory.receiveBytes <= limits.receive_total_bytes
    )
      return;
    if (this.#scheduled) return;
    this.#scheduled = true;
    flusher.later(() => {
      // Whoever has to go goes before the totals are looked at again.
      this.#scheduled = false;
      this.#keepReceive();
      this.#keepSend();
    });
  }

  #keepReceive(): void {
    const { memory, limits, flusher, onUnfinished } = this.#options;
    const surplus = memory.receiveBytes - limits.receive_total_bytes;
    if (surplus <= 0) return;
    const holders = this.#holders(({ intake }) => intake.heldBytes);
    for (const one of worstHolders(holders, surplus + limits.receive_total_bytes / FREED_PART))
      flusher.later(() => onUnfinished(one));
  }

  #keepSend(): void {
    const { memory, limits, flusher, connections, onUnread } = this.#options;
    if (memory.sendBytes <= limits.send_queue_total_bytes) return;
    // Those that end anyway go before anybody else does.
    let ended = false;
    for (const one of connections) {
      if (!one.ending || one.outbox.heldBytes === 0) continue;
      one.destroy();
      ended = true;
    }
    if (ended) {
      // Their queues are cleared first.
      flusher.later(() => this.#keepSend());
      return;
    }
    const surplus = memory.sendBytes - limits.send_queue_total_bytes;
    const holders = this.#holders(({ outbox }) => outbox.heldBytes);
    for (const one of worstHolders(holders, surplus + limits.send_queue_total_bytes / FREED_PART))
      flusher.later(() => onUnread(one));
  }

  #holders(bytesOf: (connection: Connection) => number): Holder<Connection>[] {
    const holders: Holder<Connection>[] = [];
    for (const owner of this.#options.connections) {
      const bytes = owner.ending ? 0 : bytesOf(owner);
      if (bytes > 0) holders.push({ owner, network: owner.network, bytes });
    }
    return holders;
  }
}
