/** Attacks on the sealed sessions of the relay: more handshakes at once than anybody needs, and ten thousand that are not what they seem. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { RelayRefusedError } from '../../daemons/relay/client/errors.ts';
import { RelayLink } from '../../daemons/relay/client/relay-link.ts';
import type { SigningKey } from '../../daemons/relay/noise/crypto-suite.ts';
import { loadAead, nodeSuite } from '../../daemons/relay/noise/node-suite.ts';
import { frame } from './frame-client.ts';
import type { Scenario, Target } from './scenario.ts';

const suite = nodeSuite((await loadAead()).aead);
/** Shared, because what making one costs is not what is measured. */
const staticPair = suite.dhPair();

/** Changes the bytes that a client sends, which is called the nth. */
type Tamper = (bytes: Buffer, nth: number) => readonly Buffer[];
/** What a client sends, in order: the frame that asks for a session, two messages of the handshake, records. */
const FIRST_MESSAGE = 1;
const LAST_MESSAGE = 2;
const RECORD = 3;

const at =
  (which: number, change: (bytes: Buffer) => readonly Buffer[]): Tamper =>
  (bytes, nth) =>
    nth === which ? change(bytes) : [bytes];

function flipped(bytes: Buffer): readonly Buffer[] {
  const forged = Buffer.from(bytes);
  forged[forged.length - 1]! ^= 1;
  return [forged];
}

interface Harm {
  readonly tamper: Tamper;
  /** What the relay has to say. */
  readonly code: string;
  readonly identity?: (own: SigningKey) => SigningKey;
}

/** In every stage of a session. */
const HARMS: readonly Harm[] = [
  { tamper: at(FIRST_MESSAGE, () => [frame(Buffer.alloc(31, 9))]), code: 'handshake_failed' },
  { tamper: at(FIRST_MESSAGE, () => [frame(Buffer.alloc(32))]), code: 'handshake_failed' },
  { tamper: at(FIRST_MESSAGE, () => [Buffer.from([0xff, 0xff, 0xff, 0xff])]), code: 'handshake_failed' },
  { tamper: at(LAST_MESSAGE, flipped), code: 'handshake_failed' },
  { tamper: at(LAST_MESSAGE, () => [frame(Buffer.alloc(160))]), code: 'handshake_failed' },
  {
    tamper: (bytes) => [bytes],
    identity: ({ publicKey }) => ({ publicKey, sign: () => new Uint8Array(64) }),
    code: 'bad_identity',
  },
  { tamper: at(RECORD, flipped), code: 'bad_record' },
  { tamper: at(RECORD, (bytes) => [bytes, bytes]), code: 'bad_record' },
  { tamper: at(RECORD, (bytes) => [bytes.subarray(0, 8), bytes]), code: 'bad_record' },
  { tamper: at(RECORD, () => [Buffer.from([0, 1, 0, 0])]), code: 'bad_record' },
];

/** One client that asks for a session. */
class SealedClient {
  readonly socket: Socket;
  /** Why the relay ended it, by its own word; null where it said none. */
  code: string | null = null;
  readonly closed: Promise<void>;
  readonly #link: RelayLink;
  #sent = 0;

  constructor(port: number, address: string, identity: SigningKey, tamper: Tamper, onOpen: () => void) {
    const socket = connect({ host: '127.0.0.1', port, localAddress: address, noDelay: true });
    this.socket = socket;
    this.#link = new RelayLink(
      { suite, identity, staticPair },
      {
        send: (bytes) => {
          for (const part of tamper(Buffer.from(bytes), this.#sent++)) socket.write(part);
        },
        onOpen: () => {
          onOpen();
          this.#link.send(Buffer.from('hello'));
        },
        onFrame: (payload) => {
          if (payload[0] === 0x7b) this.code = (JSON.parse(Buffer.from(payload).toString()) as Said).code;
        },
        onFailure: (error) => {
          if (error instanceof RelayRefusedError) this.code = error.code;
        },
      },
    );
    socket.on('data', (bytes: Buffer) => this.#link.receive(bytes));
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => socket.on('close', () => resolve()));
  }

  begin(): void {
    this.#link.open();
  }
}

interface Said {
  readonly code: string;
}

const untilDeadline = ({ deadlineMs }: Target) =>
  new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, deadlineMs - performance.now())));

const signer = (index: number) => {
  const seed = Buffer.alloc(32);
  seed.writeUInt32BE(index);
  return suite.signingKey(seed);
};

/** So many clients of one address that are connected, and ask for a session in the same moment. */
function storm(count: number): Scenario['prepare'] {
  return async (target) => {
    let sealed = 0;
    const clients: SealedClient[] = [];
    for (let index = 0; index < count; index++) {
      const client = new SealedClient(
        target.port,
        '127.2.0.1',
        signer(index),
        (bytes) => [bytes],
        () => sealed++,
      );
      clients.push(client);
      await once(client.socket, 'connect');
    }
    return {
      async run() {
        for (const client of clients) client.begin();
        const over = untilDeadline(target);
        let timedOut = false;
        void over.then(() => {
          timedOut = true;
        });
        const settled = () => sealed + clients.filter(({ code }) => code !== null).length;
        while (settled() < count && !timedOut) await new Promise((resolve) => setTimeout(resolve, 20));
        target.note('sessions', sealed);
        target.note('refused', clients.filter(({ code }) => code !== null).length);
      },
      close() {
        for (const { socket } of clients) socket.destroy();
      },
    };
  };
}

/** So many who each do harm in one way, fifty at a time. */
function harms(count: number): Scenario['prepare'] {
  return async (target) => ({
    async run() {
      const ended = { 'ended as they should': 0, 'ended otherwise': 0 };
      let next = 0;
      const over = untilDeadline(target);
      const lane = async (_: unknown, number: number) => {
        const own = signer(number);
        while (next < count && performance.now() < target.deadlineMs) {
          const index = next++;
          const { tamper, code, identity = (key: SigningKey) => key } = HARMS[index % HARMS.length]!;
          const address = `127.1.${index % 50}.1`;
          const client = new SealedClient(target.port, address, identity(own), tamper, () => {});
          client.begin();
          await Promise.race([client.closed, over]);
          ended[client.code === code ? 'ended as they should' : 'ended otherwise']++;
          client.socket.destroy();
        }
      };
      await Promise.all(Array.from({ length: 50 }, lane));
      for (const [name, value] of Object.entries(ended)) target.note(name, value);
    },
    close: () => {},
  });
}

export const relaySealedScenarios: readonly Scenario[] = [
  {
    id: 'relay-handshakes',
    title: '2,000 clients of one address ask for a sealed session at once',
    daemon: 'relay',
    limitMs: 30_000,
    prepare: storm(2_000),
  },
  {
    id: 'relay-sealed-hostile',
    title: '10,000 clients whose handshake or sealed frames are forged, repeated, cut off or too long',
    daemon: 'relay',
    memory: true,
    limitMs: 60_000,
    prepare: harms(10_000),
  },
];
