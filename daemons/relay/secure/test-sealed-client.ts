/** A client in a sealed session over a real socket, for the tests beside it: the client library's link under the usual questions. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { RelayClientError } from '../client/errors.ts';
import { RelayLink } from '../client/relay-link.ts';
import type { RekeyRules } from '../noise/records.ts';
import { type Control, TEST_SUITE } from '../test-relay.ts';

/** What a client does otherwise than usual. */
export interface SealedOptions {
  readonly address?: string;
  readonly rekey?: RekeyRules;
  /** Whether it claims an identity that it has no key of. */
  readonly forged?: boolean;
}

export class SealedClient {
  readonly socket: Socket;
  readonly link: RelayLink;
  /** What the relay proved to be. */
  relay: string | null = null;
  failure: RelayClientError | null = null;
  closed = false;
  readonly #frames: Buffer[] = [];
  readonly #waiting: (() => void)[] = [];
  #open = false;

  private constructor(socket: Socket, seed: number, { rekey, forged = false }: SealedOptions) {
    this.socket = socket;
    const own = TEST_SUITE.signingKey(new Uint8Array(32).fill(seed));
    this.link = new RelayLink(
      {
        suite: TEST_SUITE,
        identity: forged ? { ...own, sign: () => new Uint8Array(64) } : own,
        ...(rekey === undefined ? {} : { rekey }),
      },
      {
        send: (bytes) => socket.write(Buffer.from(bytes)),
        onOpen: (relay) => {
          this.relay = relay;
          this.#open = true;
          this.#wake();
        },
        onFrame: (payload) => {
          this.#frames.push(Buffer.from(payload));
          this.#wake();
        },
        onFailure: (error) => {
          this.failure = error;
          this.#wake();
        },
      },
    );
    socket.on('data', (chunk: Buffer) => this.link.receive(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      this.#wake();
    });
  }

  /** @param seed stands for the identity */
  static async connect(port: number, seed = 1, options: SealedOptions = {}): Promise<SealedClient> {
    const socket = connect({
      host: '127.0.0.1',
      port,
      localAddress: options.address ?? '127.0.0.1',
      noDelay: true,
    });
    const client = new SealedClient(socket, seed, options);
    await once(socket, 'connect');
    client.link.open();
    await client.#until(() => client.#open);
    return client;
  }

  send(payload: Uint8Array | string): void {
    this.link.send(Buffer.from(payload as string));
  }

  /** The next payload; null when the connection has ended. */
  async next(): Promise<Buffer | null> {
    await this.#until(() => this.#frames.length > 0);
    return this.#frames.shift() ?? null;
  }

  async message(): Promise<Control | null> {
    const payload = await this.next();
    return payload === null
      ? null
      : (JSON.parse(payload.toString('utf8', payload[0] === 0 ? 1 : 0)) as Control);
  }

  ask(message: Control): Promise<Control | null> {
    this.send(`\0${JSON.stringify(message)}`);
    return this.message();
  }

  async ended(): Promise<void> {
    if (!this.closed) await once(this.socket, 'close');
  }

  close(): void {
    this.socket.destroy();
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds() && !this.closed && this.failure === null)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const waiting of this.#waiting.splice(0)) waiting();
  }
}
