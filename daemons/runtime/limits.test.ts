/** What the limits say of themselves and of each other: names have their units, and what a reason promises is so. */
import { expect, it } from 'vitest';
import { byteMessageSchema } from '../../contract/byte-stream.ts';
import { limits as kitLimits } from '../../kit/limits.ts';
import { limits } from './limits.ts';

/** Units of the ends of names; what has none of these is counted. */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/Ms$/, 'milliseconds'],
  [/Seconds$/, 'seconds'],
  [/Days$/, 'days'],
  [/Bytes$/, 'bytes'],
  [/(Characters|Chars)$/, 'characters'],
  [/Share$/, 'ratio'],
];

it.each(Object.entries({ ...limits, ...kitLimits }))(
  '%s has the unit that its name says, and a reason',
  (name, limit) => {
    expect(limit.unit).toBe(UNITS.find(([end]) => end.test(name))?.[1] ?? 'count');
    expect(limit.default).toBeGreaterThan(0);
    expect(limit.reason).toMatch(/^[A-Z].{20,}\.$/s);
  },
);

const of = (name: keyof typeof limits): number => limits[name].default;

it('keeps some 40 MB of logs on the disk for each process', () => {
  expect(of('logFileBytes') * (of('logFilesKept') + 1)).toBe(40_000_000);
});

it('finds a window that is gone within 45 s, and the place of one that stalls sooner', () => {
  // Two pings may stay unanswered; at the time of the third it is cut off.
  expect(of('streamPingMs') * 3).toBe(45_000);
  expect(of('streamStalledMs')).toBeLessThan(45_000);
  expect(of('streamCloseMs')).toBeLessThan(of('streamPingMs'));
});

it('lets a window have two batches of logs of usual length unread, and all of them no more than 64 MiB', () => {
  expect(of('streamUnreadBytes')).toBeGreaterThanOrEqual(2 * of('logBatchRecords') * 200);
  expect(of('streamUnreadBytes')).toBeLessThan(3 * of('logBatchRecords') * 200);
  expect(of('streamUnreadTotalBytes')).toBe(64 << 20);
  // So all windows that are served at once may be behind, each by all that it may, four times over.
  expect(of('streamSubscribers') * of('streamUnreadBytes') * 4).toBe(of('streamUnreadTotalBytes'));
});

it('keeps four batches of logs for windows that come later', () => {
  expect(of('logRingRecords')).toBe(4 * of('logBatchRecords'));
});

it('has room for the series of every instrument with a few metrics, and stays below a thousand', () => {
  expect(of('instrumentSeries')).toBe(of('instruments') * 6);
  expect(of('instrumentSeries')).toBeLessThan(1_000);
  expect(of('instrumentLabels') * of('instrumentLabelCharacters')).toBe(256);
});

it('reports tasks four times a second, and gives up a wish after a minute', () => {
  expect(1_000 / of('taskReportMs')).toBe(4);
  expect(of('wishAnswerMs')).toBe(60_000);
  expect(of('deedAnswerMs')).toBe(2_000);
});

it('tries to save bans again after a second at first, and every minute in the end', () => {
  expect([of('banRetryBaseMs'), of('banRetryMaxMs')]).toEqual([1_000, 60_000]);
});

it('shares a turn among clients: ten slices a turn, a burst of many turns, and a network more than a client', () => {
  expect(of('workTurnMs') / of('workSliceMs')).toBe(10);
  expect(of('workClientBurstMs')).toBe(25 * of('workTurnMs'));
  expect(of('workNetworkBurstMs')).toBe(2 * of('workClientBurstMs'));
  expect(of('workNetworkShare')).toBe(2.5 * of('workClientShare'));
  expect(of('workNetworkLightMs')).toBe(5 * of('workClientLightMs'));
  expect(of('workClientLightMs')).toBe(of('workTurnMs') / 2);
  expect(of('readLateMs')).toBe(of('workTurnMs') / 2);
  // All that one client owes at most is made up for before a window or a heartbeat gives up.
  expect(of('workMaxWaitMs')).toBe(10_000);
  expect(of('workNetworks')).toBe(of('throttleAddresses'));
});

it('never lets what one client may open take all that the server holds', () => {
  expect(of('maxPerAddress')).toBeLessThan(of('maxConnections') / 10);
  expect(of('throttleBurst')).toBeLessThan(of('maxPerAddress'));
  expect(of('lingeringRefusals')).toBe(of('maxPerAddress'));
  expect(of('maxConnections')).toBe(10_000);
});

it('moves a file in pieces of which many are under way, each within what may be said beside its bytes', () => {
  const { byteWindowBytes, byteCreditBytes, byteChunkBytes } = kitLimits;
  expect(byteWindowBytes.default / byteChunkBytes.default).toBe(16);
  expect(byteCreditBytes.default / byteWindowBytes.default).toBe(8);
  const piece = { type: 'bytes', data: new Uint8Array(byteChunkBytes.default) };
  expect(byteMessageSchema.safeParse(piece).success).toBe(true);
});
