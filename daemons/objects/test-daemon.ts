/** An object server in this process with a folder of its own, and a client that speaks bytes. For tests only. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { placeText } from '../../contract/listen-place.ts';
import type { LogRecord } from '../../contract/log-record.ts';
import { DaemonHost } from '../runtime/host/daemon-host.ts';
import { objectsDaemon } from './daemon.ts';
import { readMetadata } from './protocol/metadata.ts';

/** What a daemon asks of main, which grants all. */
const OUTSIDE: Parameters<DaemonHost<never, never>['start']>[0]['outside'] = {
  listenersChanged() {},
  requestLifecycle: () => Promise.resolve({ ok: true, result: null }),
  beginDeed: () => ({ mayRun: true, deed: { unwritten: null, end() {} } }),
};

/** An answer of version 1 in the dialect of programs. */
export interface PlainAnswer {
  readonly status: number;
  readonly content: string;
  readonly error: string | undefined;
  readonly sizeBytes: number | undefined;
}

/** A running server. */
export class TestDaemon {
  readonly dataDir: string;
  readonly root: string;
  readonly host: DaemonHost<typeof objectsDaemon.manifest.config, never, never>;
  readonly records: LogRecord[] = [];
  #drained = false;

  private constructor(dataDir: string) {
    this.dataDir = dataDir;
    this.root = join(dataDir, 'store');
    this.host = new DaemonHost(objectsDaemon) as unknown as TestDaemon['host'];
    this.host.logger.addSink({ write: (record) => void this.records.push(record), close: async () => {} });
  }

  /** Starts one that ends with the test, without threads of its own where the settings name no model. @param files what its store has, by URI */
  static async start(config: object = {}, files: Readonly<Record<string, string>> = {}): Promise<TestDaemon> {
    const dataDir = mkdtempSync(join(tmpdir(), 'objects-'));
    const daemon = new TestDaemon(dataDir);
    for (const [uri, text] of Object.entries(files)) {
      mkdirSync(dirname(join(daemon.root, uri)), { recursive: true });
      writeFileSync(join(daemon.root, uri), text);
    }
    onTestFinished(async () => {
      await daemon.drain();
      await daemon.host.close();
      rmSync(dataDir, { recursive: true });
    });
    await daemon.host.start({
      config: { concurrency_model: 'async', ...config },
      dataDir,
      instance: 1,
      outside: OUTSIDE,
    });
    return daemon;
  }

  async drain(deadline: AbortSignal = AbortSignal.abort()): Promise<void> {
    if (this.#drained) return;
    this.#drained = true;
    await this.host.running?.drain(deadline);
  }

  /** Where it listens. */
  get places(): readonly string[] {
    return this.host.running?.listeners().map(placeText) ?? [];
  }

  run(command: string, args: object = {}): Promise<unknown> {
    const actor = { name: 'eve', from: 'cli', role: 'admin' } as const;
    return this.host.runCommand(command, args, { signal: new AbortController().signal, actor });
  }

  impact(command: string, args: object = {}): string | null | Promise<string | null> {
    return this.host.impactOf(command, args);
  }

  /** What the log says of an event. */
  said(event: string): readonly string[] {
    return this.records.filter((record) => record.event === event).map(({ message }) => message);
  }

  /** A client of a listener, by its index. */
  async client(index = 0): Promise<TestClient> {
    const listener = this.host.running!.listeners()[index]!;
    const socket = 'path' in listener ? connect(listener.path) : connect(listener.port, listener.host);
    await once(socket, 'connect');
    return new TestClient(socket);
  }
}

/** A client that speaks version 1 in the dialect of programs. */
export class TestClient {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  #bytes = Buffer.alloc(0);
  #wake = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    this.closed = once(socket, 'close');
    // What it says may meet the end of the connection.
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, bytes]);
      this.#wake();
    });
    socket.on('close', () => this.#wake());
    onTestFinished(() => void socket.destroy());
  }

  /** Sends a request and waits for its answer. @param mode the digit */
  async ask(mode: string, uri: string): Promise<PlainAnswer> {
    this.send(mode, uri);
    return await this.answer();
  }

  send(mode: string, uri: string): void {
    const name = Buffer.from(uri);
    const head = Buffer.from([mode.charCodeAt(0), name.length >> 8, name.length & 0xff]);
    this.socket.write(Buffer.concat([head, name]));
  }

  async answer(): Promise<PlainAnswer> {
    const head = await this.#take(11);
    const metadata = await this.#take(head.readUInt16BE(9));
    const { errorText, sizeBytes } = readMetadata(metadata, 0, metadata.length) ?? {};
    const content = await this.#take(Number(head.readBigUInt64BE(1)));
    return { status: head[0]!, content: content.toString(), error: errorText, sizeBytes };
  }

  async #take(bytes: number): Promise<Buffer> {
    while (this.#bytes.length < bytes) {
      if (this.socket.closed) throw new Error(`closed after ${this.#bytes.length} of ${bytes} bytes`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const taken = this.#bytes.subarray(0, bytes);
    this.#bytes = this.#bytes.subarray(bytes);
    return taken;
  }
}
