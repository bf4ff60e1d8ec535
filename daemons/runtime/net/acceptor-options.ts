/** What a daemon says about accepting, and what holds where it says nothing. Read by `Acceptor`. */
import type { ServerOpts, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { limits } from '../limits.ts';
import type { Admission, Refusal, Seat } from './admission.ts';
import type { ClassRule } from './connection-classes.ts';
import type { ListenEntry } from './listener-change.ts';
import type { ProxyRules } from './proxy-reader.ts';
import type { WebSocketRules } from './websocket-acceptor.ts';

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
  /** Which connections come through proxies that say for whom they are; none where absent. */
  readonly proxies?: ProxyRules<Entry>;
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
   * Takes a socket away, of one that was let in, before any handshake: then it is no longer this acceptor's, and whoever took it sees to
   * its place, and asks {@link Acceptor.mayOpen} when its handshake is done. False where it is to be served here.
   */
  readonly handOff?: (socket: Socket, seat: Seat<Class>, entry: Entry) => boolean;
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

export type AcceptorDefaults = Required<
  Pick<AcceptorOptions<ListenEntry, ClassRule>, 'sockets' | 'requestCert' | 'handshakeMs' | 'lingerMs'>
>;

/** What holds where a daemon says nothing else. */
export const ACCEPTOR_DEFAULTS: AcceptorDefaults = {
  sockets: { noDelay: true },
  requestCert: false,
  handshakeMs: () => limits.tlsHandshakeMs.default,
  lingerMs: () => limits.closeFlushMs.default,
};
