/**
 * A client of the relay for programs: hello, rooms, direct messages and answers, over whatever carries bytes. In Node
 * `connectRelay` of node-connection.ts makes one.
 */
import { RelayClientError, RelayConnectionError, RelayIdentityError, RelayRefusedError } from './errors.ts';
import { RelayLink, type Sealing } from './relay-link.ts';

/** Kind bytes of the protocol. */
const KIND = { control: 0, echo: 1, room: 2, direct: 3, broadcast: 4 } as const;
const WITH_ID = 0x10;

/** A control frame. */
export type Control = Readonly<Record<string, unknown>>;

/** What carries the bytes of a client. */
export interface Carrier {
  send(bytes: Uint8Array): void;
  close(): void;
}

/** How a client is made known. */
export interface ClientOptions {
  readonly mode: 'echo' | 'broadcast' | 'rooms' | 'direct';
  /** The id by which others know it; the relay assigns one where absent. */
  readonly peer?: string | undefined;
  /** Whether it is told who comes and goes. */
  readonly presence?: boolean;
  /** Its identity and what seals; null speaks plain frames, which anybody on the way reads and changes. */
  readonly sealing: Sealing | null;
  /** The identity that the relay must have; any where absent. */
  readonly relay?: string | undefined;
  /** Asked once the relay has proved an identity, where none is expected; throw what shall end the connection. */
  readonly onRelay?: (identity: string) => void | Promise<void>;
  /** A message of another client. */
  readonly onMessage?: (message: RelayMessage) => void;
  /** What the relay says unasked: notices, presence, the end. */
  readonly onNotice?: (notice: Control) => void;
  /** It is over; null where this side closed it. */
  readonly onClose?: (error: RelayClientError | null) => void;
}

/** A message of another client, or an echo. */
export interface RelayMessage {
  readonly kind: 'echo' | 'room' | 'direct' | 'broadcast';
  readonly room: string | null;
  /** Peer id of the sender; null for an echo. */
  readonly from: string | null;
  readonly payload: Uint8Array;
}

interface Waiting {
  readonly resolve: (answer: Control) => void;
  readonly reject: (error: RelayClientError) => void;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One connection. Made by {@link RelayClient.over}, which resolves when the relay has said welcome. */
export class RelayClient {
  readonly #options: ClientOptions;
  readonly #carrier: Carrier;
  readonly #link: RelayLink;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #relay: string | null = null;
  #welcome: Control = {};
  #over = false;
  #opened: (() => void) | null = null;

  private constructor(carrier: Carrier, options: ClientOptions) {
    this.#carrier = carrier;
    this.#options = options;
    this.#link = new RelayLink(options.sealing, {
      send: (bytes) => carrier.send(bytes),
      onOpen: (relay) => {
        this.#relay = relay;
        this.#opened?.();
      },
      onFrame: (payload) => this.#take(payload),
      onFailure: (error) => this.#end(error),
    });
  }

  /** The identity that the relay proved; null for a plain connection. */
  get relay(): string | null {
    return this.#relay;
  }

  /** The id by which others know this client. */
  get peer(): string {
    return String(this.#welcome.peer);
  }

  /** What the relay said first: limits, mode and what protects the connection. */
  get welcome(): Control {
    return this.#welcome;
  }

  /**
   * Makes a client over what carries bytes, and has a call to make for bytes that arrive and for the end of them.
   * @throws RelayClientError
   */
  static async over(
    options: ClientOptions,
    open: (events: { receive(bytes: Uint8Array): void; closed(error: Error | null): void }) => Carrier,
  ): Promise<RelayClient> {
    const made: { client?: RelayClient } = {};
    const carrier = open({
      receive: (bytes) => made.client?.receive(bytes),
      closed: (cause) => made.client?.closed(cause),
    });
    const client = new RelayClient(carrier, options);
    made.client = client;
    try {
      await client.#greet();
      return client;
    } catch (error) {
      client.#end(error instanceof RelayClientError ? error : new RelayClientError(String(error)), false);
      throw error;
    }
  }

  /** Takes bytes of the relay. Called by what carries them. */
  receive(bytes: Uint8Array): void {
    this.#link.receive(bytes);
  }

  /** Nothing comes any more. Called by what carries the bytes. */
  closed(cause: Error | null): void {
    const why = cause === null ? '.' : `: ${cause.message}`;
    this.#end(new RelayConnectionError(`The connection to the relay ended${why}`));
  }

  /** Sends a request and gives its answer. @throws RelayRefusedError with the code of the protocol */
  request(type: string, fields: Control = {}): Promise<Control> {
    return this.#await((id) => this.#control({ ...fields, type, id }));
  }

  join(room: string): Promise<Control> {
    return this.request('join', { room });
  }

  leave(room: string): Promise<Control> {
    return this.request('leave', { room });
  }

  /** Sends to the other members of a room; gives how many queues took it. */
  async toRoom(room: string, payload: Uint8Array | string): Promise<number> {
    return await this.#data(KIND.room, [room], payload);
  }

  /** Sends to one peer, through the relay. @throws RelayRefusedError `unknown_peer`, `not_taken` or `quota` */
  async toPeer(peer: string, payload: Uint8Array | string): Promise<number> {
    return await this.#data(KIND.direct, [peer], payload);
  }

  /** Sends to everybody else in broadcast mode. */
  async toAll(payload: Uint8Array | string): Promise<number> {
    return await this.#data(KIND.broadcast, [], payload);
  }

  /** Closes the connection. Doing it twice is fine. */
  close(): void {
    this.#end(null);
  }

  async #greet(): Promise<void> {
    const opened = new Promise<void>((resolve) => {
      this.#opened = resolve;
    });
    const failed = new Promise<never>((_, reject) => this.#waiting.set(0, { resolve: () => {}, reject }));
    failed.catch(() => {});
    this.#link.open();
    await Promise.race([opened, failed]);
    const { relay, onRelay, mode, peer, presence } = this.#options;
    if (this.#relay !== null) {
      if (relay !== undefined && relay !== this.#relay) throw new RelayIdentityError(this.#relay, relay);
      if (relay === undefined) await onRelay?.(this.#relay);
    }
    this.#waiting.delete(0);
    this.#welcome = await this.request('hello', {
      mode,
      ...(peer === undefined ? {} : { peer }),
      features: presence === true ? ['presence'] : [],
    });
  }

  async #data(kind: number, names: readonly string[], content: Uint8Array | string): Promise<number> {
    const bytes = typeof content === 'string' ? encoder.encode(content) : content;
    const encoded = names.map((name) => encoder.encode(name));
    const answer = await this.#await((id) => {
      const size = encoded.reduce((sum, { length }) => sum + 1 + length, 5 + bytes.length);
      const payload = new Uint8Array(size);
      payload[0] = kind | WITH_ID;
      new DataView(payload.buffer).setUint32(1, id);
      let at = 5;
      for (const name of encoded) {
        payload[at++] = name.length;
        payload.set(name, at);
        at += name.length;
      }
      payload.set(bytes, at);
      this.#link.send(payload);
    });
    return Number(answer.delivered);
  }

  #await(send: (id: number) => void): Promise<Control> {
    return new Promise((resolve, reject) => {
      if (this.#over) {
        reject(new RelayConnectionError('The connection to the relay is closed.'));
        return;
      }
      const id = this.#nextId;
      this.#nextId = id === 0xffff_ffff ? 1 : id + 1;
      this.#waiting.set(id, { resolve, reject });
      send(id);
    });
  }

  #control(message: Control): void {
    this.#link.send(encoder.encode(`\0${JSON.stringify(message)}`));
  }

  #take(payload: Uint8Array): void {
    const [kind] = payload;
    // Before the welcome a relay closes plain clients without a kind byte.
    if (kind === KIND.control || kind === 0x7b) this.#heard(payload.subarray(kind === KIND.control ? 1 : 0));
    else this.#message(payload);
  }

  #heard(text: Uint8Array): void {
    let message: Record<string, unknown>;
    try {
      message = JSON.parse(decoder.decode(text)) as Record<string, unknown>;
    } catch {
      return;
    }
    const { type, id, code } = message;
    const waiting = typeof id === 'number' ? this.#waiting.get(id) : undefined;
    if (waiting !== undefined && id !== 0) this.#waiting.delete(id as number);
    if (type === 'error') {
      const error = new RelayRefusedError(String(code), String(message.message));
      if (waiting !== undefined) waiting.reject(error);
      // Of a hello that could not be read, or the last word before the end.
      else if (this.#welcome.type === undefined) this.#end(error);
      else this.#options.onNotice?.(message);
    } else if (waiting !== undefined) {
      waiting.resolve(message);
    } else if (type === 'ping') {
      this.#control({ type: 'pong' });
    } else {
      this.#options.onNotice?.(message);
    }
  }

  #message(payload: Uint8Array): void {
    const kinds = ['', 'echo', 'room', 'direct', 'broadcast'] as const;
    const kind = kinds[payload[0] ?? 0];
    if (kind === undefined || kind === '' || this.#options.onMessage === undefined) return;
    let at = 1;
    const name = () => {
      const size = payload[at] ?? 0;
      at += 1 + size;
      return decoder.decode(payload.subarray(at - size, at));
    };
    const room = kind === 'room' ? name() : null;
    const from = kind === 'echo' ? null : name();
    this.#options.onMessage({ kind, room, from, payload: payload.subarray(at) });
  }

  /** @param tell whether `onClose` hears of it: not where whoever made the client does */
  #end(error: RelayClientError | null, tell = this.#welcome.type !== undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#link.close();
    this.#carrier.close();
    const why = error ?? new RelayConnectionError('The connection to the relay was closed.');
    for (const { reject } of this.#waiting.values()) reject(why);
    this.#waiting.clear();
    if (tell) this.#options.onClose?.(error);
  }
}
