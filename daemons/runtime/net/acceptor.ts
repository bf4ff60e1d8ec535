/**
 * Accepting, the same in every daemon: listeners, the decision who is let in, TLS, and the last word to those who are
 * not. A daemon says what its classes are and what it does with a connection. docs/architecture.md, "The acceptor".
 */
import { createServer, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ReloadFacts } from '../host/daemon-definition.ts';
import { limits } from '../limits.ts';
import { ACCEPTOR_DEFAULTS, type AcceptorDefaults, type AcceptorOptions } from './acceptor-options.ts';
import { type Admission, type Refusal, Seat } from './admission.ts';
import { type ClassRule, UNIX_ADDRESS } from './connection-classes.ts';
import { type Destination, dial } from './dial.ts';
import { plainAddress } from './ip-address.ts';
import { carryOut, type ListenEntry, type ListenerChange } from './listener-change.ts';
import { ListenerSet } from './listener-set.ts';
import type { OpenConnections } from './open-connections.ts';
import type { ProxySource } from './proxy-header.ts';
import { ProxyReader } from './proxy-reader.ts';
import { type RefusableSocket, RefusedSockets } from './refused-sockets.ts';
import { TlsAcceptor } from './tls-acceptor.ts';
import { certificateEnd, type TlsCredentials } from './tls-credentials.ts';
import { WebSocketAcceptor } from './websocket-acceptor.ts';

/** A change of listeners and certificate that has begun: what `reload()` of a daemon returns. */
export interface AcceptorChange {
  readonly listeners: ListenerChange;
  /** Puts it into force; names the setting `tls` where the certificate is another one. */
  readonly commit: () => ReloadFacts;
}

/** Who is in a handshake. */
interface Arrival<Entry, Class extends ClassRule> {
  readonly seat: Seat<Class>;
  readonly entry: Entry;
}

/** Who is past it. */
interface Secured<Entry, Class extends ClassRule> extends Arrival<Entry, Class> {
  readonly tls: TLSSocket | null;
}

/** The listeners of one daemon and what becomes of those who connect. */
export class Acceptor<Entry extends ListenEntry, Class extends ClassRule> {
  /** Connections that failed on their way in, beside those that did in TLS; they only ever grow. */
  readonly failures = { webSocket: 0, proxy: 0 };
  readonly #options: AcceptorOptions<Entry, Class> & AcceptorDefaults;
  readonly #admission: Admission<Class>;
  readonly #listeners: ListenerSet<Entry>;
  readonly #refused: RefusedSockets;
  readonly #proxies = new ProxyReader();
  readonly #webSockets: WebSocketAcceptor<Secured<Entry, Class>> | null;
  #tls: TlsAcceptor<Arrival<Entry, Class>> | null = null;
  #accepting = false;

  constructor(given: AcceptorOptions<Entry, Class>) {
    const options = { ...ACCEPTOR_DEFAULTS, ...given };
    const { key, protocol, admission, webSocket, handshakeMs } = options;
    this.#options = options;
    this.#admission = admission;
    this.#listeners = new ListenerSet<Entry>({
      key,
      protocol: typeof protocol === 'string' ? () => protocol : protocol,
      create: (entry) => createServer(options.sockets, (socket) => this.#accepted(socket, entry)),
      onAcceptFailure: () => {
        admission.counts.acceptFailures++;
      },
    });
    this.#webSockets =
      webSocket === undefined
        ? null
        : new WebSocketAcceptor({
            ...webSocket,
            handshakeMs,
            onOpen: (socket, agreed, { seat, entry, tls }) =>
              this.#handOver(socket, seat, entry, tls, agreed),
            onFailure: () => {
              this.failures.webSocket++;
            },
          });
    this.#refused = new RefusedSockets({
      most: limits.lingeringRefusals.default,
      lingerMs: options.lingerMs,
      connections: () => admission.size,
      counts: admission.refusedClients,
      onGone: options.onRefusedGone,
    });
  }

  /** Where clients connect, with the real ports. */
  get infos(): ListenerSet<Entry>['infos'] {
    return this.#listeners.infos;
  }

  /**
   * Listens where the configuration says, with its certificate.
   * @throws SignalboxError `address_in_use` or `init_failed` that names the address; nothing has changed then
   */
  async open(listen: readonly Entry[], credentials: TlsCredentials | null = null): Promise<void> {
    const { listeners, commit } = await this.begin(listen, credentials);
    await carryOut(listeners, commit);
  }

  /**
   * Begins to listen where the configuration says, with its certificate; nothing but a held address can fail afterwards.
   * @param takeOver the daemon's own part of putting the configuration into force
   * @throws SignalboxError `init_failed` that names the address; nothing has changed then
   */
  async begin(
    listen: readonly Entry[],
    credentials: TlsCredentials | null = null,
    takeOver: () => void = () => {},
  ): Promise<AcceptorChange> {
    if (credentials !== null) this.#tls ??= this.#tlsWith(credentials);
    const end = credentials === null ? 0 : certificateEnd(credentials);
    const listeners = await this.#listeners.change(listen);
    const commit = () => {
      listeners.commit();
      this.#admission.certificateEnd = end;
      this.#accepting = true;
      const renewed = credentials !== null && this.#tls?.replace(credentials) === true;
      takeOver();
      return renewed ? { renewed: ['tls'] } : {};
    };
    return { listeners, commit };
  }

  /**
   * Connects to another server. The connection is let in like one that came: it takes a place in the class of its address, and
   * no banned address is spoken to.
   * @param entry what `onOpen` is told in place of a listener
   * @throws SignalboxError `unavailable` when nobody answers or the handshake fails, `refused` when there is no place for it
   */
  async dial(destination: Destination, entry: Entry): Promise<void> {
    const { socket, seat, tls } = await dial(destination, this.#admission, this.#options);
    if (!this.#accepting) {
      socket.destroy();
      seat.leave();
      return;
    }
    socket.on('close', () => seat.socketClosed());
    this.#handOver(socket, seat, entry, tls, null);
  }

  /**
   * Accepts nobody from here on, lets those who are in go, and resolves when all are gone; when `deadline` aborts, those who
   * are still there are destroyed.
   * @param goodbye tells one that it has to go; without it they are told elsewhere
   */
  async drain<Client extends { destroy(): void }>(
    clients: OpenConnections<Client>,
    deadline: AbortSignal,
    goodbye?: (client: Client) => void,
  ): Promise<void> {
    this.close();
    if (goodbye !== undefined) for (const client of [...clients]) goodbye(client);
    await clients.allGone(deadline);
    for (const client of [...clients]) client.destroy();
    this.destroy();
    clients.close();
  }

  /** Accepts nobody from here on; who is in stays. */
  close(): void {
    this.#accepting = false;
    this.#listeners.close();
  }

  /** Ends handshakes, those whose header is awaited, and those who linger to read why they were refused. Closing twice is fine. */
  destroy(): void {
    this.close();
    this.#proxies.close();
    this.#refused.close();
    this.#tls?.close();
    this.#webSockets?.close();
  }

  #accepted(socket: Socket, entry: Entry): void {
    this.#admission.counts.accepted++;
    const address = 'path' in entry ? UNIX_ADDRESS : plainAddress(socket.remoteAddress ?? '');
    // Gone before it was looked at.
    if (address === '' || !this.#accepting) {
      socket.destroy();
      return;
    }
    const { proxies } = this.#options;
    const required = proxies?.required(entry) === true;
    const trusted = proxies?.trusted(address) === true;
    if (!trusted && !required) {
      this.#admit(socket, entry, address, null);
    } else if (!trusted) {
      this.#refusedProxy(address, 'it is none of the trusted proxies');
      const reason = 'Only proxies that this server trusts may connect here';
      this.#refused.refuse(socket, this.#clearWord({ why: 'banned', reason }, address, entry));
    } else {
      this.#proxies.read(
        socket,
        required,
        (header) => {
          const source = header?.source ?? null;
          if (this.#accepting) this.#admit(socket, entry, source?.address ?? address, source);
          else socket.destroy();
        },
        (problem) => this.#refusedProxy(address, problem),
      );
    }
  }

  #refusedProxy(address: string, problem: string): void {
    this.failures.proxy++;
    this.#options.proxies?.onRefused?.(address, problem);
  }

  /** Lets in whoever has the address, or says why not. */
  #admit(socket: Socket, entry: Entry, address: string, proxied: ProxySource | null): void {
    const seat = this.#admission.admit(address);
    if (!(seat instanceof Seat)) {
      if (seat.why === 'throttled' && !seat.inWords) {
        socket.destroy();
        return;
      }
      this.#options.onRefused?.(seat, address);
      this.#refused.refuse(socket, this.#clearWord(seat, address, entry));
      return;
    }
    seat.proxied = proxied;
    if (this.#options.handOff?.(socket, seat, entry) === true) return;
    socket.on('close', () => seat.socketClosed());
    if (!isEncrypted(entry)) this.#secured(socket, { seat, entry, tls: null });
    else if (this.#tls === null) socket.destroy();
    else this.#tls.accept(socket, { seat, entry });
  }

  /** Goes on with one who speaks TLS by now, where that is spoken. */
  #secured(socket: Socket, arrival: Secured<Entry, Class>): void {
    const { webSocket } = this.#options;
    if (webSocket?.wanted(arrival.entry)) this.#webSockets?.accept(socket, arrival);
    else this.#handOver(socket, arrival.seat, arrival.entry, arrival.tls, null);
  }

  /** Gives the daemon a connection. */
  #handOver(
    socket: Socket,
    seat: Seat<Class>,
    entry: Entry,
    tls: TLSSocket | null,
    webSocket: string | null,
  ): void {
    if (!this.mayOpen(socket, seat, entry, tls !== null || webSocket !== null, webSocket === null)) return;
    socket.on('error', closesByItself);
    this.#options.onOpen(socket, seat, entry, tls, webSocket);
  }

  /**
   * Whether a connection may be opened now that its handshakes are done; where not, it is told why and closed.
   * @param shaken whether there were any: a ban may have been set meanwhile
   * @param inWords whether it can be told: what HTTP would say comes too late on a WebSocket
   */
  mayOpen(
    socket: RefusableSocket,
    seat: Seat<Class>,
    entry: Entry,
    shaken: boolean,
    inWords = true,
  ): boolean {
    if (!this.#accepting) {
      socket.destroy();
      return false;
    }
    const banned = shaken ? this.#admission.refusalOfBan(seat.address) : null;
    if (banned === null) return true;
    this.#options.onRefused?.(banned, seat.address);
    this.#refused.refuse(socket, inWords ? this.#lastWord(banned, seat.address, entry) : null);
    return false;
  }

  /** What is said before a handshake: there is no way to say it where one has to come. */
  #clearWord(refusal: Refusal<Class>, address: string, entry: Entry): string | Uint8Array | null {
    return isEncrypted(entry) ? null : this.#lastWord(refusal, address, entry);
  }

  #lastWord(refusal: Refusal<Class>, address: string, entry: Entry): string | Uint8Array | null {
    return this.#options.lastWord?.(refusal, address, entry) ?? null;
  }

  #tlsWith(credentials: TlsCredentials): TlsAcceptor<Arrival<Entry, Class>> {
    const { requestCert, handshakeMs } = this.#options;
    return new TlsAcceptor({
      credentials,
      requestCert,
      handshakeMs,
      onSecure: (socket, arrival) => this.#secured(socket, { ...arrival, tls: socket }),
      onFailure: () => {
        this.#admission.counts.tlsHandshakeFailures++;
      },
    });
  }
}

function isEncrypted(entry: ListenEntry): boolean {
  return 'tls' in entry && entry.tls === true;
}

/** A socket that fails is closed by Node. */
function closesByItself(): void {}
