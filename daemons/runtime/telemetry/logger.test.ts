import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { limits } from '../limits.ts';
import { openLogFile } from './log-file.ts';
import { Logger, redactFields } from './logger.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'signalbox-log-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('keeps a bounded number of records, the newest', () => {
  const logger = new Logger();
  const log = logger.child('test');
  for (let i = 1; i <= limits.logRingRecords.default * 3; i++) log.info('tick', `message ${i}`);
  const records = logger.after(0);
  expect(records.length).toBeGreaterThanOrEqual(limits.logRingRecords.default);
  expect(records.length).toBeLessThanOrEqual(limits.logRingRecords.default * 1.25);
  expect(records.at(-1)?.message).toBe(`message ${limits.logRingRecords.default * 3}`);
});

it('hands out what is newer than a sequence number', () => {
  const logger = new Logger();
  for (let i = 0; i < 10; i++) logger.log('info', 'test', 'tick', `m${i}`);
  expect(logger.after(7).map((record) => record.seq)).toEqual([8, 9, 10]);
  expect(logger.after(10)).toEqual([]);
});

it('drops what is below its level and cuts long messages', () => {
  const logger = new Logger('warn');
  logger.log('info', 'test', 'quiet', 'x');
  logger.log('error', 'test', 'loud', 'y'.repeat(limits.logMessageCharacters.default * 2));
  const records = logger.after(0);
  expect(records).toHaveLength(1);
  expect(records[0]?.message.length).toBeLessThan(limits.logMessageCharacters.default + 20);
});

it('masks fields that are secret by name and leaves the caller’s object alone', () => {
  const fields = { password: 'a', oper_pass: 'b', accessToken: 'c', nick: 'alice' };
  expect(redactFields(fields)).toEqual({
    password: '[redacted]',
    oper_pass: '[redacted]',
    accessToken: '[redacted]',
    nick: 'alice',
  });
  expect(fields.password).toBe('a');
});

it('writes JSON lines to a file and sets it aside when it is full', async () => {
  const errors: Error[] = [];
  const sink = await openLogFile(dir, 'demo', (error) => errors.push(error));
  const logger = new Logger();
  logger.addSink(sink);
  const log = logger.child('test');
  const filler = 'x'.repeat(limits.logMessageCharacters.default);
  const count = Math.ceil(limits.logFileBytes.default / filler.length);
  const onDisk = () => readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
  // A file is given no more at once than may wait for it.
  const atOnce = Math.floor(limits.logPendingBytes.default / 2 / filler.length);
  for (let i = 0; i < count; i++) {
    log.info('fill', filler);
    if (i % atOnce === 0) await vi.waitFor(() => expect(onDisk()).toBeGreaterThan(i * filler.length));
  }
  await vi.waitFor(() => expect(readdirSync(dir)).toContain('demo.log.1'));
  log.info('last', 'the end');
  await logger.close();
  expect(errors).toEqual([]);
  expect(readdirSync(dir).sort()).toEqual(['demo.log', 'demo.log.1']);
  // Until the next file is open, records go to the one that was set aside.
  const written = ['demo.log.1', 'demo.log'].map((file) => readFileSync(join(dir, file), 'utf8')).join('');
  const lines = written.trim().split('\n');
  expect(lines).toHaveLength(count + 1);
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ event: 'last', msg: 'the end' });
});

it('keeps logs for their owner alone, those of an older version too', async () => {
  const before = process.umask(0);
  try {
    writeFileSync(join(dir, 'demo.log'), '', { mode: 0o644 });
    const sink = await openLogFile(dir, 'demo', () => {});
    await sink.close();
    const fresh = await openLogFile(join(dir, 'logs'), 'fresh', () => {});
    await fresh.close();
  } finally {
    process.umask(before);
  }
  const mode = (path: string) => statSync(join(dir, path)).mode & 0o777;
  expect([mode('demo.log'), mode('logs'), mode('logs/fresh.log')]).toEqual([0o600, 0o700, 0o600]);
});

it('goes on where a log file cannot be opened, and writes again when it can', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const errors: Error[] = [];
    mkdirSync(join(dir, 'demo.log'));
    const logger = new Logger();
    logger.addSink(await openLogFile(dir, 'demo', (error) => errors.push(error)));
    logger.log('info', 'test', 'lost', 'while it is a folder');
    expect(errors).toHaveLength(1);
    rmdirSync(join(dir, 'demo.log'));
    vi.advanceTimersByTime(limits.logRetryMs.default);
    logger.log('info', 'test', 'lost', 'brings the next attempt');
    await vi.waitFor(() => expect(readdirSync(dir)).toContain('demo.log'));
    await vi.waitFor(() => {
      logger.log('info', 'test', 'kept', 'again');
      expect(readFileSync(join(dir, 'demo.log'), 'utf8')).toContain('again');
    });
    await logger.close();
    expect(readFileSync(join(dir, 'demo.log'), 'utf8')).toMatch(/^[^\n]*records_lost[^\n]*2 records/);
  } finally {
    vi.useRealTimers();
  }
});
