/**
 * The relay with its sockets: accepts or refuses clients, keeps the clock, reloads and drains. Made by main.ts; the
 * admin commands work on it.
 */
import type { Socket } from 'node:net';
import type { TcpListenerInfo } from '../../contract/link/endpoint.ts';
import { WorkAccount, WorkGroup, WorkGroups } from '../runtime/async/work-account.ts';
import type { WorkTurns } from '../runtime/async/work-turns.ts';
import type { PendingReload, ReloadApplied } from '../runtime/host/daemon-definition.ts';
import { connectionRoom, roomNotice } from '../runtime/host/descriptor-limit.ts';
import { plainAddress } from '../runtime/net/ip-address.ts';
import { carryOut } from '../runtime/net/listener-change.ts';
import { ReadRounds } from '../runtime/net/read-rounds.ts';
import type { TlsCredentials } from '../runtime/net/tls-credentials.ts';
import { BurstCollector } from '../runtime/telemetry/burst-collector.ts';
import type { SubsystemLogger } from '../runtime/telemetry/logger.ts';
import { watchClients } from './client-watch.ts';
import type { DefaultMode, RelayConfig } from './config.ts';
import { FIXED_LIMITS, LIMIT_NAMES, type LimitName, type Limits } from './limits.ts';
import type { RelayMetrics } from './metrics.ts';
import type { BanList } from './net/ban-list.ts';
import { ConnectThrottle } from './net/connect-throttle.ts';
import { Connection } from './net/connection.ts';
import { type ConnectionClass, ConnectionClasses } from './net/connection-classes.ts';
import type { ConnectionServices } from './net/connection-services.ts';
import { HeldMemory } from './net/held-memory.ts';
import { MemoryWatch } from './net/memory-watch.ts';
import { RelayListeners } from './net/relay-listeners.ts';
import { inTurns, relayTurns, type Steps, type TurnLengths } from './net/relay-turns.ts';
import { TickFlusher } from './net/tick-flusher.ts';
import type { ProtocolErrorCode } from './protocol/protocol-errors.ts';
import { Relay } from './relay.ts';

const WATCH_MS = 1_000;

/** Why a client is not let in. */
type Refusal = readonly [code: ProtocolErrorCode, message: string];

const FULL: Refusal = ['too_many_clients', 'The relay is full; try again later.'];

/** What a server is made of. */
export interface RelayServerOptions {
  readonly config: RelayConfig;
  /** What TLS listeners show. */
  readonly credentials: TlsCredentials | null;
  readonly metrics: RelayMetrics;
  readonly bans: BanList;
  readonly log: SubsystemLogger;
  /** Called when connections or rooms may look different to a window. */
  readonly onChanged: () => void;
  readonly turns?: TurnLengths;
  /** Called when the listeners are others. */
  readonly onListeners: () => void;
}

/** One running relay. */
export class RelayServer {
  readonly relay: Relay;
  /** The numbers in force. */
  readonly limits: Limits;
  readonly #metrics: RelayMetrics;
  readonly #log: SubsystemLogger;
  readonly #bans: BanList;
  readonly #services: ConnectionServices;
  readonly #throttle = new ConnectThrottle();
  readonly #listeners: RelayListeners;
  readonly #connections = new Set<Connection>();
  readonly #memory = new HeldMemory();
  readonly #turns: WorkTurns;
  /** Who pays for what operators ask for and the clock brings. */
  readonly #operators = new WorkAccount(new WorkGroup());
  #watching = false;
  readonly #collector = new BurstCollector(() => this.#connections.size);
  readonly #onChanged: () => void;
  readonly #onListeners: () => void;
  #config: RelayConfig;
  #classes: ConnectionClasses;
  /** Sockets that were admitted and are not gone, those in a TLS handshake included. */
  #admitted = 0;
  #draining = false;
  /** Clients that the descriptors of the process allow, whatever the configuration says. */
  readonly #room = connectionRoom().connections;
  #refusals = 0;
  #watch: NodeJS.Timeout | null = null;
  #onEmpty: (() => void) | null = null;

  private constructor(options: RelayServerOptions) {
    this.#config = options.config;
    this.#metrics = options.metrics;
    this.#log = options.log;
    this.#bans = options.bans;
    this.#onChanged = options.onChanged;
    this.#onListeners = options.onListeners;
    this.limits = limitsOf(options.config);
    this.#classes = new ConnectionClasses(options.config, this.limits);
    const flusher = new TickFlusher();
    this.#turns = relayTurns(
      flusher,
      (error) => this.#log.error('work_failed', String(error instanceof Error ? error.stack : error)),
      options.turns,
    );
    this.relay = new Relay({
      limits: this.limits,
      turns: this.#turns,
      flusher,
      metrics: options.metrics,
      bans: options.bans,
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
    this.#listeners = new RelayListeners({
      admit: (socket, beforeTls) => this.#admit(socket, beforeTls),
      accept: (socket, encrypted, mode) => this.#accept(socket, encrypted, mode),
      handshakeMs: () => this.limits.handshake_seconds * 1_000,
      onAcceptFailure: () => options.metrics.acceptFailures.add(),
    });
  }

  /** Listens; rejects with SignalboxError `address_in_use`, `init_failed` or `config_invalid` when it cannot. */
  static async start(options: RelayServerOptions): Promise<RelayServer> {
    const server = new RelayServer(options);
    const { listeners, commit } = await server.#listeners.begin(options.config.listen, options.credentials);
    await carryOut(listeners, commit);
    server.#warnOfRoom();
    server.#watch = setInterval(() => server.#tick(), WATCH_MS);
    return server;
  }

  /** Where clients connect, with the real ports. */
  listeners(): readonly TcpListenerInfo[] {
    return this.#listeners.infos;
  }

  /** Sockets that are open, those that are ending included. */
  get openSockets(): number {
    return this.#connections.size;
  }

  /** Begins to take a new configuration over without dropping anyone; throws and changes nothing when it cannot. */
  async reload(config: RelayConfig, credentials: TlsCredentials | null): Promise<PendingReload> {
    const { listeners, commit } = await this.#listeners.begin(config.listen, credentials);
    return { listeners, commit: () => this.#takeOver(config, commit()) };
  }

  #takeOver(
    config: RelayConfig,
    { listenersChanged, renewed }: { readonly listenersChanged: boolean; readonly renewed: boolean },
  ): ReloadApplied {
    const applied = (Object.keys(config) as (keyof RelayConfig)[]).filter((key) => {
      // The files may be others although their names are the same.
      if (key === 'tls' && renewed) return true;
      return JSON.stringify(config[key]) !== JSON.stringify(this.#config[key]);
    });
    this.#config = config;
    Object.assign(this.limits, limitsOf(config));
    this.#warnOfRoom();
    this.#renewClasses();
    this.#log.info('reloaded', applied.length === 0 ? 'Nothing changed' : `Changed: ${applied.join(', ')}`);
    if (listenersChanged) this.#onListeners();
    return { applied, restartRequired: [] };
  }

  #warnOfRoom(): void {
    const notice = roomNotice('max_clients', this.limits.max_clients, this.#room);
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
    this.#draining = true;
    this.#listeners.close();
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
    this.relay.close(reason);
    if (this.#connections.size > 0 && !deadline.aborted) {
      await new Promise<void>((resolve) => {
        this.#onEmpty = resolve;
        deadline.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    for (const connection of this.#connections) connection.destroy();
    this.#listeners.destroy();
    this.#turns.close();
    this.#collector.close();
  }

  /** Decides at accept, because a TLS handshake is the expensive part. */
  #admit(socket: Socket, beforeTls: boolean): boolean {
    const address = plainAddress(socket.remoteAddress ?? '');
    if (address === '') {
      // Gone before it was looked at.
      socket.destroy();
      return false;
    }
    const refusal = this.#refusalOf(address);
    if (refusal !== null) {
      this.#refuse(socket, beforeTls, address, ...refusal);
      return false;
    }
    this.#admitted++;
    socket.once('close', () => {
      this.#admitted--;
      this.#throttle.release(address);
    });
    return true;
  }

  /** Why an address may not connect now, or null; then the throttle has counted it in. */
  #refusalOf(address: string): Refusal | null {
    const connectionClass = this.#classes.match(address);
    const ban = this.#bans.ofAddress(address, Date.now());
    if (ban !== null) return ['banned', `Your address is banned: ${ban.reason}`];
    if (this.#admitted >= Math.min(this.limits.max_clients, this.#room) || isFull(connectionClass))
      return FULL;
    const verdict = this.#throttle.admit(
      address,
      connectionClass.throttle ? connectionClass.limits : null,
      this.limits.throttle_addresses,
      performance.now(),
    );
    if (verdict === 'ok') return null;
    const what = verdict === 'connect_throttled' ? 'connects too fast' : 'has too many connections';
    return [verdict, `Your address ${what}; try again later.`];
  }

  #accept(socket: Socket, encrypted: boolean, mode: DefaultMode | undefined): void {
    const address = plainAddress(socket.remoteAddress ?? '');
    if (address === '' || this.#draining) {
      socket.destroy();
      return;
    }
    const connectionClass = this.#classes.match(address);
    // It may have filled up during the handshake.
    if (isFull(connectionClass)) {
      this.#refuse(socket, false, address, ...FULL);
      return;
    }
    connectionClass.connections++;
    this.#metrics.accepted.add();
    const connection = new Connection(
      socket,
      address,
      encrypted,
      connectionClass,
      this.#services,
      this.relay,
    );
    this.#connections.add(connection);
    this.relay.admit(connection, mode ?? this.#config.mode);
    connection.open();
    this.#onChanged();
  }

  /** Says why in one frame without a kind byte, then closes. Before a TLS handshake there is no way to say it. */
  #refuse(socket: Socket, beforeTls: boolean, address: string, ...[code, message]: Refusal): void {
    this.#metrics.refused.add();
    this.#log.debug('client_refused', `${address}: ${code}`);
    socket.on('error', () => socket.destroy());
    if (beforeTls || this.#refusals >= FIXED_LIMITS.lingering_refusals.default) {
      socket.destroy();
      return;
    }
    this.#refusals++;
    const frame = this.relay.writer.control({ type: 'error', id: null, code, message }, false, 0);
    const timer = setTimeout(() => socket.destroy(), this.limits.close_flush_ms);
    socket.on('close', () => {
      clearTimeout(timer);
      this.#refusals--;
      this.#collector.connectionGone();
    });
    socket.resume();
    socket.end(frame.bytes());
  }

  #gone(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    this.#collector.connectionGone(connection.intake.releasedBytes + connection.outbox.releasedBytes);
    connection.connectionClass.connections--;
    this.#onChanged();
    if (this.#connections.size === 0) this.#onEmpty?.();
  }

  #renewClasses(): void {
    this.#classes = new ConnectionClasses(this.#config, this.limits);
    for (const connection of this.#connections) {
      connection.connectionClass = this.#classes.match(connection.address);
      connection.connectionClass.connections++;
    }
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

function isFull({ connections, maxConnections }: ConnectionClass): boolean {
  return connections >= maxConnections;
}

function limitsOf(config: RelayConfig): Limits {
  return Object.fromEntries(LIMIT_NAMES.map((name) => [name, config[name]])) as Limits;
}
