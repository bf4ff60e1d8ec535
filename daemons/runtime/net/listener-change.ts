/**
 * One change of a daemon's listeners, step by step and back: see {@link ListenerChange}. Begun by ListenerSet, led by a
 * reload.
 */
import type { Server } from 'node:net';
import { SignalboxError } from '../../../contract/errors.ts';
import type { ListenerInfo, TcpListenerInfo, UnixListenerInfo } from '../../../contract/link/endpoint.ts';
import type { HeldAddress } from '../../../contract/link/reload.ts';
import {
  type ListenPlace,
  placeOf,
  placesMeet,
  placeText,
  strangerAt,
  type TcpPlace,
} from '../../../contract/listen-place.ts';
import { limits } from '../limits.ts';
import { listenAtPath, SOCKET_MODE } from './unix-socket.ts';

/** A TCP address to listen on. */
export interface TcpListenEntry {
  /** Address or host name. */
  readonly host: string;
  /** TCP port; 0 takes any free one. */
  readonly port: number;
  /** Whether clients speak TLS from the first byte; they do not where absent. */
  readonly tls?: boolean | undefined;
}

/** A Unix socket to listen on. */
export interface UnixListenEntry {
  /** Absolute path of the socket. */
  readonly path: string;
  /** Who may connect, in octal digits; `0600`, its owner, where absent. */
  readonly mode?: string | undefined;
  /** Number of the group that the socket belongs to; that of the process where absent. */
  readonly gid?: number | undefined;
}

/** Where a listener listens. Entries that are equal, field for field, are the same listener across a reload. */
export type ListenEntry = TcpListenEntry | UnixListenEntry;

/** What is said of the listener of an entry. */
export type InfoOf<Entry extends ListenEntry> = Entry extends UnixListenEntry
  ? UnixListenerInfo
  : TcpListenerInfo;

/** What a daemon says about its listeners. */
export interface ListenerSetOptions<Entry extends ListenEntry> {
  /** The setting that lists them, as mistakes name it: `ircd.listen`. */
  readonly key: string;
  /** What is spoken there, as shown to people: `irc`. */
  readonly protocol: (entry: Entry) => string;
  /** Makes the server of an entry; the set makes it listen and closes it. */
  readonly create: (entry: Entry) => Server;
  /** A connection could not be accepted, for want of descriptors say; it costs that client only. */
  readonly onAcceptFailure: () => void;
  /** Sockets that all listeners hold at once; others are closed unseen. As many as descriptors allow if absent. */
  readonly maxSockets?: number;
}

/** An open listener. */
export interface Listener<Entry extends ListenEntry> {
  readonly entry: Entry;
  readonly server: Server;
  /** With the real port. */
  readonly info: InfoOf<Entry>;
  /** Stops accepting; a Unix socket goes from the file system. */
  close(): void;
}

/**
 * A change of listeners that has begun: what is new and free is open, what goes is open still. Either `commit` ends it, after
 * `release` and `bind` where addresses are held, or `undo` and then `restore`.
 */
export interface ListenerChange {
  /** Addresses that are still held. */
  readonly held: readonly HeldAddress[];
  /** Closes the listeners that go; their clients stay. */
  release(): void;
  /** Opens those whose address was held. Throws SignalboxError. */
  bind(): Promise<void>;
  /** Makes the new listeners those of the set; answers whether any came or went. Throws while addresses are held. */
  commit(): boolean;
  /** Closes what this change opened. */
  undo(): void;
  /** Opens again what `release` closed. Throws SignalboxError for the first that could not be, after trying all. */
  restore(): Promise<void>;
}

/** Takes the steps of one daemon's change alone, and the way back where one fails. */
export async function carryOut<Result>(change: ListenerChange, commit: () => Result): Promise<Result> {
  try {
    const { held } = change;
    // An address that somebody else holds is not to be had by giving up the own ones.
    if (held.length > 0 && held.every(({ own }) => own)) {
      change.release();
      await change.bind();
    }
    return commit();
  } catch (error) {
    change.undo();
    await change.restore();
    throw error;
  }
}

/** The change that {@link ListenerSet} begins. */
export class Change<Entry extends ListenEntry> implements ListenerChange {
  readonly #options: ListenerSetOptions<Entry>;
  readonly #create: (entry: Entry) => Server;
  readonly #before: readonly Listener<Entry>[];
  readonly #settle: (listeners: readonly Listener<Entry>[]) => void;
  /** The listeners to be, in the order of the configuration; null where the address is held. */
  #next: (Listener<Entry> | null)[] = [];
  #entries: readonly Entry[] = [];
  #going: readonly Listener<Entry>[] = [];
  #opened: Listener<Entry>[] = [];
  #released = false;

  constructor(
    options: ListenerSetOptions<Entry>,
    create: (entry: Entry) => Server,
    before: readonly Listener<Entry>[],
    settle: (listeners: readonly Listener<Entry>[]) => void,
  ) {
    this.#options = options;
    this.#create = create;
    this.#before = before;
    this.#settle = settle;
  }

  get held(): readonly HeldAddress[] {
    return this.#next.flatMap((listener, index) => {
      if (listener !== null) return [];
      const place = placeOf(this.#entries[index]!);
      const own = this.#going.some(({ info }) => placesMeet(info, place));
      return [{ ...place, key: `${this.#options.key}[${index}]`, own }];
    });
  }

  async open(entries: readonly Entry[]): Promise<void> {
    this.#entries = entries;
    // Equal entries, such as two of port 0, each stand for one listener.
    const spare = [...this.#before];
    const kept = entries.map((entry) => {
      const index = spare.findIndex((listener) => keyOf(listener.entry) === keyOf(entry));
      return index < 0 ? null : spare.splice(index, 1)[0]!;
    });
    this.#going = spare;
    this.#next = kept;
    await this.#fill((error) => error.code === 'address_in_use');
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    for (const listener of this.#going) listener.close();
  }

  bind(): Promise<void> {
    return this.#fill(() => false);
  }

  commit(): boolean {
    const listeners = this.#next.filter((listener) => listener !== null);
    const held = this.held.find(({ own }) => !own) ?? this.held[0];
    if (held !== undefined) throw inUse(held);
    this.release();
    this.#settle(listeners);
    return this.#opened.length > 0 || this.#going.length > 0;
  }

  undo(): void {
    for (const listener of this.#opened) listener.close();
    const opened = new Set<Listener<Entry> | null>(this.#opened);
    this.#next = this.#next.map((listener) => (opened.has(listener) ? null : listener));
    this.#opened = [];
  }

  async restore(): Promise<void> {
    if (!this.#released) return;
    this.#released = false;
    const failures: unknown[] = [];
    const again = await Promise.all(
      this.#before.map(async (listener, index) => {
        if (!this.#going.includes(listener)) return listener;
        // Port 0 took any; its clients know the one it had.
        const place = { ...placeOf(listener.info), key: `${this.#options.key}[${index}]` };
        return await openListener(this.#options, listener.entry, place).catch((error: unknown) => {
          failures.push(error);
          return null;
        });
      }),
    );
    this.#settle(again.filter((listener) => listener !== null));
    if (failures.length > 0) throw failures[0];
  }

  /** Opens what is not open. What may stay closed stays so; after any other failure everything opened here is closed. */
  async #fill(mayStayClosed: (error: SignalboxError) => boolean): Promise<void> {
    for (const [index, entry] of this.#entries.entries()) {
      if (this.#next[index] !== null) continue;
      const place = { ...placeOf(entry), key: `${this.#options.key}[${index}]` };
      // Nobody need be asked who holds it, least of all by connecting to it.
      const goesYet = !this.#released && this.#going.some(({ info }) => placesMeet(info, place));
      try {
        if ('path' in place && goesYet) throw inUse(place);
        const listener = await openListener({ ...this.#options, create: this.#create }, entry, place);
        this.#next[index] = listener;
        this.#opened.push(listener);
      } catch (error) {
        if (error instanceof SignalboxError && mayStayClosed(error)) continue;
        this.undo();
        throw error;
      }
    }
  }
}

/** Where a listener shall listen, and the setting that says so. */
type Place = ListenPlace & { readonly key: string };

async function openListener<Entry extends ListenEntry>(
  { protocol, create, onAcceptFailure }: ListenerSetOptions<Entry>,
  entry: Entry,
  place: Place,
): Promise<Listener<Entry>> {
  const server = create(entry);
  const spoken = protocol(entry);
  let info: ListenerInfo;
  let leave = () => {};
  try {
    if ('path' in place) {
      const mode = 'mode' in entry && entry.mode !== undefined ? Number.parseInt(entry.mode, 8) : SOCKET_MODE;
      leave = await listenAtPath(server, place.path, mode, 'gid' in entry ? entry.gid : undefined);
      info = { protocol: spoken, path: place.path };
    } else {
      const port = await listenAtAddress(server, place);
      info = { protocol: spoken, host: place.host, port, tls: 'tls' in entry && entry.tls === true };
    }
  } catch (error) {
    throw listenError(place, error as NodeJS.ErrnoException);
  }
  server.on('error', onAcceptFailure);
  const close = () => {
    leave();
    server.close();
  };
  // The form of the place is that of the entry; the compiler cannot see that.
  return { entry, server, info: info as InfoOf<Entry>, close };
}

/** Resolves with the real port. */
function listenAtAddress(server: Server, { host, port }: TcpPlace): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: limits.listenBacklog.default }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function keyOf(entry: ListenEntry): string {
  return JSON.stringify(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Why a place cannot be listened on, as start, reload and check say it. */
export function listenError(place: Place, cause: NodeJS.ErrnoException): SignalboxError {
  if (cause.code === 'EADDRINUSE') return inUse(place, cause);
  const why = 'path' in place ? whyNoPath(cause) : whyNoAddress(cause);
  return new SignalboxError('init_failed', `cannot listen on ${placeText(place)}: ${why}`, {
    detail: { ...placeOf(place), key: place.key },
    cause,
  });
}

function whyNoAddress({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'EADDRNOTAVAIL':
      return `this machine does not have that address now (${code})`;
    case 'EACCES':
      return `this user may not use that port (${code})`;
    case 'ENOTFOUND':
      return `no such host name is known (${code})`;
    default:
      return message;
  }
}

function whyNoPath({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'EEXIST':
      return 'what is there is no socket, and it was left as it is; name another path or remove it';
    case 'ENOENT':
    case 'ENOTDIR':
      return `there is no such folder; make it first (${code})`;
    case 'EACCES':
    case 'EPERM':
      return `this user may not make a socket in that folder (${code})`;
    default:
      return message;
  }
}

function inUse(place: Place, cause?: unknown): SignalboxError {
  const message = `cannot listen on ${placeText(place)}: ${strangerAt(place)}`;
  return new SignalboxError('address_in_use', message, {
    detail: { ...placeOf(place), key: place.key },
    cause,
  });
}
