import { describe, expect, it } from 'vitest';
import type { SourcedLogRecord } from '../../contract/log-record.ts';
import type { CrashRecord } from '../../contract/states.ts';
import { crashPlace, fieldsText, filterRecords, toJsonLines, toText, withCrashes } from './log-items.ts';

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

describe('the lines of the log view', () => {
  it('are kept from a level on, where every word is found in any part', () => {
    const records = [
      record(1),
      record(2, { level: 'warn', fields: { nick: 'Ann' } }),
      record(3, { level: 'error' }),
    ];
    expect(filterRecords(records, 'debug', '')).toBe(records);
    expect(filterRecords(records, 'warn', '').map((one) => one.time)).toEqual([2, 3]);
    expect(filterRecords(records, 'debug', 'ann CLIENT_').map((one) => one.time)).toEqual([2]);
  });

  it('show crashes between the records where they happened', () => {
    const items = withCrashes([record(10), record(20)], [crash(30), crash(15), crash(5)]);
    expect(items.map((item) => [item.kind, item.time])).toEqual([
      ['crash', 5],
      ['record', 10],
      ['crash', 15],
      ['record', 20],
      ['crash', 30],
    ]);
    expect(new Set(items.map((item) => item.key)).size).toBe(items.length);
    expect(crashPlace(items, null)).toBe(4);
    expect(crashPlace(items, 14)).toBe(2);
    expect(crashPlace(withCrashes([record(1)], []), null)).toBe(-1);
  });

  it('are exported as text and as lines of JSON', () => {
    const one = record(1, { fields: { nick: 'ann', reason: 'go away', n: 3, none: null } });
    expect(fieldsText(one)).toBe('nick=ann reason="go away" n=3 none=null');
    expect(toText([one])).toMatch(/INFO {2}d\/clients client_connected: A client connected nick=ann .*\n$/);
    expect(JSON.parse(toJsonLines([one]).trim())).toEqual(one);
  });
});
