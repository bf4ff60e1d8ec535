/**
 * The object server with its sockets: takes clients that the acceptor let in and gives them to the engine, reloads and drains.
 * Made by daemon.ts; the admin commands work on it.
 */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { placeText } from '../../contract/listen-place.ts';
import type { ListenerInfo } from '../../contract/states.ts';
import { systemClock } from '../../kit/clock.ts';
import { roomNotice } from '../runtime/host/descriptor-limit.ts';
import { Acceptor, type AcceptorChange } from '../runtime/net/acceptor.ts';
import { Admission, type Seat } from '../runtime/net/admission.ts';
import { ConnectThrottle } from '../runtime/net/connect-throttle.ts';
import type { ClassRule } from '../runtime/net/connection-classes.ts';
import { OpenConnections } from '../runtime/net/open-connections.ts';
import type { SubsystemLogger } from '../runtime/telemetry/logger.ts';
import type { BanList } from './ban-list.ts';
import type { ObjectsConfig } from './config.ts';
import { connectionClasses } from './connection-classes.ts';
import { LIMIT_NAMES, type LimitName, type Limits } from './limits.ts';
import type { ConnectionTerms, Engine, EngineEvents, EngineSettings, PoolSettings } from './net/engine.ts';
import type { ObjectsPrepared, OpenEntry } from './prepare.ts';
import { RefusalLog } from './refusal-log.ts';

/** A client, as the acceptor keeps it. */
export interface Client {
  readonly terms: ConnectionTerms;
  readonly seat: Seat<ClassRule>;
  destroy(): void;
}

/** What a server is made of. */
export interface ObjectsServerOptions {
  readonly config: ObjectsConfig;
  readonly prepared: ObjectsPrepared;
  readonly bans: BanList;
  readonly log: SubsystemLogger;
  /** Makes what serves connections. */
  readonly engineOf: (settings: EngineSettings, events: EngineEvents) => Engine;
  /** Called when connections may look different to a window. */
  readonly onChanged: () => void;
}

/** One running object server. */
export class ObjectsServer {
  readonly engine: Engine;
  readonly admission: Admission<ClassRule>;
  /** The numbers in force. */
  readonly limits: Limits;
  readonly #options: ObjectsServerOptions;
  readonly #acceptor: Acceptor<OpenEntry, ClassRule>;
  readonly #clients: OpenConnections<Client>;
  readonly #refusals: RefusalLog;
  readonly #byNumber = new Map<number, Client>();
  #config: ObjectsConfig;
  #prepared: ObjectsPrepared;
  #pools: PoolSettings;
  #lastClient = 0;
  #draining = false;

  private constructor(options: ObjectsServerOptions) {
    const { config, prepared, bans, log } = options;
    this.#options = options;
    this.#config = config;
    this.#prepared = prepared;
    this.#refusals = new RefusalLog(log, systemClock);
    this.limits = limitsOf(config);
    this.#pools = poolsOf(config);
    this.#clients = new OpenConnections<Client>(options.onChanged);
    this.engine = options.engineOf(this.#settings(), {
      onClosed: (client) => this.#closed(client),
      onChanged: options.onChanged,
      onRefused: (client, why) => this.#refused(client, why),
    });
    this.admission = new Admission({
      classes: connectionClasses(config, this.limits),
      throttle: new ConnectThrottle(() => this.limits.throttle_addresses),
      bans: { reasonAgainst: (address) => bans.ofAddress(address, Date.now())?.reason ?? null },
      maxConnections: () => (this.#draining ? 0 : this.limits.max_clients),
    });
    this.#acceptor = new Acceptor<OpenEntry, ClassRule>({
      key: 'objects.listen',
      protocol: 'objects',
      admission: this.admission,
      requestCert: true,
      lingerMs: () => this.limits.close_flush_ms,
      onRefused: ({ why }, address) =>
        this.#refusals.refused(
          'client_refused',
          `${address}: ${this.#draining ? 'the server is drained' : why}`,
        ),
      onRefusedGone: () => this.#clients.strangerGone(),
      onOpen: (socket, seat, entry, tls) => this.#open(socket, seat, entry, tls),
    });
  }

  /** Listens; rejects with SignalboxError `address_in_use`, `init_failed` or `config_invalid` when it cannot. */
  static async start(options: ObjectsServerOptions): Promise<ObjectsServer> {
    const server = new ObjectsServer(options);
    const { listen, credentials } = options.prepared;
    await server.#acceptor.open(listen, credentials);
    server.#warnOfRoom();
    return server;
  }

  /** Where clients connect, with whole paths and the real ports. */
  listeners(): readonly ListenerInfo[] {
    return this.#acceptor.infos;
  }

  /** Connections that are open. */
  get size(): number {
    return this.#clients.size;
  }

  /** Whether nobody is let in because of {@link pause}. */
  get draining(): boolean {
    return this.#draining;
  }

  /** How work is shared out now. */
  get pools(): PoolSettings {
    return this.#pools;
  }

  /** The clients that are connected. */
  clients(): Iterable<Client> {
    return this.#byNumber.values();
  }

  client(number: number): Client | undefined {
    return this.#byNumber.get(number);
  }

  /** Begins to take a new configuration over without dropping anyone; throws and changes nothing when it cannot. */
  reload(config: ObjectsConfig, prepared: ObjectsPrepared): Promise<AcceptorChange> {
    return this.#acceptor.begin(prepared.listen, prepared.credentials, () => {
      this.#config = config;
      this.#prepared = prepared;
      this.#pools = poolsOf(config);
      this.setLimits(limitsOf(config));
    });
  }

  /** Changes limits until the next reload or start. They must be within their ranges. */
  setLimits(changes: Partial<Record<LimitName, number>>): void {
    Object.assign(this.limits, changes);
    this.#warnOfRoom();
    this.admission.reclassify(connectionClasses(this.#config, this.limits));
    this.engine.configure(this.#settings());
  }

  /** Changes how work is shared out until the next reload or start. */
  setPools(changes: Partial<PoolSettings>): void {
    this.#pools = { ...this.#pools, ...changes };
    this.engine.configure(this.#settings());
  }

  /** Lets nobody in, and has every connection end when it is answered. */
  pause(): void {
    this.#draining = true;
    this.engine.drain();
  }

  /** Lets clients in again. */
  resume(): void {
    this.#draining = false;
    this.engine.resume();
  }

  /** Stops accepting, answers what was asked, and resolves when all are gone or `deadline` aborts. */
  async drain(deadline: AbortSignal): Promise<void> {
    this.pause();
    await this.#acceptor.drain(this.#clients, deadline);
    await this.engine.close();
    this.#refusals.close();
  }

  #settings(): EngineSettings {
    const { access, create_on_fdpass } = this.#config;
    const writable = this.#prepared.listen.filter((entry) => entry.writable).map(placeText);
    return {
      limits: { ...this.limits },
      access,
      writable,
      createOnFdpass: create_on_fdpass,
      pools: this.#pools,
    };
  }

  #warnOfRoom(): void {
    const notice = roomNotice('max_clients', this.limits.max_clients, this.admission.room);
    if (notice !== null) this.#options.log.warn('descriptors_low', notice);
  }

  /** Takes a client that was let in. */
  #open(socket: Socket, seat: Seat<ClassRule>, entry: OpenEntry, tls: TLSSocket | null): void {
    const certificate = tls === null ? null : fingerprintOf(tls);
    const refusal = this.#refusalOfCertificate(entry, certificate);
    if (refusal !== null) {
      this.#refusals.refused('client_refused', `${seat.address}: ${refusal}`);
      socket.destroy();
      return;
    }
    const terms = this.#termsOf(entry, seat.address, certificate, tls?.getProtocol() ?? null);
    const client = { terms, seat, destroy: () => this.engine.kill(terms.client) };
    // The engine may go on with the connection in another thread, without this socket.
    seat.keep();
    this.#byNumber.set(terms.client, client);
    this.#clients.add(client);
    this.engine.adopt(socket, terms);
  }

  #termsOf(
    entry: OpenEntry,
    address: string,
    certificate: string | null,
    tls: string | null,
  ): ConnectionTerms {
    const file = 'path' in entry ? undefined : entry.token_file;
    return {
      client: ++this.#lastClient,
      address,
      listener: placeText(entry),
      transport: 'path' in entry ? 'unix' : 'tcp',
      dialect: entry.dialect,
      writable: entry.writable,
      tokenDigest: file === undefined ? null : (this.#prepared.tokens.get(file) ?? null),
      certificate,
      tls,
    };
  }

  /** Why a client of a TLS listener is not let in; null where it is, and where certificates are not asked for. */
  #refusalOfCertificate(entry: OpenEntry, certificate: string | null): string | null {
    const known = this.#config.tls?.client_fingerprints ?? [];
    if ('path' in entry || !entry.tls || known.length === 0) return null;
    if (certificate === null) return 'it showed no certificate';
    return known.includes(certificate)
      ? null
      : `its certificate ${certificate} is not in client_fingerprints`;
  }

  #closed(number: number): void {
    const client = this.#byNumber.get(number);
    if (client === undefined) return;
    this.#byNumber.delete(number);
    client.seat.leave();
    this.#clients.delete(client);
  }

  #refused(number: number, why: string): void {
    const client = this.#byNumber.get(number);
    if (client !== undefined)
      this.#refusals.refused('request_refused', `client ${number} at ${client.terms.address}: ${why}`);
  }
}

/** SHA-256 of the certificate that a client showed; null without one. */
function fingerprintOf(tls: TLSSocket): string | null {
  const { raw } = tls.getPeerCertificate();
  return raw === undefined ? null : createHash('sha256').update(raw).digest('hex');
}

function limitsOf(config: ObjectsConfig): Limits {
  return Object.fromEntries(LIMIT_NAMES.map((name) => [name, config[name]])) as Limits;
}

function poolsOf(config: ObjectsConfig): PoolSettings {
  return {
    model: config.concurrency_model,
    fdpassThreads: config.fdpass_threads,
    spliceThreads: config.splice_threads,
  };
}
