/** What a thread tells of the frames of a client, and what the state has of it: the same as where it takes them apart itself. */
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { limits } from '../../../runtime/limits.ts';
import { WebSocketInput } from '../../../runtime/net/websocket-input.ts';
import { clientFrame } from '../../../runtime/test-fixtures/client-frame.ts';
import { FrameReporter, FrameReports, writeReport } from './frame-report.ts';
import { MESSAGE_BYTES } from './records.ts';

const CLOSE = 8;
const PING = 9;

const open: { clear(): void }[] = [];

afterEach(() => {
  for (const one of open.splice(0)) one.clear();
});

/** The library tells of a mistake when the write is over. */
const told = () => new Promise((resolve) => setImmediate(resolve));

/** Both ends of one client, and what the state has got so far. */
function ends() {
  const broken: [number, string][] = [];
  const reports = new FrameReports((code, reason) => broken.push([code, reason]));
  const got = { lines: '', frames: 0, idleFrames: 0, pings: [] as string[], read: 0, sizes: [] as number[] };
  const reporter = new FrameReporter((report) => {
    got.sizes.push(report.length);
    got.read += reports.sizeOf(report);
    got.lines += reports.feed(report).toString('latin1');
    got.frames += reports.frames;
    got.idleFrames += reports.idleFrames;
    if (reports.ping !== null) got.pings.push(String(reports.ping));
  });
  open.push(reporter);
  return { reporter, reports, got, broken };
}

test('however it is cut, the state has of a stream what it had if it took the frames apart itself', () => {
  const frame = fc.oneof(
    fc.string({ maxLength: 300 }).map((text) => clientFrame(1, text)),
    fc.string({ maxLength: 100 }).map((text) => clientFrame(PING, text)),
    fc.constant(Buffer.concat([clientFrame(1, 'in ', { fin: false }), clientFrame(0, 'pieces')])),
    fc.constant(clientFrame(CLOSE, Buffer.from([3, 0xe9]))),
  );
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }),
      (frames, cuts) => {
        const { reporter, reports, got } = ends();
        const own = new WebSocketInput(() => {});
        open.push(own);
        const wanted = { lines: '', frames: 0, idleFrames: 0, pings: [] as string[], read: 0 };
        const bytes = Buffer.concat(frames);
        for (let at = 0, cut = 0; at < bytes.length; cut++) {
          const part = bytes.subarray(at, at + cuts[cut % cuts.length]!);
          at += part.length;
          wanted.lines += own.feed(Buffer.from(part)).toString('latin1');
          wanted.frames += own.frames;
          wanted.idleFrames += own.idleFrames;
          if (own.ping !== null) wanted.pings.push(String(own.ping));
          wanted.read += part.length;
          reporter.read(Buffer.from(part));
          expect([reports.heldBytes, reports.closeCode]).toEqual([own.heldBytes, own.closeCode]);
        }
        const { sizes, ...same } = got;
        expect(same).toEqual(wanted);
      },
    ),
  );
});

test('what a ping asks to have back stays when the next report is read into the same memory', () => {
  const { reporter } = ends();
  const reports = new FrameReports(() => {});
  const memory = Buffer.alloc(MESSAGE_BYTES);
  const direct = new FrameReporter((report) => {
    report.copy(memory);
    reports.feed(memory.subarray(0, report.length));
  });
  open.push(direct);
  direct.read(clientFrame(PING, 'mine'));
  const { ping } = reports;
  memory.fill(0);
  expect(String(ping)).toBe('mine');
  reporter.clear();
});

test('a read of many lines comes in reports that fit a message, with its figures once and at the end', () => {
  const { reporter, got, reports } = ends();
  const lines = Array.from({ length: 900 }, (_, index) => `line ${index} ${'x'.repeat(80)}`);
  const bytes = Buffer.concat([
    ...lines.map((line) => clientFrame(1, line)),
    clientFrame(PING, 'answer me'),
    clientFrame(CLOSE, Buffer.from([3, 0xe8])),
  ]);
  reporter.read(bytes);
  expect(got.lines).toBe(`${lines.join('\n')}\n`);
  expect([got.frames, got.idleFrames, got.pings, got.read]).toEqual([901, 1, ['answer me'], bytes.length]);
  expect(reports.closeCode).toBe(1000);
  expect(got.sizes.length).toBeGreaterThan(3);
  // With the three words of its record.
  expect(Math.max(...got.sizes)).toBeLessThanOrEqual(MESSAGE_BYTES - 12);
});

test('frames that cannot be read are told with code and reason, once, and what came before is not told again', async () => {
  const { reporter, got, broken } = ends();
  const bytes = Buffer.concat([clientFrame(1, 'good'), clientFrame(PING, 'x'), clientFrame(3, 'bad')]);
  const late = clientFrame(1, 'late');
  reporter.read(bytes);
  await told();
  reporter.read(late);
  await told();
  expect(broken).toEqual([[1002, 'Invalid WebSocket frame: invalid opcode 3']]);
  expect([got.lines, got.frames, got.idleFrames, got.pings]).toEqual(['good\n', 2, 1, ['x']]);
  expect(got.read).toBe(bytes.length + late.length);
});

test('a message that is too large is', async () => {
  const { reporter, broken } = ends();
  reporter.read(clientFrame(1, 'x'.repeat(limits.webSocketMessageBytes.default + 1)));
  await told();
  expect(broken).toEqual([[1009, 'Max payload size exceeded']]);
});

test('once cleared the state takes no lines any more, and holds nothing', () => {
  const { reporter, reports, got } = ends();
  reporter.read(clientFrame(1, 'half', { fin: false }));
  expect(reports.heldBytes).toBeGreaterThan(0);
  reports.clear();
  expect(reports.heldBytes).toBe(0);
  reporter.read(clientFrame(0, ' and half'));
  expect([got.lines, reports.heldBytes]).toEqual(['', 0]);
});

test('a reporter that is cleared tells of nothing but what was read', () => {
  const { reporter, got } = ends();
  reporter.clear();
  reporter.read(clientFrame(1, 'unheard'));
  expect([got.lines, got.frames, got.read]).toEqual(['', 0, clientFrame(1, 'unheard').length]);
});

test('a report without a ping, a goodbye or a reason is read as one', () => {
  const reports = new FrameReports(() => {
    throw new Error('nothing is broken');
  });
  const lines = reports.feed(
    writeReport({
      read: 70_000,
      heldBytes: 5,
      frames: 2,
      idleFrames: 0,
      ping: null,
      closeCode: null,
      broken: null,
      lines: Buffer.from('a\nb\n'),
    }),
  );
  expect([String(lines), reports.ping, reports.closeCode, reports.heldBytes]).toEqual([
    'a\nb\n',
    null,
    null,
    5,
  ]);
});
