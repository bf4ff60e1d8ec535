/**
 * Accepting, the same in every daemon: listeners, the decision who is let in, TLS, and the last word to those who are
 * not. A daemon says what its classes are and what it does with a connection. docs/architecture.md, "The acceptor".
 */
import { createServer, type ServerOpts, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Admission, type Refusal, Seat } from './admission.ts';
import { type ClassRule, UNIX_ADDRESS } from './connection-classes.ts';
import { type Destination, dial } from './dial.ts';
import { plainAddress } from './ip-address.ts';
import type { ListenEntry, ListenerChange } from './listener-change.ts';
import { ListenerSet } from './listener-set.ts';
import { RefusedSockets } from './refused-sockets.ts';
import { TlsAcceptor } from './tls-acceptor.ts';
import type { TlsCredentials } from './tls-credentials.ts';

/** What a daemon says about accepting. */
export interface AcceptorOptions<Entry extends ListenEntry, Class extends ClassRule> {
  /** The setting that lists the listeners, as mistakes name it: `ircd.listen`. */
  readonly key: string;
  /** What is spoken on a listener, as shown to people: `irc`. */
  readonly protocol: (entry: Entry) => string;
  readonly admission: Admission<Class>;
  /** How accepted sockets behave. */
  readonly sockets: ServerOpts;
  /** Whether a TLS client is asked for a certificate. It is not verified: its fingerprint identifies the client. */
  readonly requestCert: boolean;
  /** Milliseconds that a TLS handshake may take; asked for each. */
  readonly handshakeMs: () => number;
  /** Refused clients that may linger to read why. */
  readonly maxLingering: number;
  /** Milliseconds that a refused client may linger; asked for each. */
  readonly lingerMs: () => number;
  /** What a refused client is sent, in the words of the protocol. */
  readonly lastWord: (refusal: Refusal<Class>, address: string) => string | Uint8Array;
  /** Told of every refusal, for the log. */
  readonly onRefused?: (refusal: Refusal<Class>, address: string) => void;
  /** A refused client is gone that was sent why. */
  readonly onRefusedGone?: () => void;
  /**
   * Takes a connection that was let in, with TLS after the handshake. The daemon calls `seat.leave()` when the connection
   * no longer counts, at the latest when its socket is closed.
   */
  readonly onOpen: (socket: Socket, seat: Seat<Class>, entry: Entry, tls: TLSSocket | null) => void;
}

/** What a change of listeners and certificate came to. */
export interface AcceptorChanged {
  /** Whether any listener came or went. */
  readonly listenersChanged: boolean;
  /** Whether the certificate is another one. */
  readonly renewed: boolean;
}

/** Who is in a handshake. */
interface Arrival<Entry, Class extends ClassRule> {
  readonly seat: Seat<Class>;
  readonly entry: Entry;
}

/** The listeners of one daemon and what becomes of those who connect. */
export class Acceptor<Entry extends ListenEntry, Class extends ClassRule> {
  readonly #options: AcceptorOptions<Entry, Class>;
  readonly #admission: Admission<Class>;
  readonly #listeners: ListenerSet<Entry>;
  readonly #refused: RefusedSockets;
  #tls: TlsAcceptor<Arrival<Entry, Class>> | null = null;
  #accepting = false;

  constructor(options: AcceptorOptions<Entry, Class>) {
    const { key, protocol, admission } = options;
    this.#options = options;
    this.#admission = admission;
    this.#listeners = new ListenerSet<Entry>({
      key,
      protocol,
      create: (entry) => createServer(options.sockets, (socket) => this.#accepted(socket, entry)),
      onAcceptFailure: () => {
        admission.counts.acceptFailures++;
      },
    });
    this.#refused = new RefusedSockets({
      most: options.maxLingering,
      lingerMs: options.lingerMs,
      connections: () => admission.size,
      onGone: options.onRefusedGone,
    });
  }

  /** Where clients connect, with the real ports. */
  get infos(): ListenerSet<Entry>['infos'] {
    return this.#listeners.infos;
  }

  /**
   * Begins to listen where the configuration says, with its certificate; nothing but a held address can fail afterwards.
   * @returns what happens at the listeners, and what puts it into force
   * @throws SignalboxError `init_failed` that names the address; nothing has changed then
   */
  async begin(
    listen: readonly Entry[],
    credentials: TlsCredentials | null,
  ): Promise<{ readonly listeners: ListenerChange; readonly commit: () => AcceptorChanged }> {
    if (credentials !== null) this.#tls ??= this.#tlsWith(credentials);
    const listeners = await this.#listeners.change(listen);
    const commit = () => {
      const listenersChanged = listeners.commit();
      this.#accepting = true;
      return { listenersChanged, renewed: credentials !== null && this.#tls?.replace(credentials) === true };
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
    this.#options.onOpen(socket, seat, entry, tls);
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
  }

  #accepted(socket: Socket, entry: Entry): void {
    this.#admission.counts.accepted++;
    const address = 'path' in entry ? UNIX_ADDRESS : plainAddress(socket.remoteAddress ?? '');
    // Gone before it was looked at.
    if (address === '' || !this.#accepting) {
      socket.destroy();
      return;
    }
    const encrypted = 'tls' in entry && entry.tls;
    const seat = this.#admission.admit(address);
    if (!(seat instanceof Seat)) {
      this.#options.onRefused?.(seat, address);
      // Before a handshake there is no way to say why.
      this.#refused.refuse(socket, encrypted ? null : this.#options.lastWord(seat, address));
    } else if (!encrypted) {
      this.#options.onOpen(socket, seat, entry, null);
    } else {
      socket.once('close', () => seat.leave());
      if (this.#tls === null) socket.destroy();
      else this.#tls.accept(socket, { seat, entry });
    }
  }

  #secured(socket: TLSSocket, { seat, entry }: Arrival<Entry, Class>): void {
    if (!this.#accepting) {
      socket.destroy();
      return;
    }
    const banned = this.#admission.refusalOfBan(seat.address);
    if (banned === null) {
      this.#options.onOpen(socket, seat, entry, socket);
      return;
    }
    this.#options.onRefused?.(banned, seat.address);
    this.#refused.refuse(socket, this.#options.lastWord(banned, seat.address));
  }

  #tlsWith(credentials: TlsCredentials): TlsAcceptor<Arrival<Entry, Class>> {
    const { requestCert, handshakeMs } = this.#options;
    return new TlsAcceptor({
      credentials,
      requestCert,
      handshakeMs,
      onSecure: (socket, arrival) => this.#secured(socket, arrival),
      onFailure: () => {
        this.#admission.counts.tlsHandshakeFailures++;
      },
    });
  }
}
