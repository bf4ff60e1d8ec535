/**
 * Accepting, the same in every daemon: listeners, the decision who is let in, TLS, and the last word to those who are
 * not. A daemon says what its classes are and what it does with a connection. docs/architecture.md, "The acceptor".
 */
import { createServer, type ServerOpts, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ReloadFacts } from '../host/daemon-definition.ts';
import { limits } from '../limits.ts';
import { type Admission, type Refusal, Seat } from './admission.ts';
import { type ClassRule, UNIX_ADDRESS } from './connection-classes.ts';
import { type Destination, dial } from './dial.ts';
import { plainAddress } from './ip-address.ts';
import { carryOut, type ListenEntry, type ListenerChange } from './listener-change.ts';
import { ListenerSet } from './listener-set.ts';
import type { OpenConnections } from './open-connections.ts';
import { RefusedSockets } from './refused-sockets.ts';
import { TlsAcceptor } from './tls-acceptor.ts';
import type { TlsCredentials } from './tls-credentials.ts';
import { WebSocketAcceptor, type WebSocketRules } from './websocket-acceptor.ts';

/** What a daemon says about accepting. */
export interface AcceptorOptions<Entry extends ListenEntry, Class extends ClassRule> {
  /** The setting that lists the listeners, as mistakes name it: `ircd.listen`. */
  readonly key: string;
  /** What is spoken on a listener, as shown to people: `irc`. */
  readonly protocol: string | ((entry: Entry) => string);
  readonly admission: Admission<Class>;
  /** How accepted sockets behave; without delay where absent. */
  readonly sockets?: ServerOpts;
  /** Whether a TLS client is asked for a certificate. It is not verified: its fingerprint identifies the client. */
  readonly requestCert?: boolean;
  /** Which listeners speak WebSocket, and how; none where absent. */
  readonly webSocket?: WebSocketRules & { readonly wanted: (entry: Entry) => boolean };
  /** Milliseconds that a handshake may take, of TLS or of WebSocket; asked for each. `tlsHandshakeMs` where absent. */
  readonly handshakeMs?: () => number;
  /** Milliseconds that a refused client may linger; asked for each. `closeFlushMs` where absent. */
  readonly lingerMs?: () => number;
  /** What a refused client is sent, in the words of the protocol; nothing where absent. */
  readonly lastWord?: (refusal: Refusal<Class>, address: string, entry: Entry) => string | Uint8Array;
  /** Told of every refusal, for the log, but those of an address that was told often enough. */
  readonly onRefused?: (refusal: Refusal<Class>, address: string) => void;
  /** A refused client is gone that was sent why. */
  readonly onRefusedGone?: () => void;
  /**
   * Takes a connection that was let in, after all handshakes; `webSocket` is the subprotocol that was agreed on, empty where
   * none was, and null where no WebSocket is spoken. Its place is given back when the socket is closed; a
   * daemon calls `seat.leave()` where it shall not count any more before that, and `seat.keep()` where the connection outlives the socket. An error of the socket that nobody handles
   * just closes it.
   */
  readonly onOpen: (
    socket: Socket,
    seat: Seat<Class>,
    entry: Entry,
    tls: TLSSocket | null,
    webSocket: string | null,
  ) => void;
}

/** A change of listeners and certificate that has begun: what `reload()` of a daemon returns. */
export interface AcceptorChange {
  readonly listeners: ListenerChange;
  /** Puts it into force; names the setting `tls` where the certificate is another one. */
  readonly commit: () => ReloadFacts;
}

type Defaults = Required<
  Pick<AcceptorOptions<ListenEntry, ClassRule>, 'sockets' | 'requestCert' | 'handshakeMs' | 'lingerMs'>
>;

/** What holds where a daemon says nothing else. */
const DEFAULTS: Defaults = {
  sockets: { noDelay: true },
  requestCert: false,
  handshakeMs: () => limits.tlsHandshakeMs.default,
  lingerMs: () => limits.closeFlushMs.default,
};

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
  /** Connections that were let in and did not get through, beside those that failed in TLS; they only ever grow. */
  readonly failures = { webSocket: 0 };
  readonly #options: AcceptorOptions<Entry, Class> & Defaults;
  readonly #admission: Admission<Class>;
  readonly #listeners: ListenerSet<Entry>;
  readonly #refused: RefusedSockets;
  readonly #webSockets: WebSocketAcceptor<Secured<Entry, Class>> | null;
  #tls: TlsAcceptor<Arrival<Entry, Class>> | null = null;
  #accepting = false;

  constructor(given: AcceptorOptions<Entry, Class>) {
    const options = { ...DEFAULTS, ...given };
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
    const listeners = await this.#listeners.change(listen);
    const commit = () => {
      listeners.commit();
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
    socket.once('close', () => seat.socketClosed());
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

  /** Ends handshakes, and those who linger to read why they were refused. Closing twice is fine. */
  destroy(): void {
    this.close();
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
    const encrypted = 'tls' in entry && entry.tls === true;
    const seat = this.#admission.admit(address);
    if (!(seat instanceof Seat)) {
      if (seat.why === 'throttled' && !seat.inWords) {
        socket.destroy();
        return;
      }
      this.#options.onRefused?.(seat, address);
      // Before a handshake there is no way to say why.
      this.#refused.refuse(socket, encrypted ? null : this.#lastWord(seat, address, entry));
      return;
    }
    socket.once('close', () => seat.socketClosed());
    if (!encrypted) this.#secured(socket, { seat, entry, tls: null });
    else if (this.#tls === null) socket.destroy();
    else this.#tls.accept(socket, { seat, entry });
  }

  /** Goes on with one who speaks TLS by now, where that is spoken. */
  #secured(socket: Socket, arrival: Secured<Entry, Class>): void {
    const { webSocket } = this.#options;
    if (webSocket?.wanted(arrival.entry)) this.#webSockets?.accept(socket, arrival);
    else this.#handOver(socket, arrival.seat, arrival.entry, arrival.tls, null);
  }

  /** Gives the daemon a connection; a ban may have been set during its handshakes. */
  #handOver(
    socket: Socket,
    seat: Seat<Class>,
    entry: Entry,
    tls: TLSSocket | null,
    webSocket: string | null,
  ): void {
    if (!this.#accepting) {
      socket.destroy();
      return;
    }
    const banned = tls === null && webSocket === null ? null : this.#admission.refusalOfBan(seat.address);
    if (banned === null) {
      socket.on('error', closesByItself);
      this.#options.onOpen(socket, seat, entry, tls, webSocket);
      return;
    }
    this.#options.onRefused?.(banned, seat.address);
    // What HTTP would say comes too late on a WebSocket.
    this.#refused.refuse(socket, webSocket === null ? this.#lastWord(banned, seat.address, entry) : null);
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

/** A socket that fails is closed by Node. */
function closesByItself(): void {}
