import { expect, test } from 'vitest';
import type { CommandDescription } from '../../contract/manifest.ts';
import { formatDateTime } from '../format/times.ts';
import { fieldsOf, tableOf } from './result-values.ts';

const command: CommandDescription = {
  name: 'client',
  summary: '',
  danger: 'safe',
  access: 'read',
  args: { type: 'object', properties: {} },
  result: 'json',
  columns: [
    { key: 'nick', title: 'Nick', type: 'text' },
    { key: 'since', title: 'Connected', type: 'time' },
    { key: 'idle', title: 'Idle', type: 'seconds' },
    { key: 'bytes_in', title: 'In', type: 'bytes' },
    { key: 'gone', title: 'Not in the result', type: 'text' },
  ],
  rowActions: [],
  confirmArg: null,
  unrecorded: 'run',
  timeoutMs: 1,
};

test('the details of a client have titles, times and units instead of raw JSON', () => {
  const since = Date.UTC(2026, 9, 25, 12);
  const result = {
    away: null,
    bytes_in: 2048,
    idle: 90,
    nick: 'ada',
    since,
    rooms: ['a', 'b'],
    realName: 'Ada',
  };
  expect(fieldsOf(command, result)).toEqual([
    { name: 'Nick', text: 'ada' },
    { name: 'Connected', text: formatDateTime(since) },
    { name: 'Idle', text: '90 s' },
    { name: 'In', text: '2 KiB' },
    { name: 'Away', text: '' },
    { name: 'Rooms', text: 'a, b' },
    { name: 'Real name', text: 'Ada' },
  ]);
});

test('what is no object of fields stays as it is', () => {
  expect(fieldsOf(command, [1, 2])).toBeNull();
  expect(fieldsOf(command, {})).toBeNull();
  expect(fieldsOf({ ...command, result: 'table' }, { rows: [] })).toBeNull();
  expect(tableOf(command, { rows: [] })).toBeNull();
});
