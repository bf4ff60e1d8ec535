/** An engine over a folder of objects, and clients of it, as tests speak to it. For tests only. */

import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, connect as netConnect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../../kit/clock.ts';
import { MetricRegistry } from '../../runtime/telemetry/metric-registry.ts';
import { defaultLimits } from '../limits.ts';
import { objectsMetrics, ServingMetrics } from '../metrics.ts';
import { DescriptorReceiver } from '../native/descriptor-receiver.ts';
import { loadNative, type Native } from '../native/native-calls.ts';
import { descriptorOf, waitReadable } from '../native/socket-calls.ts';
import type { StoreSettings } from '../store/object-store.ts';
import { testStore } from '../store/test-store.ts';
import type { ConnectionTerms, EngineSettings } from './engine.ts';
import { ServingEngine, type ServingEngineOptions } from './serving-engine.ts';

/** What a test may set. */
export interface TestEngineOptions extends Pick<ServingEngineOptions, 'planOf' | 'module'> {
  readonly native?: Native | null;
  readonly terms?: Partial<ConnectionTerms>;
  readonly settings?: Partial<EngineSettings>;
  readonly limits?: Partial<EngineSettings['limits']>;
  readonly clock?: Clock;
  readonly store?: Partial<StoreSettings>;
  readonly tcp?: boolean;
}

/** An engine that accepts. All of it is gone after the test. */
export async function testEngine(options: TestEngineOptions = {}) {
  const { native = loadNative(), clock = systemClock, tcp = false } = options;
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-engine-'));
  const root = join(folder, 'root');
  mkdirSync(root);
  const registry = new MetricRegistry('objects', objectsMetrics);
  const store = await testStore(root, {
    entries: 64,
    native: native?.files ?? null,
    maxObjectBytes: 10_000_000,
    ...options.store,
    clock,
  });
  const closed: number[] = [];
  const refused: string[] = [];
  const defects: unknown[] = [];
  const said: string[] = [];
  const settings: EngineSettings = {
    limits: { ...defaultLimits(), ...options.limits },
    access: [],
    writable: ['test'],
    createOnFdpass: false,
    pools: { model: 'async', fdpassThreads: 0, spliceThreads: 0 },
    ...options.settings,
  };
  const engine = new ServingEngine({
    ...options,
    reader: store.reader,
    writes: store,
    shared: store.shared,
    cacheEntries: 64,
    native,
    nativeReason: native === null ? 'a test has none' : '',
    metrics: new ServingMetrics(registry),
    registry,
    settings,
    clock,
    events: {
      onClosed: (client) => closed.push(client),
      onChanged: () => {},
      // Who it was is this process.
      onRefused: (_client, why) => refused.push(why.replace(/^uid \d+, gid \d+, pid \d+: /, '')),
    },
    log: {
      info: (event, text) => void said.push(`${event}: ${text}`),
      warn: (event, text) => void said.push(`${event}: ${text}`),
      error: (event, text) => void said.push(`${event}: ${text}`),
    },
    onDefect: (error) => defects.push(error),
  });
  engine.instrument(registry);
  let clients = 0;
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    engine.adopt(socket, {
      client: ++clients,
      address: tcp ? '127.0.0.1' : 'unix:',
      listener: 'test',
      transport: tcp ? 'tcp' : 'unix',
      dialect: 'programs',
      writable: false,
      tokenDigest: null,
      certificate: null,
      tls: null,
      ...options.terms,
    });
  });
  const path = join(folder, 'socket');
  await once(tcp ? server.listen(0, '127.0.0.1') : server.listen(path), 'listening');
  const open: Socket[] = [];
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    await engine.close();
    await store.close();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });
  const address = server.address();
  return {
    engine,
    store,
    registry,
    closed,
    refused,
    defects,
    said,
    root,
    settings,
    /** Writes an object. */
    put(uri: string, content: string | Buffer): void {
      mkdirSync(dirname(join(root, uri)), { recursive: true });
      writeFileSync(join(root, uri), content);
    },
    /** An object of zeros that takes no space. */
    putSparse(uri: string, bytes: number): void {
      writeFileSync(join(root, uri), '');
      truncateSync(join(root, uri), bytes);
    },
    /** Files of the store that this process has open. */
    openObjects: () => openBelow(root),
    async connect(): Promise<Socket> {
      const socket =
        typeof address === 'object' && address !== null
          ? netConnect(address.port, '127.0.0.1')
          : netConnect(path);
      open.push(socket);
      // A server that breaks off may reset it, which its end tells.
      socket.on('error', () => {});
      // What is for recvmsg must not be read by Node; who reads by Node resumes.
      socket.pause();
      await once(socket, 'connect');
      return socket;
    },
  };
}

function openBelow(folder: string): string[] {
  const found: string[] = [];
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      if (path.startsWith(`${folder}/`) && !path.endsWith('/.signalbox-tmp'))
        found.push(path.slice(folder.length + 1));
    } catch {
      // It was that of the listing.
    }
  }
  return found.sort();
}

/** What Node has read from a socket and no test has taken. */
class Input {
  #bytes = Buffer.alloc(0);
  #ended = false;
  #wake = () => {};

  constructor(socket: Socket) {
    socket.on('data', (bytes: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, bytes]);
      this.#wake();
    });
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
    this.#ended = socket.destroyed;
  }

  async take(count: number): Promise<Buffer> {
    while (this.#bytes.length < count && !this.#ended)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }
}

const inputs = new WeakMap<Socket, Input>();

/** Reads from a socket until so many bytes have come, or the other side has ended. */
export function readBytes(socket: Socket, count: number): Promise<Buffer> {
  let input = inputs.get(socket);
  if (input === undefined) {
    input = new Input(socket);
    inputs.set(socket, input);
  }
  socket.resume();
  return input.take(count);
}

/** Reads until the other side has ended. */
export const readAll = (socket: Socket): Promise<Buffer> => readBytes(socket, Number.POSITIVE_INFINITY);

/** Receives bytes with the descriptors that come with them, until so many descriptors or the end. */
export async function receiveDescriptors(
  socket: Socket,
  count: number,
): Promise<{ bytes: Buffer; descriptors: number[] }> {
  const native = loadNative()!;
  const receiver = new DescriptorReceiver(native.libc);
  const fd = descriptorOf(socket);
  const pieces: Buffer[] = [];
  const descriptors: number[] = [];
  while (descriptors.length < count) {
    await waitReadable(native.libc, fd, 60_000);
    const { byteLength, descriptors: more } = receiver.receive(fd);
    if (byteLength === 0) break;
    if (byteLength < 0) continue;
    pieces.push(Buffer.from(receiver.bytes.subarray(0, byteLength)));
    descriptors.push(...more);
  }
  return { bytes: Buffer.concat(pieces), descriptors };
}
