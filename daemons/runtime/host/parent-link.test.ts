import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FromDaemon } from '../../../contract/link/from-daemon.ts';
import type { PortLike } from '../telemetry/message-port.ts';
import { openParentLink, type Transferred } from './parent-link.ts';
import { FakeParent } from './test-fixtures/fake-parent.ts';

const pong: FromDaemon = { type: 'pong', seq: 1 };

afterEach(() => {
  vi.restoreAllMocks();
});

it('under Electron is the parent port, with the port that came beside a message', async () => {
  const parent = new FakeParent();
  parent.install();
  try {
    const link = openParentLink()!;
    const heard: [unknown, Transferred][] = [];
    const closed = vi.fn();
    link.onMessage((message, transferred) => heard.push([message, transferred]));
    link.onClose(closed);
    link.send(pong);
    // It does not tell what becomes of it.
    expect(link.outbox).toBeNull();
    expect(parent.sent).toEqual([pong]);
    const port = new EventEmitter() as unknown as PortLike;
    parent.sayRaw('bare');
    parent.sayRaw('with', [port]);
    expect(heard).toEqual([
      ['bare', null],
      ['with', { port }],
    ]);
    let flushed = false;
    const flush = link.flush().then(() => {
      flushed = true;
    });
    await Promise.resolve();
    // What was posted leaves with the turn.
    expect(flushed).toBe(false);
    await flush;
    parent.leave();
    expect(closed).toHaveBeenCalledOnce();
  } finally {
    parent.remove();
  }
});

/** This process as one that was forked: its channel is the test's. */
let sent: { readonly message: unknown; readonly left: () => void }[];
let connected: boolean;
const channel = ['send', 'connected'] as const;
const before = channel.map((name) => Object.getOwnPropertyDescriptor(process, name));

function beForked(isForked: boolean): void {
  const send = (message: unknown, _handle: unknown, _options: unknown, left: () => void) => {
    sent.push({ message, left });
    return true;
  };
  Object.defineProperty(process, 'send', { value: isForked ? send : undefined, configurable: true });
  Object.defineProperty(process, 'connected', { get: () => connected, configurable: true });
}
beforeEach(() => {
  sent = [];
  connected = true;
});
afterEach(() => {
  channel.forEach((name, at) => {
    const descriptor = before[at];
    if (descriptor === undefined) Reflect.deleteProperty(process, name);
    else Object.defineProperty(process, name, descriptor);
  });
});

it('is none where nobody started the process as a daemon', () => {
  beForked(false);
  expect(openParentLink()).toBeNull();
});

it('of a fork carries messages both ways, with the socket that came beside one', () => {
  beForked(true);
  const listeners = new Map<string, (...args: unknown[]) => void>();
  vi.spyOn(process, 'on').mockImplementation(((event: string, listener: () => void) => {
    listeners.set(event, listener);
    return process;
  }) as typeof process.on);
  const link = openParentLink()!;
  const heard: [unknown, Transferred][] = [];
  const closed = vi.fn();
  link.onMessage((message, transferred) => heard.push([message, transferred]));
  link.onClose(closed);
  const socket = new EventEmitter() as unknown as Duplex;
  listeners.get('message')?.('bare', undefined);
  listeners.get('message')?.('null', null);
  listeners.get('message')?.('with', socket);
  expect(heard).toEqual([
    ['bare', null],
    ['null', null],
    ['with', { socket }],
  ]);
  listeners.get('disconnect')?.();
  expect(closed).toHaveBeenCalledOnce();
  link.send(pong);
  expect(sent.map(({ message }) => message)).toEqual([pong]);
});

it('of a fork is flushed when the last message has left, and at once where none is on its way', async () => {
  beForked(true);
  const link = openParentLink()!;
  await link.flush();
  link.send(pong);
  link.send(pong);
  let flushed = false;
  const flush = link.flush().then(() => {
    flushed = true;
  });
  sent[0]!.left();
  await new Promise((resolve) => setImmediate(resolve));
  expect(flushed).toBe(false);
  sent[1]!.left();
  await flush;
});

it('of a fork sends nothing, and waits for nothing, once main is gone', async () => {
  beForked(true);
  const link = openParentLink()!;
  link.send(pong);
  connected = false;
  link.send(pong);
  expect(sent).toHaveLength(1);
  await link.flush();
});

it('of a fork counts the messages that are on their way', () => {
  beForked(true);
  const { outbox, send } = openParentLink()!;
  for (let n = 0; n < 3; n++) send(pong);
  for (const { left } of sent.slice(0, 2)) left();
  send(pong);
  expect(outbox).toEqual({ depth: 2, highWater: 3, submitted: 4 });
  connected = false;
  send(pong);
  expect(outbox?.submitted).toBe(4);
});
