/**
 * The relay with its sockets: takes clients that the acceptor let in, keeps the clock, reloads and drains. Made by main.ts; the
 * admin commands work on it.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TcpListenerInfo } from '../../contract/link/endpoint.ts';
import { QueueTally } from '../../kit/queue-tally.ts';
import { WorkAccount, WorkGroup, WorkGroups } from '../runtime/async/work-account.ts';
import type { WorkTurns } from '../runtime/async/work-turns.ts';
import { roomNotice } from '../runtime/host/descriptor-limit.ts';
import { Acceptor, type AcceptorChange } from '../runtime/net/acceptor.ts';
import { Admission, type Refusal, type Seat } from '../runtime/net/admission.ts';
import { CertificateWatch } from '../runtime/net/certificate-watch.ts';
import { ConnectThrottle } from '../runtime/net/connect-throttle.ts';
import { OpenConnections } from '../runtime/net/open-connections.ts';
import { ReadRounds } from '../runtime/net/read-rounds.ts';
import type { TlsCredentials } from '../runtime/net/tls-credentials.ts';
import { httpRefusal } from '../runtime/net/websocket-acceptor.ts';
import type { SubsystemLogger } from '../runtime/telemetry/logger.ts';
import { watchClients } from './client-watch.ts';
import type { ListenEntry, RelayConfig } from './config.ts';
import { LIMIT_NAMES, type LimitName, type Limits } from './limits.ts';
import type { RelayMetrics } from './metrics.ts';
import type { BanList } from './net/ban-list.ts';
import { Connection } from './net/connection.ts';
import { type ConnectionClass, connectionClasses } from './net/connection-classes.ts';
import type { ConnectionServices } from './net/connection-services.ts';
import { HeldMemory } from './net/held-memory.ts';
import { MemoryWatch } from './net/memory-watch.ts';
import { inTurns, relayTurns, type Steps, type TurnLengths } from './net/relay-turns.ts';
import { TickFlusher } from './net/tick-flusher.ts';
import { WEBSOCKET_PROTOCOL } from './net/websocket-side.ts';
import type { CryptoSuite, SigningKey } from './noise/crypto-suite.ts';
import type { ProtocolErrorCode } from './protocol/protocol-errors.ts';
import { Relay } from './rooms/relay.ts';
import { ChangeWarnings } from './secure/change-warnings.ts';
import type { KnownPeers } from './secure/known-peers.ts';
import { SessionDoor } from './secure/session-door.ts';
import { StunServer } from './stun/stun-server.ts';

const WATCH_MS = 1_000;

const SOCKETS = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 60_000,
  // A paused socket would go on reading into its buffer up to this mark, 64 KiB by default: memory of every client
  // that has to wait, and events that keep the loop in its poll phase. It changes nothing while a socket flows.
  highWaterMark: 1,
};

/** What a server is made of. */
export interface RelayServerOptions {
  readonly config: RelayConfig;
  /** What TLS listeners show. */
  readonly credentials: TlsCredentials | null;
  readonly metrics: RelayMetrics;
  readonly bans: BanList;
  readonly known: KnownPeers;
  /** Makes sealed sessions. */
  readonly suite: CryptoSuite;
  /** The relay's own identity. */
  readonly identity: SigningKey;
  readonly log: SubsystemLogger;
  /** Called when connections or rooms may look different to a window. */
  readonly onChanged: () => void;
  readonly turns?: TurnLengths;
}

/** One running relay. */
export class RelayServer {
  readonly relay: Relay;
  /** The numbers in force. */
  readonly limits: Limits;
  readonly #metrics: RelayMetrics;
  readonly #log: SubsystemLogger;
  readonly #services: ConnectionServices;
  /** Who is let in. */
  readonly admission: Admission<ConnectionClass>;
  readonly #acceptor: Acceptor<ListenEntry, ConnectionClass>;
  readonly #connections: OpenConnections<Connection>;
  readonly #memory = new HeldMemory();
  readonly #turns: WorkTurns;
  /** Who pays for what operators ask for and the clock brings. */
  readonly #operators = new WorkAccount(new WorkGroup());
  #watching = false;
  readonly door: SessionDoor;
  /** Tells clients behind NAT their address. */
  readonly stun: StunServer;
  readonly #onChanged: () => void;
  #config: RelayConfig;
  #watch: NodeJS.Timeout | null = null;

  private constructor(options: RelayServerOptions) {
    this.#config = options.config;
    this.#metrics = options.metrics;
    this.#log = options.log;
    this.#onChanged = options.onChanged;
    this.#connections = new OpenConnections<Connection>(options.onChanged);
    this.limits = limitsOf(options.config);
    options.known.limitBy(this.limits);
    this.door = new SessionDoor(options.suite, options.identity, options.config.security, this.limits);
    const flusher = new TickFlusher();
    this.#turns = relayTurns(
      flusher,
      (error) => this.#log.error('work_failed', String(error instanceof Error ? error.stack : error)),
      options.turns,
    );
    const warnings = new ChangeWarnings(this.#log);
    this.relay = new Relay({
      limits: this.limits,
      turns: this.#turns,
      flusher,
      metrics: options.metrics,
      bans: options.bans,
      door: this.door,
      known: options.known,
      onChanged: (peer, before, identity) => {
        const taken = this.#config.security.changed_identity === 'warn';
        if (taken) warnings.taken(peer, before, identity);
        else warnings.refused(peer, before, identity, performance.now());
        return taken;
      },
      modes: () => this.#config.modes,
      onEnded: (peer, reason) => {
        this.#log.debug('client_ended', `${peer.id} from ${peer.connection.address}: ${reason}`);
      },
      onGone: (connection) => this.#gone(connection),
    });
    this.#services = {
      limits: this.limits,
      metrics: options.metrics,
      flusher,
      turns: this.#turns,
      groups: new WorkGroups(),
      readRounds: new ReadRounds(),
      paused: new QueueTally(),
      memory: this.#memory,
      memoryWatch: new MemoryWatch({
        memory: this.#memory,
        limits: this.limits,
        flusher,
        connections: this.#connections,
        onUnfinished: (connection) => this.relay.onUnfinished(connection),
        onUnread: (connection) => this.relay.onUnread(connection),
      }),
    };
    this.admission = new Admission({
      classes: connectionClasses(options.config, this.limits),
      throttle: new ConnectThrottle(() => this.limits.throttle_addresses),
      bans: {
        reasonAgainst: (address) => options.bans.ofAddress(address, Date.now())?.reason ?? null,
      },
      maxConnections: () => this.limits.max_clients,
    });
    this.#acceptor = new Acceptor({
      key: 'relay.listen',
      protocol: ({ protocol = 'frames' }) => protocol,
      admission: this.admission,
      sockets: SOCKETS,
      handshakeMs: () => this.limits.handshake_seconds * 1_000,
      lingerMs: () => this.limits.close_flush_ms,
      onRefused: (refusal, address) => this.#log.debug('client_refused', `${address}: ${refusal.why}`),
      onRefusedGone: () => this.#connections.strangerGone(),
      // In one frame without a kind byte.
      lastWord: (refusal, _address, { protocol }) => {
        if (protocol === 'stun') return new Uint8Array(0);
        const [code, message] = refusalError(refusal);
        if (protocol === 'websocket') return httpRefusal(503, `${code}: ${message}`);
        return this.relay.writer.control({ type: 'error', id: null, code, message }, false, 0).bytes();
      },
      webSocket: {
        wanted: ({ protocol }) => protocol === 'websocket',
        protocols: [WEBSOCKET_PROTOCOL],
        mayOpen: (origin) => this.#mayOpen(origin),
      },
      onOpen: (socket, seat, entry, tls) => {
        if (entry.protocol === 'stun') this.stun.accept(socket);
        else this.#open(socket, seat, entry, tls);
      },
    });
    const certificates = new CertificateWatch('relay.tls', (event, text) => this.#log.warn(event, text));
    options.metrics.publishAccepting(this.admission, () => this.relay.size, certificates);
    options.metrics.publishWebSockets(() => this.#acceptor.failures.webSocket);
    options.metrics.publishClients(this.#services);
    this.stun = new StunServer(
      this.limits,
      (address) => options.bans.ofAddress(address, Date.now()) !== null,
      this.#log,
    );
    options.metrics.publishStun(this.stun, this.relay.quota);
    options.metrics.publishSessions(this.door, () => this.relay.sealed);
  }

  /** Listens; rejects with SignalboxError `address_in_use`, `init_failed` or `config_invalid` when it cannot. */
  static async start(options: RelayServerOptions): Promise<RelayServer> {
    const server = new RelayServer(options);
    await server.#acceptor.open(options.config.listen, options.credentials);
    try {
      await server.stun.listen(server.#stunPlaces);
    } catch (error) {
      server.stun.close();
      server.#acceptor.destroy();
      throw error;
    }
    server.#warnOfRoom();
    server.#watch = setInterval(() => server.#tick(), WATCH_MS);
    return server;
  }

  /** Where clients connect, with the real ports. */
  listeners(): readonly TcpListenerInfo[] {
    return this.#acceptor.infos;
  }

  get #stunPlaces(): readonly TcpListenerInfo[] {
    return this.listeners().filter(({ protocol }) => protocol === 'stun');
  }

  /** Sockets that are open, those that are ending included. */
  get openSockets(): number {
    return this.#connections.size;
  }

  /**
   * Begins to take a new configuration over without dropping anyone; throws and changes nothing when it cannot.
   * @param identity another one, for sessions to come
   */
  reload(
    config: RelayConfig,
    credentials: TlsCredentials | null,
    identity?: SigningKey,
  ): Promise<AcceptorChange> {
    return this.#acceptor.begin(config.listen, credentials, () => {
      this.#config = config;
      this.door.change(config.security);
      if (identity !== undefined) this.door.takeIdentity(identity);
      this.setLimits(limitsOf(config));
      this.stun.listen(this.#stunPlaces).catch((error: Error) => {
        this.#log.error('stun_not_listening', error.message);
      });
    });
  }

  /** Whether a page of this origin may connect. */
  #mayOpen(origin: string): boolean {
    const { websocket_origins } = this.#config;
    return websocket_origins.includes('*') || websocket_origins.includes(origin);
  }

  #warnOfRoom(): void {
    const notice = roomNotice('max_clients', this.limits.max_clients, this.admission.room);
    if (notice !== null) this.#log.warn('descriptors_low', notice);
  }

  /** Changes limits until the next reload or start. They must be within their ranges. */
  setLimits(changes: Partial<Record<LimitName, number>>): void {
    Object.assign(this.limits, changes);
    this.#warnOfRoom();
    this.#renewClasses();
  }

  /** Brings the metrics of what is held up to date. */
  sampleMemory(): void {
    this.#metrics.heldSendBytes.set(this.#memory.sendBytes);
    this.#metrics.heldReceiveBytes.set(this.#memory.receiveBytes);
  }

  /** Does an operator's work that walks through many, over as many turns as it takes. */
  inTurns<Result>(steps: Steps<Result>): Promise<Result> {
    return inTurns(this.#turns, this.#operators, steps);
  }

  /**
   * Stops accepting, tells clients that can be told, sends what waits for them, and resolves when all are gone or
   * `deadline` aborts.
   */
  async drain(reason: string, deadline: AbortSignal): Promise<void> {
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
    this.stun.close();
    this.relay.close(reason);
    await this.#acceptor.drain(this.#connections, deadline);
    this.#turns.close();
  }

  /** Takes a client that was let in. */
  #open(
    socket: Socket,
    seat: Seat<ConnectionClass>,
    { mode, protocol }: ListenEntry,
    tls: TLSSocket | null,
  ): void {
    const isWebSocket = protocol === 'websocket';
    const version = tls?.getProtocol() ?? null;
    const connection = new Connection(socket, seat, version, this.#services, this.relay, isWebSocket);
    this.#connections.add(connection);
    this.relay.admit(connection, mode ?? this.#config.mode);
    connection.open();
  }

  #gone(connection: Connection): void {
    this.#connections.delete(connection, connection.intake.releasedBytes + connection.outbox.releasedBytes);
  }

  #renewClasses(): void {
    this.admission.reclassify(connectionClasses(this.#config, this.limits));
    for (const connection of this.#connections) connection.connectionClass = connection.seat.connectionClass;
  }

  #tick(): void {
    this.sampleMemory();
    if (this.#connections.size > 0) this.#onChanged();
    if (this.#watching) return;
    this.#watching = true;
    void this.inTurns(watchClients(this.relay, performance.now())).then(() => {
      this.#watching = false;
    });
  }
}

/** Why a client is not let in, in the words of the protocol. */
function refusalError(refusal: Refusal<ConnectionClass>): [code: ProtocolErrorCode, message: string] {
  switch (refusal.why) {
    case 'banned':
      return ['banned', `Your address is banned: ${refusal.reason}`];
    case 'full':
    case 'class_full':
      return ['too_many_clients', 'The relay is full; try again later.'];
    case 'address_full':
      return ['too_many_connections', 'Your address has too many connections; try again later.'];
    case 'throttled':
      return ['connect_throttled', 'Your address connects too fast; try again later.'];
  }
}

function limitsOf(config: RelayConfig): Limits {
  return Object.fromEntries(LIMIT_NAMES.map((name) => [name, config[name]])) as Limits;
}
