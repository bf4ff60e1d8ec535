/**
 * Connections that are spread over threads, which own their sockets: accepting and the state stay in the thread of the IRC server, and
 * reading, TLS and writing are done beside it. docs/architecture.md, "The sharded front".
 */
import type { Socket } from 'node:net';
import type { AsyncWorkerOptions, WorkerEnd } from '../../../runtime/async/async-worker.ts';
import {
  descriptorOf,
  type SocketDuplicator,
  socketDuplicator,
} from '../../../runtime/native/duplicate-socket.ts';
import type { TlsCredentials } from '../../../runtime/net/tls-credentials.ts';
import { limits } from '../../limits.ts';
import type { Arena, SlabSource } from '../arena.ts';
import { netStat } from '../stats.ts';
import { type FrontFigures, succeeded, type ThreadFigures } from './front-figures.ts';
import { IoShard } from './io-shard.ts';
import { speaks, total } from './records.ts';
import type { RemoteSocket } from './remote-socket.ts';
import { SharedLines } from './shared-lines.ts';
import { UnaskedEnds } from './unasked-ends.ts';

/** What the server says about its threads. */
export interface FrontOptions {
  readonly threads: number;
  readonly arena: () => Arena;
  readonly counts: Float64Array;
  readonly usedUp: () => boolean;
  /** @param which one of `failedHandshake` */
  readonly onHandshakeFailed: (which: number) => void;
  /** Told of a thread that ended unasked or does not end, in words for the operator. */
  readonly onTrouble: (text: string) => void;
  /** Told when threads end unasked so often that the process had better end as well. */
  readonly onHopeless: (text: string) => void;
  /** For tests: another way to copy descriptors. */
  readonly duplicator?: SocketDuplicator;
}

/** The threads of one server. Whoever connects comes to the one that has fewest. */
export class ShardedFront implements SlabSource {
  readonly #options: FrontOptions;
  readonly #lines = new SharedLines();
  readonly #shards: IoShard[] = [];
  /** What those have counted that had the places of threads before, by place. */
  readonly #before: ThreadFigures[] = [];
  readonly #ends = new UnaskedEnds();
  #waits = 0;
  #lost = 0;
  readonly #duplicate: (fd: number) => number;
  #credentials: TlsCredentials | null = null;
  #origins: readonly string[] = [];
  #started = 0;
  #closed = false;
  #awaited = false;

  private constructor(options: FrontOptions, duplicate: (fd: number) => number) {
    this.#options = options;
    this.#duplicate = duplicate;
    for (let index = 0; index < options.threads; index++) this.#shards.push(this.#start());
  }

  /** A front with so many threads; null, and why is told, where sockets cannot change threads here. */
  static start(options: FrontOptions): ShardedFront | null {
    const { duplicate, reason } = options.duplicator ?? socketDuplicator();
    if (duplicate !== null) return new ShardedFront(options, duplicate);
    options.onTrouble(
      `io_threads is ${options.threads}, but ${reason}: all connections are served by the one thread. Set it to 0 to be told no more.`,
    );
    return null;
  }

  /** The certificate of new handshakes. */
  setCredentials(credentials: TlsCredentials): void {
    this.#credentials = credentials;
    for (const shard of this.#shards) shard.setCredentials(credentials);
  }

  /** Whose pages may open WebSockets from here on. */
  setOrigins(origins: readonly string[]): void {
    this.#origins = origins;
    for (const shard of this.#shards) shard.setOrigins(origins);
  }

  /**
   * Takes an accepted socket over.
   * @param encrypted whether TLS is spoken on it
   * @param webSocket whether WebSocket is spoken on it
   * @returns its other end here; null where it cannot be: then it is as it was
   */
  take(socket: Socket, encrypted: boolean, webSocket: boolean): RemoteSocket | null {
    if (this.#closed || (encrypted && this.#credentials === null)) return null;
    const fd = descriptorOf(socket);
    const copy = fd < 0 ? -1 : this.#duplicate(fd);
    if (copy < 0) return null;
    const { remotePort, localPort } = socket;
    // What a reader of a proxy's header put back.
    const early = socket.read() as Buffer | null;
    socket.destroy();
    let shard = this.#shards[0]!;
    for (const other of this.#shards) if (other.size < shard.size) shard = other;
    const spoken = (encrypted ? speaks.tls : 0) | (webSocket ? speaks.webSocket : 0);
    const remote = shard.open(copy, spoken, { remotePort, localPort }, spoken === 0 ? null : early);
    // Its owner listens by then.
    if (early !== null && spoken === 0) setImmediate(() => remote.emit('data', early));
    return remote;
  }

  // As the memory of ticks

  takeSlab(): Buffer | null {
    const slab = this.#lines.take();
    if (slab !== null) return slab;
    this.#freeLines();
    return this.#lines.take();
  }

  retireSlab(bytes: Buffer): boolean {
    return this.#lines.retire(bytes);
  }

  endTick(): void {
    for (const shard of this.#shards) shard.endTick(this.#lines.tick);
    this.#lines.endTick();
    this.#freeLines();
  }

  /** Slabs that threads may still read. */
  get slabsInUse(): number {
    return this.#lines.inUse;
  }

  /** Hands over what was written, and counts what was done. */
  flush(): void {
    const { counts } = this.#options;
    for (const shard of this.#shards) {
      shard.flush();
      shard.collect((which, count) => {
        counts[which === total.writes ? netStat.writes : netStat.bytesDeferred]! += count;
      });
    }
  }

  /** What operators see of the threads. */
  get figures(): FrontFigures {
    const threads = this.#shards.map(({ figures }, place) => {
      const before = this.#before[place];
      return before === undefined ? figures : succeeded(figures, before);
    });
    return { threads, waits: this.#waits, lost: this.#lost };
  }

  /** Whether a thread has ticks to write, so that the next one should wait. */
  get behind(): boolean {
    return this.#firstBehind !== undefined;
  }

  /** Calls back, once for all who asked meanwhile, when no thread is behind. */
  whenReady(ready: () => void): void {
    if (this.#awaited) return;
    this.#awaited = true;
    this.#waits++;
    void this.#awaitReady(ready);
  }

  /** Ends all threads; their connections are told as closed before it returns. */
  close(): void {
    this.#closed = true;
    for (const shard of this.#shards) shard.close();
  }

  get #firstBehind(): IoShard | undefined {
    const most = limits.ticksAhead.default;
    for (const shard of this.#shards) if (shard.ticksAhead >= most) return shard;
    return undefined;
  }

  async #awaitReady(ready: () => void): Promise<void> {
    for (let shard = this.#firstBehind; shard !== undefined; shard = this.#firstBehind) {
      const last = shard;
      await last.until(() => last.ticksAhead < limits.ticksAhead.default);
    }
    this.#awaited = false;
    if (!this.#closed) ready();
  }

  #freeLines(): void {
    const { tick } = this.#lines;
    let before = tick;
    for (const shard of this.#shards) {
      const done = shard.doneBefore(tick);
      if (((done - before) | 0) < 0) before = done;
    }
    this.#lines.free(before);
  }

  #mayHear(): Promise<void> | null {
    for (const shard of this.#shards) if (shard.overloaded) return shard.until(() => !shard.overloaded);
    return this.#linesShort ? this.#untilLines() : null;
  }

  /** Whether what a full tick more would have to say found no room in shared memory, and would be copied for each client. */
  get #linesShort(): boolean {
    if (this.#lines.short) this.#freeLines();
    return this.#lines.short;
  }

  /** Waits for the thread that needs what is oldest; where none needs anything, the tick that goes on has it all. */
  #untilLines(): Promise<void> | null {
    const { tick } = this.#lines;
    let last: IoShard | null = null;
    for (const shard of this.#shards) {
      const done = shard.doneBefore(tick);
      if (((done - (last?.doneBefore(tick) ?? tick)) | 0) < 0) last = shard;
    }
    const waited = last;
    return waited?.until(() => !this.#linesShort || waited.ticksAhead === 0) ?? null;
  }

  #start(): IoShard {
    const { arena, usedUp, onHandshakeFailed, onTrouble } = this.#options;
    const onHung: AsyncWorkerOptions['onHung'] = ({ name, waitedMs }) =>
      onTrouble(`The thread ${name} has not stopped in ${waitedMs} ms`);
    const shard = new IoShard({
      name: `sockets ${++this.#started}`,
      lines: this.#lines.memory,
      arena,
      usedUp,
      mayHear: () => this.#mayHear(),
      onHandshakeFailed,
      onEnd: (ended, end) => this.#onEnd(ended, end),
      onHung,
    });
    if (this.#credentials !== null) shard.setCredentials(this.#credentials);
    shard.setOrigins(this.#origins);
    return shard;
  }

  /** A thread that ends unasked has lost its connections; others come to a new one. */
  #onEnd(shard: IoShard, { name, error }: WorkerEnd): void {
    if (this.#closed) return;
    this.#options.onTrouble(
      `The thread ${name} ended unasked, and its connections with it: ${error?.stack ?? 'it returned'}`,
    );
    this.#lost++;
    if (this.#ends.areTooMany(performance.now()))
      this.#options.onHopeless(
        `More than ${limits.threadEnds.default} threads that own sockets ended unasked within ${limits.threadEndsMs.default / 1_000} s, the last with: ${error?.message ?? 'nothing said'}. With io_threads = 0 the server does without them.`,
      );
    const fresh = this.#start();
    const place = this.#shards.indexOf(shard);
    const before = this.#before[place];
    this.#before[place] = before === undefined ? shard.figures : succeeded(shard.figures, before);
    this.#shards[place] = fresh;
  }
}
