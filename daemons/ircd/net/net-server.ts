/**
 * The network path as the daemon sees it: listeners in, lines to the protocol, one write per dirty connection at
 * the end of each tick. A tick is what libuv read in one poll phase; the flush runs in the check phase
 * (setImmediate) right behind it, and where it takes long it goes on in the next.
 */
import { createServer, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TcpListenerInfo } from '../../../contract/link/endpoint.ts';
import { WorkGroups } from '../../runtime/async/work-account.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import { WorkTurns } from '../../runtime/async/work-turns.ts';
import { connectionRoom, roomNotice } from '../../runtime/host/descriptor-limit.ts';
import { plainAddress } from '../../runtime/net/ip-address.ts';
import { carryOut, type ListenerChange } from '../../runtime/net/listener-change.ts';
import { ListenerSet } from '../../runtime/net/listener-set.ts';
import { ReadRounds } from '../../runtime/net/read-rounds.ts';
import { TlsAcceptor } from '../../runtime/net/tls-acceptor.ts';
import { selfSignedCredentials, type TlsCredentials } from '../../runtime/net/tls-credentials.ts';
import { type Holder, worstHolders } from '../../runtime/net/worst-holders.ts';
import { BurstCollector } from '../../runtime/telemetry/burst-collector.ts';
import { limits } from '../limits.ts';
import { Arena, oneLine } from './arena.ts';
import { ClientConnection, type ConnectionHost, type TickReceiver } from './client-connection.ts';
import { ConnectThrottle } from './connect-throttle.ts';
import type { Chunk, ConnectionClass, ConnectionHandler, Outbox, TlsDetails } from './connection.ts';
import { ConnectionClasses } from './connection-classes.ts';
import { FloodQueue } from './flood-control.ts';
import { classRules, type ListenConfig, type NetConfig } from './net-config.ts';
import { NetStats, netStat, type SendQueueSample } from './stats.ts';
import { TickWriter } from './tick-writer.ts';

const MAX_TICK_BYTES = limits.tickArenaBytes.default;
/** Part of a total that is freed when it is passed, so that the walk over all clients is not repeated at once. */
const FREED_PART = 8;
/** Ticks that write to fewer connections say too little about the price of a write. */
const MEASURED_WRITES = 32;
/** One in so many ticks is measured: reading the CPU time twice costs as much as a write. */
const MEASURED_TICKS = 64;
/** What a write may cost at most, however slow one tick was. */
const MOST_WRITE_NS = 10 * workPrices.write.ns;
/** What the descriptors of the process allow, whatever the classes say. */
const ROOM = connectionRoom();
const REFUSE_LINGER_MS = limits.closeFlushMs.default;

/** What the server is made of beside its configuration. */
export interface NetServerOptions<User> {
  readonly handler: ConnectionHandler<User>;
  /** Where a self-signed certificate is kept. */
  readonly dataDirectory: string;
  /** The name in a self-signed certificate. */
  readonly serverName: string;
  /** Told of descriptors that do not suffice. */
  readonly warn: (text: string) => void;
  /** Told of work that threw, which is a defect. */
  readonly onDefect: (error: unknown) => void;
  /** For tests: another connect throttle. */
  readonly throttle?: ConnectThrottle;
  /** For tests: another time for writing in a turn of the loop, in milliseconds. */
  readonly flushMs?: number;
}

/** Sockets, classes, throttle and flushing of one server. */
export class NetServer<User = unknown> implements ConnectionHost<User> {
  readonly handler: ConnectionHandler<User>;
  readonly stats = new NetStats();
  readonly counts = this.stats.counts;
  readonly throttle: ConnectThrottle;
  readonly floodQueue = new FloodQueue();
  readonly workGroups = new WorkGroups();
  readonly readRounds = new ReadRounds();
  readonly work = new WorkTurns({
    afterTurn: () => this.flushInTime(),
    onError: (error) => this.options.onDefect(error),
  });
  readonly writer: TickWriter;
  /** The serializer of the server, for the protocol. */
  readonly outbox: Outbox;

  private readonly arena: Arena;
  private readonly options: NetServerOptions<User>;
  private readonly flushMs: number;
  private readonly listeners = new ListenerSet<ListenConfig>({
    key: 'ircd.listen',
    protocol: (entry) => entry.protocol,
    create: ({ tls }) =>
      createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.onAccepted(socket, tls)),
    onAcceptFailure: () => {
      (this.counts[netStat.acceptFailures] as number)++;
    },
  });
  private readonly connections = new Set<ClientConnection<User>>();
  private readonly slow = new Set<ClientConnection<User>>();
  private readonly refused = new Set<Socket>();
  private readonly overflowed: TickReceiver[] = [];
  private totals: HeldTotals;
  private readonly flushTick = () => {
    this.flushScheduled = false;
    this.cut = false;
    this.flushInTime();
  };
  private readonly flushIsOver = () => performance.now() >= this.flushUntilMs;
  private flushUntilMs = 0;
  /** There was no time in this turn to write to everybody. */
  private cut = false;
  private readonly collector = new BurstCollector(() => this.connections.size);
  private readonly emptied = new Set<() => void>();
  private classes: ConnectionClasses;
  private tls: TlsAcceptor | null = null;
  private nextId = 1;
  private flushScheduled = false;
  private measuredWriteNs: number = workPrices.write.ns;
  /** Ticks that wrote to {@link MEASURED_WRITES} connections or more. */
  private ticks = 0;
  private accepting = false;

  constructor(config: NetConfig, options: NetServerOptions<User>) {
    this.options = options;
    this.flushMs = options.flushMs ?? limits.flushTurnMs.default;
    this.handler = options.handler;
    this.throttle = options.throttle ?? new ConnectThrottle();
    this.arena = new Arena(() => this.scheduleFlush());
    this.outbox = this.arena;
    this.writer = new TickWriter(this.arena, this.counts);
    const { rules, fallback } = classRules(config);
    this.totals = heldTotals(config);
    this.classes = new ConnectionClasses(rules, fallback);
  }

  /** Every open listener with its real port. */
  get listenerInfos(): readonly TcpListenerInfo[] {
    return this.listeners.infos;
  }

  /**
   * Opens the listeners of the configuration, or applies a new one: classes, certificate and listeners change,
   * connections stay. Answers whether the certificate is another one.
   * @throws SignalboxError that names the mistake; the configuration in force stays as it was.
   */
  async apply(config: NetConfig, credentials: TlsCredentials | 'self-signed' | null): Promise<boolean> {
    const { listeners, commit } = await this.begin(config, credentials);
    return await carryOut(listeners, commit);
  }

  /** The beginning of {@link apply}, up to where nothing but a held address can fail. */
  async begin(
    config: NetConfig,
    credentials: TlsCredentials | 'self-signed' | null,
  ): Promise<{ readonly listeners: ListenerChange; readonly commit: () => boolean }> {
    const { rules, fallback } = classRules(config);
    const classes = new ConnectionClasses(rules, fallback);
    const shown = credentials === 'self-signed' ? await this.selfSigned() : credentials;
    if (shown !== null) this.tls ??= this.acceptorWith(shown);
    const listeners = await this.listeners.change(config.listen);
    const commit = () => {
      listeners.commit();
      const renewed = shown !== null && this.tls?.replace(shown) === true;
      this.accepting = true;
      for (const connection of this.connections) {
        if (!connection.open) continue;
        connection.connectionClass = classes.find(connection.remoteAddress);
        classes.readmit(connection.connectionClass);
      }
      this.totals = heldTotals(config);
      this.classes = classes;
      const largest = Math.max(fallback.maxConnections, ...rules.map((rule) => rule.maxConnections));
      const notice = roomNotice('max_connections', largest, ROOM.connections);
      if (notice !== null) this.options.warn(notice);
      return renewed;
    };
    return { listeners, commit };
  }

  /** What waits for slow readers now. Cost is proportional to their number, not to that of connections. */
  sampleSendQueues(): SendQueueSample {
    let totalBytes = 0;
    let maxBytes = 0;
    for (const connection of this.slow) {
      const bytes = connection.sendQueueBytes;
      if (bytes === 0) this.slow.delete(connection);
      totalBytes += bytes;
      if (bytes > maxBytes) maxBytes = bytes;
    }
    return { totalBytes, maxBytes };
  }

  /** How many connections a class holds. */
  classCount(name: string): number {
    return this.classes.count(name);
  }

  /**
   * Stops accepting, closes every connection with a reason and resolves when all are gone, at the latest after
   * `deadlineMs`.
   */
  async drain(reason: string, deadlineMs: number): Promise<void> {
    this.accepting = false;
    this.listeners.close();
    for (const connection of [...this.connections]) connection.close(reason);
    if (this.connections.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, deadlineMs);
        const emptied = this.emptied;
        function done() {
          clearTimeout(timer);
          emptied.delete(done);
          resolve();
        }
        emptied.add(done);
      });
    }
    this.close();
  }

  /** Closes everything at once. Closing twice is fine. */
  close(): void {
    this.accepting = false;
    this.listeners.close();
    for (const connection of [...this.connections]) connection.destroy('Server closed');
    for (const socket of this.refused) socket.destroy();
    this.tls?.close();
    this.floodQueue.close();
    this.work.close();
    this.collector.close();
  }

  /** How many connections have something to write at the end of the tick. */
  get pendingWrites(): number {
    return this.writer.pending;
  }

  // What connections ask of their server

  encodePrivate(line: string): Chunk {
    return this.arena.encodePrivate(line);
  }

  scheduleFlush(): void {
    if (this.flushScheduled) return;
    this.flushScheduled = true;
    setImmediate(this.flushTick);
  }

  betweenLines(): void {
    if (this.arena.sizeBytes > MAX_TICK_BYTES) this.flush();
  }

  inputGrew(): void {
    if ((this.counts[netStat.inputHeld] as number) > this.totals.inputBytes) this.scheduleFlush();
  }

  setSlow(connection: ClientConnection<User>, slow: boolean): void {
    if (slow) this.slow.add(connection);
    else this.slow.delete(connection);
  }

  left(connection: ClientConnection<User>): void {
    this.classes.leave(connection.connectionClass);
    (this.counts[netStat.connections] as number)--;
  }

  gone(connection: ClientConnection<User>): void {
    this.connections.delete(connection);
    if (this.accepting) this.collector.connectionGone();
    if (this.connections.size === 0) for (const done of [...this.emptied]) done();
  }

  /**
   * What writing to one connection at the end of a tick costs, in nanoseconds of work: it is measured, because it is done
   * when the clock of the turn no longer runs and depends on the machine most of all.
   */
  get writeNs(): number {
    return this.measuredWriteNs;
  }

  /** Writes to as many as one turn of the loop has time for, and to the others in the next. */
  private flushInTime(): void {
    if (this.cut) return;
    this.flushUntilMs = performance.now() + this.flushMs;
    this.cut = !this.flush(this.flushIsOver);
    if (this.cut) this.scheduleFlush();
  }

  private flush(isOver?: () => boolean): boolean {
    const { overflowed, counts } = this;
    const { pending } = this.writer;
    // CPU time, because a busy machine interrupts this process and makes no write dearer by that.
    const measured = pending >= MEASURED_WRITES && this.ticks++ % MEASURED_TICKS === 0;
    const begun = measured ? process.cpuUsage() : null;
    const before = counts[netStat.writes] as number;
    const ended = this.writer.flush(overflowed, isOver);
    const writes = (counts[netStat.writes] as number) - before;
    if (begun !== null && writes > 0) {
      const { user, system } = process.cpuUsage(begun);
      const ns = Math.min(MOST_WRITE_NS, ((user + system) * 1000) / writes);
      this.measuredWriteNs += (ns - this.measuredWriteNs) / 8;
    }
    // After the flush, because the protocol announces each of them to others in the next tick.
    for (let i = 0; i < overflowed.length; i++) {
      (this.counts[netStat.sendQueueKills] as number)++;
      (overflowed[i] as ClientConnection<User>).destroy('SendQ exceeded');
    }
    overflowed.length = 0;
    this.keepTotals();
    return ended;
  }

  /** Lets those go who hold most, when all clients together hold too much. */
  private keepTotals(): void {
    const { counts, totals } = this;
    const sendSurplus = (counts[netStat.sendHeld] as number) - totals.sendBytes;
    if (sendSurplus > 0) {
      for (const connection of worstOf(
        this.slow,
        ({ out }) => out,
        sendSurplus + totals.sendBytes / FREED_PART,
      )) {
        (counts[netStat.memoryKills] as number)++;
        connection.destroy('SendQ total exceeded');
      }
    }
    const inputSurplus = (counts[netStat.inputHeld] as number) - totals.inputBytes;
    if (inputSurplus <= 0) return;
    const most = inputSurplus + totals.inputBytes / FREED_PART;
    for (const connection of worstOf(this.connections, (held) => held.in, most)) {
      (counts[netStat.memoryKills] as number)++;
      connection.close('RecvQ total exceeded');
    }
  }

  // Accepting

  private onAccepted(socket: Socket, tls: boolean): void {
    (this.counts[netStat.accepted] as number)++;
    const address = plainAddress(socket.remoteAddress ?? '');
    if (address === '' || !this.accepting) {
      socket.destroy();
      return;
    }
    const connectionClass = this.classes.find(address);
    const waitMs = connectionClass.throttle ? this.throttle.admit(address) : 0;
    if (waitMs > 0) {
      (this.counts[netStat.throttled] as number)++;
      const seconds = Math.ceil(waitMs / 1000);
      this.refuse(
        socket,
        tls,
        `${address} (Throttled: connecting too fast, try again in ${seconds} seconds)`,
      );
      return;
    }
    const refusal = this.handler.refusal(address);
    if (refusal !== null) {
      this.refuse(socket, tls, `${address} (${refusal})`);
    } else if (this.connections.size >= ROOM.connections) {
      (this.counts[netStat.refusedFull] as number)++;
      this.refuse(socket, tls, `${address} (This server is full; try again later)`);
    } else if (!this.classes.hasRoom(connectionClass)) {
      this.refuseFull(socket, tls, address, connectionClass);
    } else if (this.hasTooMany(address, connectionClass)) {
      this.refuseAddress(socket, tls, address, connectionClass);
    } else if (tls && this.tls !== null) {
      this.tls.accept(socket);
    } else {
      this.open(socket, address, connectionClass, null);
    }
  }

  private onSecure(socket: TLSSocket): void {
    const address = plainAddress(socket.remoteAddress ?? '');
    if (address === '' || !this.accepting) socket.destroy();
    else this.open(socket, address, this.classes.find(address), tlsDetails(socket));
  }

  private open(
    socket: Socket,
    address: string,
    connectionClass: ConnectionClass,
    tls: TlsDetails | null,
  ): void {
    // Others of the address may have come in while this one shook hands.
    if (this.hasTooMany(address, connectionClass)) {
      this.refuseAddress(socket, false, address, connectionClass);
      return;
    }
    if (!this.classes.enter(connectionClass)) {
      this.refuseFull(socket, false, address, connectionClass);
      return;
    }
    const connection = new ClientConnection<User>(this, this.nextId++, socket, address, connectionClass, tls);
    this.connections.add(connection);
    (this.counts[netStat.connections] as number)++;
    connection.start();
  }

  private get mayLinger(): boolean {
    const { connections, sockets } = ROOM;
    const some = Math.min(limits.lingeringRefusals.default, Math.ceil((sockets - connections) / 2));
    if (this.refused.size < some) return true;
    return (
      this.refused.size < limits.lingeringRefusals.default &&
      this.connections.size + this.refused.size < connections
    );
  }

  private hasTooMany(address: string, { throttle, maxPerAddress }: ConnectionClass): boolean {
    return throttle && this.workGroups.membersOf(address) >= maxPerAddress;
  }

  private refuseAddress(
    socket: Socket,
    beforeTls: boolean,
    address: string,
    { name, maxPerAddress }: ConnectionClass,
  ): void {
    (this.counts[netStat.refusedAddress] as number)++;
    const why = `Too many connections from your address: class ${name} allows ${maxPerAddress} at once; close one first`;
    this.refuse(socket, beforeTls, `${address} (${why})`);
  }

  private refuseFull(socket: Socket, beforeTls: boolean, address: string, full: ConnectionClass): void {
    (this.counts[netStat.refusedFull] as number)++;
    const why = `Class ${full.name} is full with ${full.maxConnections} connections; try again later`;
    this.refuse(socket, beforeTls, `${address} (${why})`);
  }

  /**
   * Says why and closes. Before a TLS handshake there is no way to say it, so the socket is only closed; so it is when many
   * linger to read why, for they must not take the sockets of those who are let in.
   */
  private refuse(socket: Socket, beforeTls: boolean, why: string): void {
    if (beforeTls || !this.mayLinger) {
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    this.refused.add(socket);
    const timer = setTimeout(() => socket.destroy(), REFUSE_LINGER_MS);
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      this.refused.delete(socket);
    });
    // What the client sends is read and dropped: closing with unread input would reset the connection and
    // lose the line.
    socket.resume();
    socket.end(`ERROR :Closing Link: ${oneLine(why)}\r\n`);
  }

  // TLS

  private acceptorWith(credentials: TlsCredentials): TlsAcceptor {
    return new TlsAcceptor({
      credentials,
      requestCert: true,
      handshakeMs: limits.tlsHandshakeMs.default,
      onSecure: (socket) => this.onSecure(socket),
      onFailure: () => {
        (this.counts[netStat.tlsHandshakeFailures] as number)++;
      },
    });
  }

  private selfSigned(): Promise<TlsCredentials> {
    return selfSignedCredentials('ircd', this.options.dataDirectory, this.options.serverName);
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

function tlsDetails(socket: TLSSocket): TlsDetails {
  const fingerprint = socket.getPeerCertificate().fingerprint256 as string | undefined;
  return {
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    fingerprint: fingerprint === undefined ? null : fingerprint.replaceAll(':', '').toLowerCase(),
  };
}
