import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ToWindow } from '../../../contract/stream.ts';
import { StreamSubscriber } from './stream-subscriber.ts';

const values = Float64Array.of(1, 2);
const catalog = (revision: number) => ({ revision, metrics: [] });

let sent: ToWindow[];
let bytes: number;
let subscriber: StreamSubscriber;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  [sent, bytes] = [[], 100];
  subscriber = new StreamSubscriber(
    {
      send(message) {
        sent.push(message);
        return bytes;
      },
      onMessage() {},
      onClose() {},
      close() {},
    },
    'viewer',
  );
});
afterEach(() => {
  vi.useRealTimers();
});

const offer = (revision = 1) => subscriber.offerFrame(5, catalog(revision), values);
const rows = () =>
  subscriber.sendUnread((ticket) => ({ type: 'rows', ticket, table: 't', time: 0, rows: [], total: 0 }));
const tickets = () => sent.flatMap((message) => (message.type === 'rows' ? [message.ticket] : []));

it('begins as one that wants nothing and knows the first catalog', () => {
  expect(subscriber).toMatchObject({
    role: 'viewer',
    hz: 0,
    catalogRevision: 1,
    followLogs: false,
    logSeq: 0,
    logsSent: false,
    framePending: false,
    unreadBytes: 0,
    hasRoom: true,
    behindSince: null,
    offeredAt: 0,
  });
  // No registry has it: the first frame is news.
  expect(subscriber.revision).toBe(-1);
});

it('says what a frame holds before the first that holds something else, and counts both', () => {
  expect(offer(1)).toBe(100);
  expect(offer(2)).toBe(200);
  expect(sent).toEqual([
    { type: 'frame', frame: { seq: 1, time: 5, skipped: 0, revision: 1, values } },
    { type: 'catalog', catalog: catalog(2) },
    { type: 'frame', frame: { seq: 2, time: 5, skipped: 0, revision: 2, values } },
  ]);
  expect(subscriber.catalogRevision).toBe(2);
});

it('sends two frames on credit, leaves one pending, and counts those that it overwrites', () => {
  offer();
  offer();
  expect([offer(), subscriber.framePending, sent.length]).toEqual([0, true, 2]);
  expect([offer(), offer()]).toEqual([0, 0]);
  subscriber.acknowledge(1);
  expect(offer()).toBe(100);
  expect(subscriber.framePending).toBe(false);
  expect(sent.at(-1)).toMatchObject({ frame: { seq: 3, skipped: 2 } });
});

it('gives credit for frames that were sent, once, and for those before them', () => {
  offer();
  offer();
  subscriber.acknowledge(3);
  expect(offer()).toBe(0);
  subscriber.acknowledge(2);
  subscriber.acknowledge(1);
  expect([offer(), offer(), offer()]).toEqual([100, 100, 0]);
});

it('has room until as much is unread as may be, and again when its tickets come back', () => {
  bytes = 131_072;
  rows();
  expect([subscriber.unreadBytes, subscriber.hasRoom]).toEqual([131_072, true]);
  bytes = 131_071;
  rows();
  expect(subscriber.hasRoom).toBe(true);
  bytes = 1;
  rows();
  expect([tickets(), subscriber.unreadBytes, subscriber.hasRoom]).toEqual([[1, 2, 3], 262_144, false]);
  subscriber.took(0);
  expect(subscriber.hasRoom).toBe(false);
  subscriber.took(2);
  expect([subscriber.unreadBytes, subscriber.hasRoom]).toEqual([1, true]);
  subscriber.took(99);
  subscriber.took(99);
  expect(subscriber.unreadBytes).toBe(0);
});

it('is behind from the first thing that it has not acknowledged, or from the last that it has', () => {
  vi.advanceTimersByTime(1_000);
  const start = performance.now();
  offer();
  vi.advanceTimersByTime(10);
  rows();
  expect(subscriber.behindSince).toBe(start);
  vi.advanceTimersByTime(10);
  subscriber.acknowledge(1);
  expect(subscriber.behindSince).toBe(start + 20);
  vi.advanceTimersByTime(10);
  // Nothing of it was there to be taken.
  subscriber.took(0);
  subscriber.acknowledge(1);
  expect(subscriber.behindSince).toBe(start + 20);
  subscriber.took(1);
  expect(subscriber.behindSince).toBeNull();
  vi.advanceTimersByTime(10);
  rows();
  expect(subscriber.behindSince).toBe(start + 40);
  rows();
  vi.advanceTimersByTime(10);
  subscriber.took(1);
  expect(subscriber.behindSince).toBe(start + 40);
  subscriber.took(2);
  expect(subscriber.behindSince).toBe(start + 50);
});
