import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LogRecord } from '../../../contract/log-record.ts';
import { limits } from '../limits.ts';
import { openLogFile } from './log-file.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const record = (seq: number, message = `Message ${seq}`): LogRecord => ({
  time: 1_790_000_000_000 + seq,
  seq,
  level: 'info',
  subsystem: 'net',
  event: 'listening',
  message,
});

it('has a line of JSON for each record', async () => {
  const log = await openLogFile(folder, 'ircd', (error) => expect.unreachable(error.message));
  log.write(record(1));
  log.write({ ...record(2), level: 'error', fields: { port: 6667 } });
  await log.close();
  const lines = readFileSync(join(folder, 'ircd.log'), 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      level: 30,
      time: '2026-09-21T14:13:20.001Z',
      seq: 1,
      subsystem: 'net',
      event: 'listening',
      msg: 'Message 1',
    },
    expect.objectContaining({ level: 50, seq: 2, fields: { port: 6667 } }),
  ]);
});

it.runIf(process.platform === 'linux')(
  'on a full disk holds a bounded number of records, says so once, and closes all the same',
  async () => {
    symlinkSync('/dev/full', join(folder, 'ircd.log'));
    const errors: string[] = [];
    const log = await openLogFile(folder, 'ircd', (error) => errors.push(error.message));
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 20_000; i++) {
      log.write(record(i, 'x'.repeat(1_000)));
      if (i % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    collectGarbage();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(15_000_000);
    expect(errors).toEqual([expect.stringContaining('ENOSPC')]);
    const { depth, dropped, submitted, capacity } = log.queue;
    expect(depth).toBeLessThanOrEqual(capacity!);
    expect(depth + dropped!).toBe(submitted);
    await log.close();
    await log.close();
    expect(log.queue).toMatchObject({ depth: 0, dropped: submitted });
  },
);

it('counts the bytes that wait for the disk, and gives up what a closed file was not given', async () => {
  const log = await openLogFile(folder, 'ircd', (error) => expect.unreachable(error.message));
  log.write(record(1, 'ż'));
  log.write(record(2));
  const { depth, submitted, capacity } = log.queue;
  expect([depth, capacity]).toEqual([submitted, limits.logPendingBytes.default]);
  await log.close();
  expect(submitted).toBe(readFileSync(join(folder, 'ircd.log')).length);
  expect(log.queue).toMatchObject({ depth: 0, highWater: submitted, submitted, dropped: 0 });
  log.write(record(3));
  expect(log.queue.dropped).toBeGreaterThan(0);
  expect(log.queue).toMatchObject({ depth: 0, submitted: submitted + log.queue.dropped! });
});
