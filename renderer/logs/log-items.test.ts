import { describe, expect, it, vi } from 'vitest';
import type { SourcedLogRecord } from '../../contract/log-record.ts';
import type { CrashRecord } from '../../contract/states.ts';
import {
  crashPlace,
  fieldsText,
  filterRecords,
  nearestPlace,
  toJsonLines,
  toText,
  withCrashes,
} from './log-items.ts';

const record = (time: number, change: Partial<SourcedLogRecord> = {}): SourcedLogRecord => ({
  seq: time,
  time,
  level: 'info',
  subsystem: 'clients',
  event: 'client_connected',
  message: 'A client connected',
  source: 'd',
  instance: 1,
  ...change,
});
const crash = (time: number): CrashRecord => ({
  time,
  cause: 'killed by signal SIGKILL',
  exitCode: null,
  signal: 'SIGKILL',
  uptimeMs: 1,
  stderr: [],
});
const times = (kept: readonly { readonly time: number }[]) => kept.map((one) => one.time);

describe('the lines of the log view', () => {
  it('are kept from a level on, where every word is found in any part', () => {
    const records = [
      record(1, { level: 'debug' }),
      record(2, { level: 'warn', fields: { nick: 'Ann' } }),
      record(3, { level: 'error' }),
      record(4),
    ];
    expect(filterRecords(records, 'debug', ' ')).toBe(records);
    expect(times(filterRecords(records, 'info', ''))).toEqual([2, 3, 4]);
    expect(times(filterRecords(records, 'warn', ''))).toEqual([2, 3]);
    expect(times(filterRecords(records, 'error', ''))).toEqual([3]);
    expect(times(filterRecords(records, 'debug', 'ann CLIENT_'))).toEqual([2]);
    expect(times(filterRecords(records, 'debug', 'ann nobody'))).toEqual([]);
    expect(times(filterRecords(records, 'error', 'connected'))).toEqual([3]);
    for (const word of ['clients', 'client_connected', 'a client', 'connected'])
      expect(filterRecords(records, 'debug', word)).toHaveLength(4);
    // A second time they are found as well.
    expect(times(filterRecords(records, 'debug', 'ann'))).toEqual([2]);
  });

  it('are read once a record, however often another filter looks for something', () => {
    const records = [record(1, { fields: { nick: 'ann' } }), record(2)];
    const written = vi.spyOn(JSON, 'stringify');
    for (const word of ['a', 'an', 'ann']) filterRecords(records, 'debug', word);
    expect(written).toHaveBeenCalledTimes(2);
    written.mockRestore();
    expect(filterRecords(records, 'debug', 'undefined')).toEqual([]);
  });

  it('show crashes between the records where they happened', () => {
    const items = withCrashes([record(10), record(20)], [crash(30), crash(15), crash(5), crash(31)]);
    expect(items.map((item) => [item.kind, item.time])).toEqual([
      ['crash', 5],
      ['record', 10],
      ['crash', 15],
      ['record', 20],
      ['crash', 30],
      ['crash', 31],
    ]);
    expect(new Set(items.map((item) => item.key)).size).toBe(items.length);
    // A record of the same moment was written before the process ended.
    expect(withCrashes([record(10)], [crash(10)]).map(({ kind }) => kind)).toEqual(['record', 'crash']);
    expect(withCrashes([record(1), record(1, { instance: 2 })], [crash(3), crash(3)])).toHaveLength(4);
  });

  it('have keys of their own, also for crashes of one moment and processes whose numbers begin anew', () => {
    const items = withCrashes(
      [record(1), record(1, { instance: 2 }), record(9)],
      [crash(3), crash(3), crash(20), crash(20)],
    );
    expect(new Set(items.map((item) => item.key)).size).toBe(7);
  });

  it('are found by the crash that is nearest to a time', () => {
    const items = withCrashes([record(10), record(20)], [crash(5), crash(15), crash(30)]);
    expect([null, 0, 9, 10, 14, 22, 23, 99].map((time) => crashPlace(items, time))).toEqual([
      4, 0, 0, 2, 2, 2, 4, 4,
    ]);
    expect(crashPlace(withCrashes([record(1)], []), null)).toBe(-1);
    expect(crashPlace([], 5)).toBe(-1);
  });

  it('are exported as text and as lines of JSON', () => {
    const fields = { nick: 'ann', reason: 'go away', empty: '', n: 3, none: null, on: false };
    const one = record(new Date(2026, 10, 20, 14, 3, 22, 7).getTime(), { fields });
    const told = 'nick=ann reason="go away" empty="" n=3 none=null on=false';
    expect(fieldsText(one)).toBe(told);
    expect(fieldsText(record(1))).toBe('');
    const line = `2026-11-20 14:03:22.007 INFO  d/clients client_connected: A client connected ${told}`;
    const error = { ...one, level: 'error', fields: undefined } as unknown as SourcedLogRecord;
    expect(toText([one, error])).toBe(
      `${line}\n2026-11-20 14:03:22.007 ERROR d/clients client_connected: A client connected\n`,
    );
    expect(toJsonLines([one, one])).toBe(`${JSON.stringify(one)}\n${JSON.stringify(one)}\n`);
  });
});

it('the line nearest to a time is found, a crash before a record of the same moment', () => {
  const items = withCrashes(
    [record(1, { time: 10 }), record(2, { time: 20 }), record(3, { time: 30 })],
    [crash(20)],
  );
  const found = (time: number) => items[nearestPlace(items, time)];
  expect([0, 14, 16, 24, 26, 99].map((time) => found(time)?.time)).toEqual([10, 10, 20, 20, 30, 30]);
  expect([16, 20, 24].map((time) => found(time)?.kind)).toEqual(['crash', 'crash', 'crash']);
  expect(nearestPlace([], 5)).toBe(-1);
});
