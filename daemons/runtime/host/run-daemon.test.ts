import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { BytePipe } from '../../../contract/byte-stream.ts';
import type { FromDaemon } from '../../../contract/link/from-daemon.ts';
import type { StreamPurpose } from '../../../contract/link/stream-messages.ts';
import { NO_PEERS } from '../../../contract/link/test-introduction.ts';
import type { ToDaemon } from '../../../contract/link/to-daemon.ts';
import { logRecordSchema } from '../../../contract/log-record.ts';
import { decodeFrame } from '../../../contract/metric-frame.ts';
import { ByteChannel } from '../../../kit/byte-channel.ts';
import { linkPipe, webSocketPipe } from './byte-pipes.ts';

const entry = join(import.meta.dirname, 'test-fixtures/echo-daemon.ts');
const actor = { name: 'tester', from: 'cli', role: 'admin' } as const;

let dir: string;
let child: ChildProcess;
let inbox: FromDaemon[];
const waiting: (() => void)[] = [];
let exited: Promise<number | null>;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'signalbox-runtime-'));
  inbox = [];
  child = fork(entry, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  child.on('message', (message) => {
    inbox.push(message as FromDaemon);
    for (const wake of waiting.splice(0)) wake();
  });
  exited = new Promise((resolve) => {
    child.on('exit', resolve);
  });
});

afterEach(async () => {
  child.kill('SIGKILL');
  await exited;
  rmSync(dir, { recursive: true, force: true });
});

async function next<Type extends FromDaemon['type']>(
  type: Type,
  match: (message: Extract<FromDaemon, { type: Type }>) => boolean = () => true,
): Promise<Extract<FromDaemon, { type: Type }>> {
  for (;;) {
    const found = inbox.find(
      (message): message is Extract<FromDaemon, { type: Type }> =>
        message.type === type && match(message as Extract<FromDaemon, { type: Type }>),
    );
    if (found !== undefined) return found;
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
}

function send(message: ToDaemon): void {
  child.send(message);
}

async function start(config: unknown = {}): Promise<void> {
  await next('hello');
  send({ type: 'init', config, dataDir: dir, logDir: dir, instance: 3, ...NO_PEERS });
}

async function reply(requestId: number) {
  return (await next('reply', (message) => message.requestId === requestId)).outcome;
}

it('shakes hands, answers commands and drains to exit code 0', async () => {
  await start({ greeting: 'hi' });
  expect((await next('ready')).listeners).toEqual([
    { kind: 'tcp', protocol: 'echo', host: '127.0.0.1', port: 7, tls: false },
  ]);
  send({ type: 'command', requestId: 1, name: 'say', args: { text: 'you' }, timeoutMs: 5_000, actor });
  expect(await reply(1)).toEqual({ ok: true, result: { text: 'hi you' } });
  send({ type: 'impact', requestId: 2, name: '$stop', args: {} });
  expect(await reply(2)).toEqual({ ok: true, result: 'ends the echo' });
  send({ type: 'ping', seq: 9 });
  expect((await next('pong')).seq).toBe(9);
  expect((await next('summary')).summary.values).toBeInstanceOf(Float64Array);
  send({ type: 'stop', deadlineMs: 1_000 });
  expect(await exited).toBe(0);
});

it('says again what it measures when it is asked', async () => {
  await start();
  const { catalog } = await next('ready');
  send({ type: 'catalog?' });
  expect((await next('catalog')).catalog).toEqual(catalog);
});

it('refuses bad arguments and unknown commands with a stable code', async () => {
  await start();
  await next('ready');
  send({ type: 'command', requestId: 1, name: 'say', args: { text: 5 }, timeoutMs: 5_000, actor });
  send({ type: 'command', requestId: 2, name: 'constructor', args: {}, timeoutMs: 5_000, actor });
  expect(await reply(1)).toMatchObject({ ok: false, error: { code: 'bad_request' } });
  expect(await reply(2)).toMatchObject({ ok: false, error: { code: 'unknown_command' } });
});

it('ends a command at its deadline and on cancel', async () => {
  await start();
  await next('ready');
  send({ type: 'command', requestId: 1, name: 'hang', args: {}, timeoutMs: 50, actor });
  send({ type: 'command', requestId: 2, name: 'hang', args: {}, timeoutMs: 60_000, actor });
  send({ type: 'cancel', requestId: 2 });
  expect(await reply(1)).toMatchObject({ ok: false, error: { code: 'timeout' } });
  expect(await reply(2)).toMatchObject({ ok: false, error: { code: 'cancelled' } });
});

it('names the cause when it cannot be initialised', async () => {
  await start({ refuse: true });
  expect((await next('failed')).error).toMatchObject({
    code: 'address_in_use',
    message: 'The address is taken.',
  });
  expect(await exited).toBe(1);
});

it('refuses a bad configuration at start and keeps the last good one on reload', async () => {
  await start({ greeting: 'hi' });
  await next('ready');
  send({ type: 'reload', step: 'begin', requestId: 1, config: { greeting: 5 } });
  expect(await reply(1)).toMatchObject({ ok: false, error: { code: 'config_invalid' } });
  send({ type: 'command', requestId: 2, name: 'say', args: { text: 'you' }, timeoutMs: 5_000, actor });
  expect(await reply(2)).toEqual({ ok: true, result: { text: 'hi you' } });
  send({ type: 'reload', step: 'commit', requestId: 3 });
  expect(await reply(3)).toMatchObject({ ok: false, error: { code: 'conflict' } });
  send({ type: 'reload', step: 'begin', requestId: 4, config: { greeting: 'hey' } });
  expect(await reply(4)).toEqual({ ok: true, result: { held: [] } });
  send({ type: 'command', requestId: 5, name: 'say', args: { text: 'you' }, timeoutMs: 5_000, actor });
  expect(await reply(5)).toEqual({ ok: true, result: { text: 'hi you' } });
  send({ type: 'reload', step: 'commit', requestId: 6 });
  expect(await reply(6)).toEqual({
    ok: true,
    result: { applied: ['greeting'], restartRequired: [], warnings: [] },
  });
});

it('says what a start would say without starting, and ends', async () => {
  await next('hello');
  send({ type: 'check', config: { greeting: 5 }, dataDir: dir });
  expect((await next('checked')).outcome).toMatchObject({ ok: false, error: { code: 'config_invalid' } });
  expect(await exited).toBe(0);
});

it('masks secrets in the log that leaves the process and in the file', async () => {
  await start();
  await next('ready');
  send({
    type: 'command',
    requestId: 1,
    name: 'say',
    args: { text: 'x', token: 'hunter2' },
    timeoutMs: 5_000,
    actor,
  });
  const saidIn = (records: readonly unknown[]) =>
    records.map((record) => logRecordSchema.parse(record)).find(({ event }) => event === 'said');
  const { records } = await next('logs', (message) => saidIn(message.records) !== undefined);
  expect(saidIn(records)).toMatchObject({ event: 'said', fields: { token: '[redacted]' } });
  send({ type: 'stop', deadlineMs: 1_000 });
  await exited;
  expect(readFileSync(join(dir, 'echo.log'), 'utf8')).not.toContain('hunter2');
});

it('goes on when nobody reads its output any more', async () => {
  await start();
  await next('ready');
  child.stderr?.destroy();
  for (const requestId of [1, 2, 3]) {
    send({ type: 'command', requestId, name: 'print', args: {}, timeoutMs: 30_000, actor });
    expect(await reply(requestId)).toEqual({ ok: true, result: { text: 'printed' } });
  }
});

it('ends by itself when main goes away', async () => {
  await start();
  await next('ready');
  child.disconnect();
  expect(await exited).toBe(0);
});

it('says of a stream that it has ended where its socket was lost on the way', async () => {
  await start();
  await next('ready');
  const upgrade = { headers: {}, head: new Uint8Array() };
  send({ type: 'stream-open', streamId: 9, transport: 'socket', purpose: 'watch', role: 'admin', upgrade });
  expect(await next('stream-close')).toMatchObject({ streamId: 9 });
});

/** A server that hands the socket of every WebSocket to the daemon, as main does. */
async function handingOver(purpose: StreamPurpose): Promise<Server> {
  const server: Server = createServer();
  server.on('upgrade', (request, socket, head) => {
    const headers = Object.fromEntries(Object.entries(request.headers).map(([k, v]) => [k, String(v)]));
    // The socket's handle goes to the child; this process keeps nothing of it.
    child.send(
      {
        type: 'stream-open',
        streamId: 1,
        transport: 'socket',
        purpose,
        role: 'admin',
        upgrade: { headers, head: new Uint8Array(head) },
      },
      socket as never,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

it('takes a browser socket over from main and streams frames with credits, logs and tables', async () => {
  await start();
  await next('ready');
  const server = await handingOver('watch');
  const texts: { type: string; [key: string]: unknown }[] = [];
  const frames: number[] = [];
  let acknowledge = false;
  let wake = () => {};
  const openWindow = () => {
    const { port } = server.address() as AddressInfo;
    const webSocket = new WebSocket(`ws://127.0.0.1:${port}/stream/echo`);
    webSocket.binaryType = 'arraybuffer';
    webSocket.on('message', (data, isBinary) => {
      if (isBinary) {
        const frame = decodeFrame(data as ArrayBuffer);
        if (frame === null) throw new Error('not a frame');
        frames.push(frame.seq);
        if (acknowledge) webSocket.send(JSON.stringify({ type: 'ack', seq: frame.seq }));
      } else {
        texts.push(JSON.parse(String(data)));
      }
      wake();
    });
    return webSocket;
  };
  const until = async (done: () => boolean) => {
    while (!done()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const first = openWindow();
  await until(() => texts.length > 0);
  expect(texts[0]).toMatchObject({ type: 'hello', source: 'echo', instance: 3 });

  // What is no JSON costs the window that sent it, nobody else.
  first.send('not json{');
  send({ type: 'command', requestId: 1, name: 'say', args: { text: 'x' }, timeoutMs: 5_000, actor });
  await new Promise((resolve) => first.once('close', resolve));
  await reply(1);

  texts.length = 0;
  const second = openWindow();
  await until(() => texts.length > 0);
  second.send(JSON.stringify({ type: 'logs', follow: true, afterSeq: 0 }));
  second.send(JSON.stringify({ type: 'watch', table: 'calls', on: true }));
  await until(() => texts.some(({ type }) => type === 'logs') && texts.some(({ type }) => type === 'rows'));
  // Two frames come without an acknowledgement, more with the credit given back.
  second.send(JSON.stringify({ type: 'rate', hz: 10 }));
  await until(() => frames.length === 2);
  acknowledge = true;
  second.send(JSON.stringify({ type: 'ack', seq: 2 }));
  await until(() => frames.length >= 4);
  expect(frames.slice(0, 4)).toEqual([1, 2, 3, 4]);
  second.terminate();
  server.close();
});

/** Sends a file and reads what comes back. */
async function thereAndBack(pipe: BytePipe, file: Uint8Array): Promise<Buffer> {
  const channel = new ByteChannel(pipe, true);
  channel.open({ name: 'file', size: file.length });
  const sending = channel.write(file).then(() => channel.end());
  expect(await channel.opened).toEqual({ name: '', size: file.length });
  const pieces: Uint8Array[] = [];
  for await (const piece of channel) pieces.push(piece);
  await sending;
  return Buffer.concat(pieces);
}

const file = new Uint8Array(3_000_000).map((_, index) => (index * 7) % 251);

it('takes a file over a socket that main handed over, and sends one back', async () => {
  await start();
  await next('ready');
  const server = await handingOver('bytes');
  const { port } = server.address() as AddressInfo;
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/bytes/echo`);
  await once(webSocket, 'open');
  expect(Buffer.compare(await thereAndBack(webSocketPipe(webSocket), file), file)).toBe(0);
  expect(await next('stream-close')).toMatchObject({ streamId: 1 });
  server.close();
});

it('takes a file over the link where main relays it, and sends one back', async () => {
  await start();
  await next('ready');
  send({ type: 'stream-open', streamId: 4, transport: 'link', purpose: 'bytes', role: 'admin' });
  const pipe = linkPipe(
    (data) => send({ type: 'stream-data', streamId: 4, data }),
    () => send({ type: 'stream-close', streamId: 4 }),
  );
  child.on('message', (message: FromDaemon) => {
    if (message.type === 'stream-data') pipe.deliver(message.data);
  });
  expect(Buffer.compare(await thereAndBack(pipe, file), file)).toBe(0);
});
