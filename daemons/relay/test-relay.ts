/** A relay in this process and clients on real sockets, for the tests beside it. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changedSettings } from '../runtime/host/changed-settings.ts';
import { carryOut } from '../runtime/net/listener-change.ts';
import { Logger } from '../runtime/telemetry/logger.ts';
import { MetricRegistry } from '../runtime/telemetry/metric-registry.ts';
import { adminCommands } from './admin/admin-commands.ts';
import { type RelayConfig, relayConfig } from './config.ts';
import { prepareRelay } from './daemon.ts';
import { RelayMetrics, relayMetrics } from './metrics.ts';
import { BanList } from './net/ban-list.ts';
import type { TurnLengths } from './net/relay-turns.ts';
import { loadAead, nodeSuite } from './noise/node-suite.ts';
import { FrameDecoder } from './protocol/frame-decoder.ts';
import { RelayServer } from './relay-server.ts';
import { KnownPeers } from './secure/known-peers.ts';

/** The cryptography of this process. */
export const TEST_SUITE = nodeSuite((await loadAead()).aead);

export type Control = Record<string, unknown>;

/** The length, then the payload. */
export function framed(payload: Uint8Array | string): Buffer {
  const bytes = Buffer.from(payload as string);
  const frame = Buffer.allocUnsafe(4 + bytes.length);
  frame.writeUInt32BE(bytes.length);
  bytes.copy(frame, 4);
  return frame;
}

/** The payload of a data frame: kind, names behind their lengths, then the content. */
export function dataPayload(kind: number, names: readonly string[], content: string, id?: number): Buffer {
  const parts: Buffer[] = [Buffer.from([id === undefined ? kind : kind | 0x10])];
  if (id !== undefined) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(id);
    parts.push(bytes);
  }
  for (const name of names) {
    const bytes = Buffer.from(name);
    parts.push(Buffer.from([bytes.length]), bytes);
  }
  return Buffer.concat([...parts, Buffer.from(content)]);
}

/** A client as somebody would write one from docs/relay-protocol.md. */
export class TestClient {
  readonly socket: Socket;
  readonly #frames: Buffer[] = [];
  readonly #waiting: ((payload: Buffer | null) => void)[] = [];
  closed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    const decoder = new FrameDecoder(
      {
        onFrame: (source, start, end) => {
          const payload = source.subarray(start + 4, end);
          const waiting = this.#waiting.shift();
          if (waiting === undefined) this.#frames.push(payload);
          else waiting(payload);
          return true;
        },
        onOversized: () => socket.destroy(),
      },
      { max_frame_bytes: 64 << 20 },
    );
    socket.on('data', (chunk: Buffer) => decoder.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      for (const waiting of this.#waiting.splice(0)) waiting(null);
    });
  }

  /** Frames that arrived and were not asked for yet. */
  get buffered(): number {
    return this.#frames.length;
  }

  send(payload: Uint8Array | string): void {
    this.socket.write(framed(payload));
  }

  control(message: Control): void {
    this.send(`\0${JSON.stringify(message)}`);
  }

  /** The next payload; null when the connection has ended. */
  next(): Promise<Buffer | null> {
    const ready = this.#frames.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.closed) return Promise.resolve(null);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async text(): Promise<string | null> {
    return (await this.next())?.toString('latin1') ?? null;
  }

  /** The next control frame, with or without a kind byte. */
  async message(): Promise<Control | null> {
    const payload = await this.next();
    if (payload === null) return null;
    return JSON.parse(payload.toString('utf8', payload[0] === 0 ? 1 : 0)) as Control;
  }

  /** Sends a control frame and takes the next frame as its answer. */
  ask(message: Control): Promise<Control | null> {
    this.control(message);
    return this.message();
  }

  async ended(): Promise<void> {
    if (!this.closed) await once(this.socket, 'close');
  }

  close(): void {
    this.socket.destroy();
  }
}

export class TestRelay {
  readonly server: RelayServer;
  readonly registry: MetricRegistry;
  readonly metrics: RelayMetrics;
  readonly bans: BanList;
  readonly known: KnownPeers;
  readonly commands: ReturnType<typeof adminCommands>;
  readonly dataDir: string;
  readonly clients: TestClient[] = [];
  #config: RelayConfig;

  constructor(
    server: RelayServer,
    registry: MetricRegistry,
    metrics: RelayMetrics,
    bans: BanList,
    dir: string,
    config: RelayConfig,
    known: KnownPeers,
  ) {
    this.server = server;
    this.registry = registry;
    this.metrics = metrics;
    this.bans = bans;
    this.dataDir = dir;
    this.#config = config;
    this.known = known;
    this.commands = adminCommands(server, bans, known, async () => {
      server.door.takeIdentity(TEST_SUITE.signingKey(new Uint8Array(32).fill(18)));
    });
  }

  static async start(config: Record<string, unknown> = {}, turns: TurnLengths = {}): Promise<TestRelay> {
    const registry = new MetricRegistry('relay', relayMetrics);
    const metrics = new RelayMetrics(registry);
    const dataDir = await mkdtemp(join(tmpdir(), 'relay-test-'));
    const bans = await BanList.open(dataDir, { info() {}, error() {} });
    const parsed = parse(config);
    const known = await KnownPeers.open(dataDir, parsed, { error() {} });
    const server = await RelayServer.start({
      config: parsed,
      ...(await prepareRelay(parsed, { warn: () => {} })),
      metrics,
      bans,
      known,
      suite: TEST_SUITE,
      identity: TEST_SUITE.signingKey(new Uint8Array(32).fill(17)),
      log: new Logger('error').child('relay'),
      onChanged: () => {},
      turns,
    });
    return new TestRelay(server, registry, metrics, bans, dataDir, parsed, known);
  }

  get port(): number {
    return this.server.listeners()[0]!.port;
  }

  /** As the runtime does it for a relay that stands alone. */
  async reload(config: Record<string, unknown>) {
    const parsed = parse(config);
    const { credentials } = await prepareRelay(parsed, { warn: () => {} });
    const { listeners, commit } = await this.server.reload(parsed, credentials);
    const facts = await carryOut(listeners, commit);
    const outcome = changedSettings(this.#config, parsed, facts);
    this.#config = parsed;
    return outcome;
  }

  /** @param address of the client; every address of 127.0.0.0/8 will do */
  async connect(port = this.port, address = '127.0.0.1'): Promise<TestClient> {
    const socket = connect({ host: '127.0.0.1', port, localAddress: address, noDelay: true });
    const client = new TestClient(socket);
    this.clients.push(client);
    await once(socket, 'connect');
    return client;
  }

  /** A client that said hello. */
  async greet(
    mode: string,
    peer?: string,
    features: readonly string[] = [],
    address?: string,
  ): Promise<TestClient> {
    const client = await this.connect(this.port, address);
    const welcome = await client.ask({
      type: 'hello',
      mode,
      features,
      ...(peer === undefined ? {} : { peer }),
    });
    if (welcome?.type !== 'welcome') throw new Error(`not welcome: ${JSON.stringify(welcome)}`);
    return client;
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.close();
    await this.server.drain('test is over', AbortSignal.timeout(2_000));
    await this.known.close();
    await rm(this.dataDir, { recursive: true });
  }
}

function parse(config: Record<string, unknown>) {
  return relayConfig.parse({ listen: [{ host: '127.0.0.1', port: 0 }], close_flush_ms: 500, ...config });
}
