/**
 * One change of a daemon's listeners, step by step and back: see {@link ListenerChange}. Begun by ListenerSet, led by a
 * reload.
 */
import type { Server } from 'node:net';
import { SignalboxError } from '../../../contract/errors.ts';
import type { HeldAddress } from '../../../contract/link/reload.ts';
import { placesMeet } from '../../../contract/network-addresses.ts';
import type { ListenerInfo } from '../../../contract/states.ts';
import { limits } from '../limits.ts';

/** Where a listener listens. Entries that are equal, field for field, are the same listener across a reload. */
export interface ListenEntry {
  /** Address or host name. */
  readonly host: string;
  /** TCP port; 0 takes any free one. */
  readonly port: number;
  /** Whether clients speak TLS from the first byte. */
  readonly tls: boolean;
}

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
  readonly info: ListenerInfo;
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
      const { host, port } = this.#entries[index] as Entry;
      const own = this.#going.some(({ info }) => placesMeet(info, { host, port }));
      return [{ host, port, key: `${this.#options.key}[${index}]`, own }];
    });
  }

  async open(entries: readonly Entry[]): Promise<void> {
    this.#entries = entries;
    // Equal entries, such as two of port 0, each stand for one listener.
    const spare = [...this.#before];
    const kept = entries.map((entry) => {
      const index = spare.findIndex((listener) => keyOf(listener.entry) === keyOf(entry));
      return index < 0 ? null : (spare.splice(index, 1)[0] as Listener<Entry>);
    });
    this.#going = spare;
    this.#next = kept;
    await this.#fill((error) => error.code === 'address_in_use');
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    for (const listener of this.#going) listener.server.close();
  }

  bind(): Promise<void> {
    return this.#fill(() => false);
  }

  commit(): boolean {
    const listeners = this.#next.filter((listener) => listener !== null);
    const held = this.held.find(({ own }) => !own) ?? this.held[0];
    if (held !== undefined) throw inUse(held.host, held.port, held.key);
    this.release();
    this.#settle(listeners);
    return this.#opened.length > 0 || this.#going.length > 0;
  }

  undo(): void {
    for (const listener of this.#opened) listener.server.close();
    this.#next = this.#next.map((listener) =>
      listener !== null && this.#opened.includes(listener) ? null : listener,
    );
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
        const { host, port } = listener.info;
        const key = `${this.#options.key}[${index}]`;
        return await openListener(this.#options, listener.entry, { host, port, key }).catch(
          (error: unknown) => {
            failures.push(error);
            return null;
          },
        );
      }),
    );
    this.#settle(again.filter((listener) => listener !== null));
    if (failures.length > 0) throw failures[0];
  }

  /** Opens what is not open. What may stay closed stays so; after any other failure everything opened here is closed. */
  async #fill(mayStayClosed: (error: SignalboxError) => boolean): Promise<void> {
    for (const [index, entry] of this.#entries.entries()) {
      if (this.#next[index] !== null) continue;
      const place = { host: entry.host, port: entry.port, key: `${this.#options.key}[${index}]` };
      try {
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
interface Place {
  readonly host: string;
  readonly port: number;
  readonly key: string;
}

function openListener<Entry extends ListenEntry>(
  { protocol, create, onAcceptFailure }: ListenerSetOptions<Entry>,
  entry: Entry,
  place: Place,
): Promise<Listener<Entry>> {
  const { host, port } = place;
  const server = create(entry);
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(listenError(place, error));
    server.once('error', fail);
    server.listen({ host, port, backlog: limits.listenBacklog.default }, () => {
      server.off('error', fail);
      server.on('error', onAcceptFailure);
      const address = server.address();
      const realPort = typeof address === 'object' && address !== null ? address.port : port;
      resolve({ entry, server, info: { protocol: protocol(entry), host, port: realPort, tls: entry.tls } });
    });
  });
}

function keyOf(entry: ListenEntry): string {
  return JSON.stringify(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Why an address cannot be listened on, as start, reload and check say it. */
export function listenError({ host, port, key }: Place, cause: NodeJS.ErrnoException): SignalboxError {
  if (cause.code === 'EADDRINUSE') return inUse(host, port, key, cause);
  return new SignalboxError('init_failed', `cannot listen on ${host}:${port}: ${whyNot(cause)}`, {
    detail: { host, port, key },
    cause,
  });
}

function whyNot({ code, message }: NodeJS.ErrnoException): string {
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

function inUse(host: string, port: number, key: string, cause?: unknown): SignalboxError {
  return new SignalboxError('address_in_use', `cannot listen on ${host}:${port}: another process does`, {
    detail: { host, port, key },
    cause,
  });
}
