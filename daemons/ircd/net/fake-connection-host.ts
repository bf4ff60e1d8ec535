/**
 * For tests: what stands around a {@link ClientConnection}, without sockets and without a loop. The kernel takes what it is
 * offered or nothing, turns are turned by hand, and the clock stands still.
 */
import { EventEmitter } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { WorkGroups } from '../../runtime/async/work-account.ts';
import { WorkTurns } from '../../runtime/async/work-turns.ts';
import type { Seat } from '../../runtime/net/admission.ts';
import type { ReadRounds, RoundReader } from '../../runtime/net/read-rounds.ts';
import { Arena } from './arena.ts';
import { ClientConnection, type ConnectionHost, type TickReceiver } from './client-connection.ts';
import type { Connection, ConnectionClass, ConnectionHandler, Framing, TlsDetails } from './connection.ts';
import { FloodQueue } from './flood-control.ts';
import { NetStats, type netStat } from './stats.ts';
import { TickWriter } from './tick-writer.ts';

/** A small class with flood control, but for what is given. */
export function classOf(given: Partial<ConnectionClass> = {}): ConnectionClass {
  return {
    name: 'small',
    match: [],
    throttle: true,
    flood: true,
    maxConnections: 10,
    maxPerAddress: 10,
    connectBurst: 10,
    connectsPerSecond: 1,
    sendQueueBytes: 1000,
    receiveQueueBytes: 600,
    pingSeconds: 120,
    batchMs: 2,
    maxPerAddressNetwork: null,
    dnsbl: true,
    ...given,
  };
}

/** A socket in memory. */
export class FakeSocket extends EventEmitter {
  remotePort: number | undefined = 40_001;
  localPort: number | undefined = 6667;
  writableLength = 0;
  destroyed = false;
  connecting = false;
  /** What was done to it, in order. */
  readonly done: string[] = [];
  /** Writes that the kernel has not taken yet. */
  readonly pending: { readonly bytes: Buffer; readonly taken: (() => void) | undefined }[] = [];
  written = '';
  #descriptor = -1;

  /** The kernel takes everything at once from now on, or nothing. */
  kernelTakes(all: boolean): void {
    if (all && this.#descriptor < 0) this.#descriptor = openSync('/dev/null', 'w');
    else if (!all) this.release();
  }

  release(): void {
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
  }

  get _handle(): { readonly fd: number } {
    return { fd: this.#descriptor };
  }

  write(bytes: Buffer, taken?: () => void): void {
    this.written += bytes.toString();
    this.pending.push({ bytes, taken });
  }

  /** The kernel takes what was written. */
  take(): void {
    for (const { taken } of this.pending.splice(0)) taken?.();
  }

  cork(): void {
    this.done.push('cork');
  }
  uncork(): void {
    this.done.push('uncork');
  }
  pause(): void {
    this.done.push('pause');
  }
  resume(): void {
    this.done.push('resume');
  }
  _read(): void {
    this.done.push('read');
  }
  end(last?: Buffer): void {
    if (last !== undefined) this.written += last.toString('latin1');
    this.done.push('end');
  }
  destroy(): void {
    this.done.push('destroy');
    this.destroyed = true;
  }
}

/** The server around it, which writes down what it is told. */
export class FakeConnectionHost implements ConnectionHost<string> {
  readonly lines: string[] = [];
  readonly closed: string[] = [];
  /** The least that somebody who is written to has. */
  patienceMs = Number.POSITIVE_INFINITY;
  readonly told: string[] = [];
  readonly arena = new Arena();
  readonly stats = new NetStats();
  readonly counts = this.stats.counts;
  readonly writer = new TickWriter(this.arena, this.counts);
  readonly floodQueue = new FloodQueue();
  readonly workGroups = new WorkGroups();
  readonly due: (() => void)[] = [];
  readonly work = new WorkTurns({ now: () => 0, schedule: (callback) => void this.due.push(callback) });
  readonly readRounds: ReadRounds;
  readonly readers = new Set<RoundReader>();
  /** Obeys what a client says; a test may set another. */
  onLine: (connection: Connection<string>, line: string) => void = () => {};
  onClose: (connection: Connection<string>) => void = () => {};
  readonly handler: ConnectionHandler<string> = {
    refusal: () => null,
    onOpen: () => void this.told.push('open'),
    onLine: (connection, bytes, start, end) => {
      const line = Buffer.from(bytes.subarray(start, end)).toString();
      this.lines.push(line);
      this.onLine(connection, line);
    },
    onOversizedLine: () => void this.lines.push('(oversized)'),
    onClose: (connection, reason) => {
      this.closed.push(reason);
      this.onClose(connection);
    },
  };
  #nextId = 1;

  constructor() {
    const rounds = {
      enter: (_group: unknown, reader: RoundReader) => void this.readers.add(reader),
      leave: (_group: unknown, reader: RoundReader) => void this.readers.delete(reader),
      late: (_group: unknown, bytes: number) => void this.told.push(`late ${bytes}`),
    };
    this.readRounds = rounds as unknown as ReadRounds;
  }

  connect(
    connectionClass: ConnectionClass,
    tls: TlsDetails | null = null,
    address = '192.0.2.1',
    framing?: Framing,
  ): { readonly connection: ClientConnection<string>; readonly socket: FakeSocket } {
    const socket = new FakeSocket();
    const seat = { address, connectionClass, proxied: null, leave: () => void this.told.push('seat left') };
    const connection = new ClientConnection<string>(
      this,
      this.#nextId++,
      socket as unknown as Socket,
      seat as unknown as Seat<ConnectionClass>,
      tls,
      framing,
    );
    connection.start();
    return { connection, socket };
  }

  /** What the network path does at the end of a tick. */
  flush(): TickReceiver[] {
    const overflowed: TickReceiver[] = [];
    this.writer.flush(overflowed);
    return overflowed;
  }

  /** One turn of the loop; false when nothing was to be done. */
  turn(): boolean {
    const due = this.due.splice(0);
    for (const callback of due) callback();
    return due.length > 0;
  }

  count(name: keyof typeof netStat): number {
    return this.stats.get(name);
  }

  encodePrivate(line: string, framing: Framing) {
    return this.arena.encodePrivate(line, framing);
  }
  copyPrivate(bytes: Buffer) {
    return this.arena.copyPrivate(bytes);
  }
  waitAtMost(patienceMs: number): void {
    this.patienceMs = Math.min(this.patienceMs, patienceMs);
  }

  scheduleFlush(): void {
    this.told.push('flush wanted');
  }
  betweenLines(): void {
    this.told.push('between lines');
  }
  setSlow(_connection: ClientConnection<string>, slow: boolean): void {
    this.told.push(slow ? 'slow' : 'not slow');
  }
  inputGrew(): void {
    this.told.push('input grew');
  }
  readdress(seat: Seat<ConnectionClass>, address: string): string | null {
    this.told.push(`moved to ${address}`);
    if (address === '192.0.2.66') return 'not from there';
    Object.assign(seat, { address });
    return null;
  }
  left(): void {
    this.told.push('left');
  }
  gone(): void {
    this.told.push('gone');
  }
}
