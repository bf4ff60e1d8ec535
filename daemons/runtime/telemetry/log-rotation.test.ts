/** What becomes of full log files, and of records that no file takes. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LogLevel, LogRecord } from '../../../contract/log-record.ts';
import { limits } from '../limits.ts';
import { openLogFile } from './log-file.ts';

let dir: string;
let errors: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'signalbox-rotation-'));
  errors = [];
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(dir, { recursive: true, force: true });
});

const record = (message: string, level: LogLevel = 'info'): LogRecord => ({
  time: 0,
  seq: 1,
  level,
  subsystem: 's',
  event: 'e',
  message,
});
const open = () => openLogFile(dir, 'demo', (error) => errors.push(error.message));
const read = (name: string) => readFileSync(join(dir, name), 'utf8');
async function soon(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

it('sets a file aside that was full when it was opened, moves the older ones on and keeps three', async () => {
  writeFileSync(join(dir, 'demo.log'), 'x'.repeat(limits.logFileBytes.default - 1));
  for (const n of [1, 2, 3]) writeFileSync(join(dir, `demo.log.${n}`), `older ${n}`);
  const log = await open();
  log.write(record('one'));
  await soon(() => read('demo.log.1').includes('one'));
  await soon(() => readdirSync(dir).includes('demo.log'));
  // Until the next file is open, records go to the one that was set aside.
  await soon(() => {
    log.write(record('two'));
    return read('demo.log').includes('two');
  });
  await log.close();
  expect(readdirSync(dir).sort()).toEqual(['demo.log', 'demo.log.1', 'demo.log.2', 'demo.log.3']);
  expect([read('demo.log.2'), read('demo.log.3')]).toEqual(['older 1', 'older 2']);
  expect(errors).toEqual([]);
});

it('goes on with a file that has room', async () => {
  writeFileSync(join(dir, 'demo.log'), 'x'.repeat(1_000));
  const log = await open();
  log.write(record('one'));
  await soon(() => read('demo.log').includes('one'));
  await log.close();
  expect(readdirSync(dir)).toEqual(['demo.log']);
});

it('says that it cannot set a file aside, and goes on with it', async () => {
  writeFileSync(join(dir, 'demo.log'), 'x'.repeat(limits.logFileBytes.default));
  mkdirSync(join(dir, 'demo.log.1', 'in-the-way'), { recursive: true });
  mkdirSync(join(dir, 'demo.log.2', 'in-the-way'), { recursive: true });
  mkdirSync(join(dir, 'demo.log.3', 'in-the-way'), { recursive: true });
  const log = await open();
  log.write(record('one'));
  await soon(() => errors.length > 0);
  expect(errors[0]).toMatch(/ENOTEMPTY|EEXIST/);
  log.write(record('two'));
  await log.close();
  expect(read('demo.log')).toMatch(/one[\s\S]*two/);
});

it('gives each level the number by which log viewers know it', async () => {
  const log = await open();
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log.write(record('', level));
  await log.close();
  const lines = read('demo.log').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).level)).toEqual([20, 30, 40, 50]);
});

it('says where records are missing, how many, before the first that was written again', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  mkdirSync(join(dir, 'demo.log'));
  const log = await open();
  for (const message of ['a', 'b', 'c']) log.write(record(message));
  expect(errors).toHaveLength(1);
  vi.advanceTimersByTime(limits.logRetryMs.default - 1);
  rmSync(join(dir, 'demo.log'), { recursive: true });
  log.write(record('too early'));
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(readdirSync(dir)).toEqual([]);
  vi.advanceTimersByTime(1);
  log.write(record('brings the attempt'));
  await soon(() => readdirSync(dir).length > 0);
  await soon(() => read('demo.log') !== '');
  log.write(record('kept'));
  await log.close();
  const lines = read('demo.log')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    {
      level: 40,
      seq: 0,
      subsystem: 'log',
      event: 'records_lost',
      msg: '5 records before this one are missing: the file could not be written',
    },
    { msg: 'kept' },
  ]);
});

it('drops records when more wait for the file than may, counts them and says so when it goes on', async () => {
  const log = await open();
  const line = 'x'.repeat(100_000);
  // All in one turn: nothing is written meanwhile.
  for (let n = 0; n < 30; n++) log.write(record(line));
  await soon(() => /records before this one are missing/.test(read('demo.log')));
  await log.close();
  const written = read('demo.log').match(/x{100000}/g)?.length ?? 0;
  const [, lost] = /"msg":"(\d+) records before/.exec(read('demo.log')) ?? [];
  expect(written + Number(lost)).toBe(30);
  expect(written * line.length).toBeLessThanOrEqual(limits.logPendingBytes.default * 1.2);
});

it('opens no file any more once it is closed', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  mkdirSync(join(dir, 'demo.log'));
  const log = await open();
  await log.close();
  rmSync(join(dir, 'demo.log'), { recursive: true });
  vi.advanceTimersByTime(limits.logRetryMs.default * 2);
  log.write(record('late'));
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(readdirSync(dir)).toEqual([]);
});
