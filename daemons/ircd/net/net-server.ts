/**
 * The network path as the daemon sees it: listeners in, lines to the protocol, one write per dirty connection at
 * the end of each tick. A tick is what libuv read in one poll phase; the flush runs in the check phase
 * (setImmediate) right behind it, and where it takes long it goes on in the next.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TcpListenerInfo } from '../../../contract/link/endpoint.ts';
import { FlushHold, type FlushReason } from '../../runtime/async/flush-hold.ts';
import type { ThreadPool } from '../../runtime/async/thread-pool.ts';
import { WorkGroups } from '../../runtime/async/work-account.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import { WorkTurns } from '../../runtime/async/work-turns.ts';
import type { ReloadFacts } from '../../runtime/host/daemon-definition.ts';
import { roomNotice } from '../../runtime/host/descriptor-limit.ts';
import { Acceptor, type AcceptorChange } from '../../runtime/net/acceptor.ts';
import { Admission, type Refusal, type Seat } from '../../runtime/net/admission.ts';
import type { ConnectRate } from '../../runtime/net/connect-throttle.ts';
import { fingerprintOf } from '../../runtime/net/dial.ts';
import type { AddressRanges } from '../../runtime/net/ip-address.ts';
import { carryOut } from '../../runtime/net/listener-change.ts';
import { OpenConnections } from '../../runtime/net/open-connections.ts';
import { ReadRounds, type ReadRoundsOptions } from '../../runtime/net/read-rounds.ts';
import { selfSignedCredentials, type TlsCredentials } from '../../runtime/net/tls-credentials.ts';
import { httpRefusal } from '../../runtime/net/websocket-acceptor.ts';
import { CLOSE_CODE } from '../../runtime/net/websocket-frame.ts';
import { type Holder, worstHolders } from '../../runtime/net/worst-holders.ts';
import type { Counts } from '../../runtime/telemetry/counted-instrument.ts';
import { limits } from '../limits.ts';
import { Arena, oneLine } from './arena.ts';
import { ClientConnection, type ConnectionHost, type TickReceiver } from './client-connection.ts';
import type { ClientSocket } from './client-socket.ts';
import type { Chunk, ConnectionClass, ConnectionHandler, Framing, Outbox, TlsDetails } from './connection.ts';
import { FloodQueue } from './flood-control.ts';
import { type FrontFigures, NO_THREADS } from './front/front-figures.ts';
import { failedHandshake, type HandshakeResult } from './front/records.ts';
import type { RemoteSocket } from './front/remote-socket.ts';
import { type FrontOptions, ShardedFront } from './front/sharded-front.ts';
import { endProcessWith } from './front/unasked-ends.ts';
import { addressRanges, connectionClasses, type ListenConfig, type NetConfig } from './net-config.ts';
import { NetStats, netStat, type SendQueueSample } from './stats.ts';
import { TickWriter } from './tick-writer.ts';
import { tlsDetails } from './tls-details.ts';
import { framingOf, mayOpen, WEBSOCKET_PROTOCOLS } from './websocket-side.ts';

/** Why a tick was written, as it is counted. */
const FLUSH_STATS: Readonly<Record<FlushReason, number>> = {
  idle: netStat.idleFlushes,
  time: netStat.timeFlushes,
  bytes: netStat.bytesFlushes,
  size: netStat.sizeFlushes,
};
const MAX_TICK_BYTES = limits.tickArenaBytes.default;
/** Part of a total that is freed when it is passed, so that the walk over all clients is not repeated at once. */
const FREED_PART = 8;
/** Ticks that write to fewer connections say too little about the price of a write. */
const MEASURED_WRITES = 32;
/** One in so many ticks is measured: reading the CPU time twice costs as much as a write. */
const MEASURED_TICKS = 64;
/** What a write may cost at most, however slow one tick was. */
const MOST_WRITE_NS = 10 * workPrices.write.ns;

/** What the server is made of beside its configuration. */
export interface NetServerOptions<User> {
  readonly handler: ConnectionHandler<User>;
  /** Where a self-signed certificate is kept. */
  readonly dataDirectory: string;
  /** The name in a self-signed certificate. */
  readonly serverName: string;
  /** Make a certificate where there is none. */
  readonly threads: Pick<ThreadPool, 'run'>;
  /** Whether many clients come from an address until it says by {@link Connection.readdress} who they are. */
  readonly gateways?: (address: string) => boolean;
  /**
   * Takes a connection of another server. It is none of the clients, and has no place among them.
   * @param fingerprint as in {@link TlsDetails}; undefined without TLS
   */
  readonly onLink?: (socket: Socket, fingerprint: string | null | undefined) => void;
  /** Told of descriptors that do not suffice. */
  readonly warn: (text: string) => void;
  /** Told of a connection that a proxy brought, or somebody in its place, and that was refused for its header. */
  readonly onProxyRefused?: (address: string, problem: string) => void;
  /** Told of work that threw, which is a defect. */
  readonly onDefect: (error: unknown) => void;
  /** For tests: another rate at which one address may connect. */
  readonly connectRate?: ConnectRate;
  /** For tests: another time for writing in a turn of the loop, in milliseconds. */
  readonly flushMs?: number;
  /** What a poll of the sockets may take; for tests. */
  readonly readRounds?: ReadRoundsOptions;
  /** For tests: another way to copy descriptors. */
  readonly duplicator?: FrontOptions['duplicator'];
  /** Told of threads with sockets that ended unasked, or could not be started. */
  readonly onThreadTrouble?: (text: string) => void;
  /** Told that such threads end again and again. Without it the process ends with that as its error, to be started anew. */
  readonly onThreadsHopeless?: (text: string) => void;
}

/** The connections of one server and their flushing. */
export class NetServer<User = unknown> implements ConnectionHost<User> {
  readonly handler: ConnectionHandler<User>;
  readonly stats = new NetStats();
  readonly counts = this.stats.counts;
  /** Who is let in. */
  readonly admission: Admission<ConnectionClass>;
  readonly floodQueue = new FloodQueue();
  readonly workGroups = new WorkGroups();
  readonly readRounds: ReadRounds;
  readonly work = new WorkTurns({
    beforeWaiting: () => this.#flushAnswers(),
    afterTurn: () => this.#flushInTime(),
    onError: (error) => this.#options.onDefect(error),
  });
  readonly writer: TickWriter;
  readonly #hold = new FlushHold({
    bytes: limits.batchBytes.default,
    size: limits.batchWrites.default,
    busyMs: limits.batchMs.default,
  });
  /** The serializer of the server, for the protocol. */
  readonly outbox: Outbox;

  /** Threads that own sockets; null where this one has them all. */
  readonly #front: ShardedFront | null;
  readonly #arena: Arena;
  readonly #options: NetServerOptions<User>;
  readonly #flushMs: number;
  readonly #acceptor: Acceptor<ListenConfig, ConnectionClass>;
  readonly #connections = new OpenConnections<ClientConnection<User>>();
  readonly #slow = new Set<ClientConnection<User>>();
  readonly #overflowed: TickReceiver[] = [];
  #totals: HeldTotals;
  #credentials: TlsCredentials | null = null;
  /** Whose word on the address of a client is taken. */
  #trustedProxies: AddressRanges;
  /** Whose pages may connect. */
  #origins: ReadonlySet<string>;
  /** The most bytes that were held at once. */
  readonly #mostHeld = { send: 0, input: 0 };
  readonly #flushTick = () => {
    this.#flushScheduled = false;
    if (!this.#holdsBack()) this.#flushInTime();
  };
  /** In the turn after the one in which there was no time to write to everybody. */
  readonly #flushOn = () => {
    this.#cut = false;
    this.#flushInTime();
  };
  readonly #flushIsOver = () => performance.now() >= this.#flushUntilMs;
  #flushUntilMs = 0;
  /** There was no time in this turn to write to everybody. */
  #cut = false;
  /** What the answers that left before waiting work took of the time for writing, in milliseconds. */
  #answersMs = 0;
  #nextId = 1;
  #flushScheduled = false;
  #measuredWriteNs: number = workPrices.write.ns;
  /** Ticks that wrote to {@link MEASURED_WRITES} connections or more. */
  #ticks = 0;

  constructor(config: NetConfig, options: NetServerOptions<User>) {
    this.#options = options;
    this.readRounds = new ReadRounds({ usedShare: () => this.work.usedShare, ...options.readRounds });
    this.#flushMs = options.flushMs ?? limits.flushTurnMs.default;
    this.handler = options.handler;
    this.#front = config.io_threads === 0 ? null : this.#startFront(config.io_threads);
    this.#arena = new Arena(() => this.scheduleFlush(), this.#front);
    this.outbox = this.#arena;
    this.writer = new TickWriter(this.#arena, this.counts);
    this.#totals = heldTotals(config);
    this.#origins = new Set(config.websocket_origins);
    this.#front?.setOrigins(config.websocket_origins);
    this.#trustedProxies = addressRanges(config.trusted_proxies);
    this.admission = new Admission({
      classes: connectionClasses(config, options.connectRate),
      bans: { reasonAgainst: (address) => options.handler.refusal(address) },
      gateways: options.gateways,
    });
    this.#acceptor = new Acceptor({
      key: 'ircd.listen',
      protocol: ({ protocol }) => protocol,
      admission: this.admission,
      sockets: { noDelay: true, allowHalfOpen: true },
      requestCert: true,
      webSocket: {
        wanted: ({ protocol }) => protocol === 'websocket',
        protocols: WEBSOCKET_PROTOCOLS,
        mayOpen: (origin) => mayOpen(this.#origins, origin),
      },
      proxies: {
        trusted: (address) => this.#trustedProxies.has(address),
        required: ({ proxy }) => proxy,
        onRefused: options.onProxyRefused,
      },
      lastWord: (refusal, address, { protocol }) => {
        const text = refusalText(refusal);
        if (protocol === 'websocket') return httpRefusal(503, text);
        return `ERROR :Closing Link: ${oneLine(`${address} (${text})`)}\r\n`;
      },
      handOff: (socket, seat, entry) => this.#handOff(socket, seat, entry),
      onOpen: (socket, seat, { protocol }, tls, webSocket) => {
        if (protocol === 'p10') this.#openLink(socket, seat, tls);
        else this.#open(socket, seat, tls, framingOf(webSocket));
      },
    });
  }

  /** Bytes held for clients that do not read as fast as they are sent to, of all that may be. */
  get heldToSend(): Counts<'queue'> {
    const depth = this.counts[netStat.sendHeld]!;
    return { depth, high_water: Math.max(this.#mostHeld.send, depth), capacity: this.#totals.sendBytes };
  }

  /** Bytes held of what clients sent and is not worked off, of all that may be. */
  get heldOfInput(): Counts<'queue'> {
    const depth = this.counts[netStat.inputHeld]!;
    return { depth, high_water: this.#mostHeld.input, capacity: this.#totals.inputBytes };
  }

  /** Memory of the lines of a tick. */
  get arena(): Arena['counts'] {
    return this.#arena.counts;
  }

  /** What operators see of the threads that own sockets. */
  get threadFigures(): FrontFigures {
    return this.#front?.figures ?? NO_THREADS;
  }

  /** Connections that failed on their way in. */
  get failures(): Readonly<Record<'webSocket' | 'proxy', number>> {
    return this.#acceptor.failures;
  }

  /** The certificate in force; null where none is needed. */
  get credentials(): TlsCredentials | null {
    return this.#credentials;
  }

  /** Every open listener with its real port. */
  get listenerInfos(): readonly TcpListenerInfo[] {
    return this.#acceptor.infos;
  }

  /**
   * Opens the listeners of the configuration, or applies a new one: classes, certificate and listeners change,
   * connections stay.
   * @throws SignalboxError that names the mistake; the configuration in force stays as it was.
   */
  async apply(config: NetConfig, credentials: TlsCredentials | 'self-signed' | null): Promise<ReloadFacts> {
    const { listeners, commit } = await this.begin(config, credentials);
    return await carryOut(listeners, commit);
  }

  /** The beginning of {@link apply}, up to where nothing but a held address can fail. */
  async begin(
    config: NetConfig,
    credentials: TlsCredentials | 'self-signed' | null,
  ): Promise<AcceptorChange> {
    const classes = connectionClasses(config, this.#options.connectRate);
    const shown = credentials === 'self-signed' ? await this.#selfSigned() : credentials;
    return await this.#acceptor.begin(config.listen, shown, () => {
      this.#credentials = shown;
      if (shown !== null) this.#front?.setCredentials(shown);
      this.admission.reclassify(classes);
      for (const connection of this.#connections)
        connection.connectionClass = connection.seat.connectionClass;
      this.#totals = heldTotals(config);
      this.#origins = new Set(config.websocket_origins);
      this.#front?.setOrigins(config.websocket_origins);
      this.#trustedProxies = addressRanges(config.trusted_proxies);
      const notice = roomNotice('max_connections', classes.largest, this.admission.room);
      if (notice !== null) this.#options.warn(notice);
    });
  }

  /** What waits for slow readers now. Cost is proportional to their number, not to that of connections. */
  sampleSendQueues(): SendQueueSample {
    let totalBytes = 0;
    let maxBytes = 0;
    for (const connection of this.#slow) {
      const bytes = connection.sendQueueBytes;
      if (bytes === 0) this.#slow.delete(connection);
      totalBytes += bytes;
      if (bytes > maxBytes) maxBytes = bytes;
    }
    return { totalBytes, maxBytes };
  }

  /**
   * Stops accepting, closes every connection with a reason and resolves when all are gone, at the latest when `deadline`
   * aborts.
   */
  async drain(reason: string, deadline: AbortSignal): Promise<void> {
    await this.#acceptor.drain(this.#connections, deadline, (connection) =>
      connection.close(reason, CLOSE_CODE.goingAway),
    );
    this.close();
  }

  /** Closes everything at once. Closing twice is fine. */
  close(): void {
    this.#acceptor.destroy();
    for (const connection of [...this.#connections]) connection.destroy();
    this.#front?.close();
    this.floodQueue.close();
    this.work.close();
    this.#connections.close();
  }

  /** How many connections have something to write at the end of the tick. */
  get pendingWrites(): number {
    return this.writer.pending;
  }

  // What connections ask of their server

  encodePrivate(line: string, framing: Framing): Chunk {
    return this.#arena.encodePrivate(line, framing);
  }

  copyPrivate(bytes: Buffer): Chunk {
    return this.#arena.copyPrivate(bytes);
  }

  scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    setImmediate(this.#flushTick);
  }

  betweenLines(): void {
    if (this.#arena.sizeBytes > MAX_TICK_BYTES) this.#flush();
  }

  waitAtMost(patienceMs: number): void {
    this.#hold.atMost(patienceMs);
  }

  inputGrew(): void {
    const held = this.counts[netStat.inputHeld]!;
    if (held > this.#mostHeld.input) this.#mostHeld.input = held;
    if (held > this.#totals.inputBytes) this.scheduleFlush();
  }

  setSlow(connection: ClientConnection<User>, slow: boolean): void {
    if (slow) this.#slow.add(connection);
    else this.#slow.delete(connection);
  }

  readdress(seat: Seat<ConnectionClass>, address: string): string | null {
    const refusal = this.admission.readdress(seat, address);
    return refusal === null ? null : refusalText(refusal);
  }

  left(connection: ClientConnection<User>): void {
    connection.seat.leave();
    this.counts[netStat.connections]!--;
  }

  gone(connection: ClientConnection<User>): void {
    this.#connections.delete(connection);
  }

  /**
   * What writing to one connection at the end of a tick costs, in nanoseconds of work: it is measured, because it is done
   * when the clock of the turn no longer runs and depends on the machine most of all.
   */
  get writeNs(): number {
    return this.#front === null ? this.#measuredWriteNs : workPrices.handOver.ns;
  }

  /** Whether a tick waits for what the next poll brings. Answers do not. */
  #holdsBack(): boolean {
    const { crowd } = this.writer;
    if (this.#cut || crowd === 0) return false;
    const reason = this.#hold.ask(this.#arena.sizeBytes, crowd);
    if (reason === null) {
      this.#flushAnswers();
      // Of another turn than the rest.
      this.#answersMs = 0;
      this.scheduleFlush();
      return true;
    }
    this.counts[FLUSH_STATS[reason]]!++;
    return false;
  }

  /** Writes to as many as one turn of the loop has time for, and to the others in the next. */
  #flushInTime(): void {
    if (this.#cut || this.#mustWait()) return;
    this.#hold.taken();
    this.#flushUntilMs = performance.now() + this.#flushMs - this.#answersMs;
    this.#answersMs = 0;
    this.#cut = !this.#flush(this.#flushIsOver);
    this.#hold.written();
    // Not by `scheduleFlush`: what that has scheduled already may be due in this very turn.
    if (this.#cut) setImmediate(this.#flushOn);
  }

  /** Writes the answers that are there, whose receivers would else wait for the work of others. */
  #flushAnswers(): void {
    if (this.#cut || !this.writer.hurried || this.#mustWait()) return;
    const begunMs = performance.now();
    this.#flushUntilMs = begunMs + this.#flushMs;
    this.writer.flushAnswers(this.#overflowed, this.#flushIsOver);
    this.#front?.flush();
    this.#dropOverflowed();
    this.#answersMs = performance.now() - begunMs;
  }

  /** Whether what there is waits until threads have written more of what they have; the tick is ended then. */
  #mustWait(): boolean {
    const front = this.#front;
    if (front === null || !front.behind) return false;
    this.#flushAhead(front);
    front.whenReady(() => this.scheduleFlush());
    return true;
  }

  /** Writes the answers that need not wait for the threads. */
  #flushAhead(front: ShardedFront): void {
    if (!this.writer.hurried) return;
    this.#flushUntilMs = performance.now() + this.#flushMs;
    this.writer.flushAhead(this.#overflowed, this.#flushIsOver);
    front.flush();
    this.#dropOverflowed();
  }

  #flush(isOver?: () => boolean): boolean {
    const { counts } = this;
    const overflowed = this.#overflowed;
    const { pending } = this.writer;
    // CPU time, because a busy machine interrupts this process and makes no write dearer by that.
    const measured =
      this.#front === null && pending >= MEASURED_WRITES && this.#ticks++ % MEASURED_TICKS === 0;
    const begun = measured ? process.cpuUsage() : null;
    const before = counts[netStat.writes]!;
    const ended = this.writer.flush(overflowed, isOver);
    this.#front?.flush();
    const writes = counts[netStat.writes]! - before;
    if (begun !== null && writes > 0) {
      const { user, system } = process.cpuUsage(begun);
      const ns = Math.min(MOST_WRITE_NS, ((user + system) * 1000) / writes);
      this.#measuredWriteNs += (ns - this.#measuredWriteNs) / 8;
    }
    this.#dropOverflowed();
    this.#keepTotals();
    return ended;
  }

  /** After a flush, because the protocol announces each of them to others in the next tick. */
  #dropOverflowed(): void {
    const overflowed = this.#overflowed;
    for (let i = 0; i < overflowed.length; i++) {
      this.counts[netStat.sendQueueKills]!++;
      (overflowed[i] as ClientConnection<User>).destroy('SendQ exceeded');
    }
    overflowed.length = 0;
  }

  /** Lets those go who hold most, when all clients together hold too much. */
  #keepTotals(): void {
    const { counts } = this;
    const totals = this.#totals;
    const sendHeld = counts[netStat.sendHeld]!;
    if (sendHeld > this.#mostHeld.send) this.#mostHeld.send = sendHeld;
    const sendSurplus = sendHeld - totals.sendBytes;
    if (sendSurplus > 0) {
      for (const connection of worstOf(
        this.#slow,
        ({ out }) => out,
        sendSurplus + totals.sendBytes / FREED_PART,
      )) {
        counts[netStat.memoryKills]!++;
        connection.destroy('SendQ total exceeded');
      }
    }
    const inputSurplus = counts[netStat.inputHeld]! - totals.inputBytes;
    if (inputSurplus <= 0) return;
    const most = inputSurplus + totals.inputBytes / FREED_PART;
    for (const connection of worstOf(this.#connections, (held) => held.in, most)) {
      counts[netStat.memoryKills]!++;
      connection.close('RecvQ total exceeded');
    }
  }

  #selfSigned(): Promise<TlsCredentials> {
    const { dataDirectory, serverName, threads } = this.#options;
    return selfSignedCredentials('ircd', dataDirectory, serverName, threads);
  }

  #openLink(socket: Socket, seat: Seat<ConnectionClass>, tls: TLSSocket | null): void {
    seat.leave();
    const { onLink } = this.#options;
    if (onLink === undefined) socket.destroy();
    else onLink(socket, tls === null ? undefined : fingerprintOf(tls));
  }

  #startFront(threads: number): ShardedFront | null {
    const { warn, onThreadTrouble = warn, onThreadsHopeless = endProcessWith, duplicator } = this.#options;
    return ShardedFront.start({
      threads,
      arena: () => this.#arena,
      counts: this.counts,
      usedUp: () => this.work.usedUp,
      onHandshakeFailed: (which) => {
        if (which === failedHandshake.webSocket) this.#acceptor.failures.webSocket++;
        else this.admission.counts.tlsHandshakeFailures++;
      },
      onTrouble: onThreadTrouble,
      onHopeless: onThreadsHopeless,
      ...(duplicator === undefined ? {} : { duplicator }),
    });
  }

  /** Gives a client's socket to a thread; those of servers stay here. */
  #handOff(socket: Socket, seat: Seat<ConnectionClass>, entry: ListenConfig): boolean {
    if (this.#front === null || entry.protocol === 'p10') return false;
    const onWebSocket = entry.protocol === 'websocket';
    const remote = this.#front.take(socket, entry.tls, onWebSocket);
    if (remote === null) return false;
    remote.on('close', () => seat.socketClosed());
    remote.on('error', () => {});
    const open = ({ tls, webSocket }: HandshakeResult) => {
      const shaken = entry.tls || onWebSocket;
      if (!this.#acceptor.mayOpen(remote, seat, entry, shaken, !onWebSocket)) return;
      this.#start(remote, seat, tls, framingOf(webSocket), remote);
    };
    if (entry.tls || onWebSocket) remote.onShaken = open;
    else open({ tls: null, webSocket: null });
    return true;
  }

  /** Takes a connection that was let in. */
  #open(socket: Socket, seat: Seat<ConnectionClass>, tls: TLSSocket | null, framing: Framing): void {
    this.#start(socket, seat, tls === null ? null : tlsDetails(tls), framing, null);
  }

  #start(
    socket: ClientSocket,
    seat: Seat<ConnectionClass>,
    tls: TlsDetails | null,
    framing: Framing,
    remote: RemoteSocket | null,
  ): void {
    const connection = new ClientConnection<User>(this, this.#nextId++, socket, seat, tls, framing, remote);
    this.#connections.add(connection);
    this.counts[netStat.connections]!++;
    connection.start();
  }
}

/** What all clients together may hold, in bytes. */
interface HeldTotals {
  readonly sendBytes: number;
  readonly inputBytes: number;
}

const heldTotals = (config: NetConfig): HeldTotals => ({
  sendBytes: config.send_queue_total_bytes,
  inputBytes: config.receive_queue_total_bytes,
});

/** The connections that have to go for so many bytes to be free. */
function worstOf<User>(
  connections: Iterable<ClientConnection<User>>,
  bytesOf: (held: { readonly out: number; readonly in: number }) => number,
  bytes: number,
): ClientConnection<User>[] {
  const holders: Holder<ClientConnection<User>>[] = [];
  for (const owner of connections) {
    const held = bytesOf(owner.heldBytes);
    if (held > 0) holders.push({ owner, network: owner.work.group, bytes: held });
  }
  return worstHolders(holders, bytes);
}

/** Why a client is not let in, as it reads it. */
function refusalText(refusal: Refusal<ConnectionClass>): string {
  switch (refusal.why) {
    case 'throttled':
      return `Throttled: connecting too fast, try again in ${Math.ceil(refusal.waitMs / 1000)} seconds`;
    case 'banned':
      return refusal.reason;
    case 'full':
      return 'This server is full; try again later';
    case 'class_full': {
      const { name, maxConnections } = refusal.connectionClass;
      return `Class ${name} is full with ${maxConnections} connections; try again later`;
    }
    case 'address_full': {
      const { name, maxPerAddress } = refusal.connectionClass;
      return `Too many connections from your address: class ${name} allows ${maxPerAddress} at once; close one first`;
    }
  }
}
