import { expect, test } from 'vitest';
import type { CommandDescription } from '../../contract/manifest.ts';
import { formatDateTime } from '../format/times.ts';
import { fieldsOf, jsonOf, tableOf, textOf } from './result-values.ts';

const command: CommandDescription = {
  name: 'client',
  summary: '',
  sentence: null,
  reads: false,
  danger: 'safe',
  access: 'read',
  args: { type: 'object', properties: {} },
  result: 'json',
  saves: null,
  columns: [
    { key: 'nick', title: 'Nick', type: 'text' },
    { key: 'since', title: 'Connected', type: 'time' },
    { key: 'idle', title: 'Idle', type: 'seconds' },
    { key: 'bytes_in', title: 'In', type: 'bytes' },
    { key: 'gone', title: 'Not in the result', type: 'text' },
  ],
  rowActions: [],
  effects: [],
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

test('a table has the declared columns, else those of its first row, and a place for what is missing', () => {
  const rows = [{ nick: 'ada', idle: 2, rooms: ['a', 'b'], more: { x: 1 } }, 'odd', { nick: 'eve' }];
  const declared = { ...command, result: 'table', columns: command.columns.slice(0, 1) } as const;
  expect(tableOf(declared, { rows })).toEqual({
    columns: [{ key: 'nick', title: 'Nick', type: 'text' }],
    rows: [['ada'], [null], ['eve']],
  });
  expect(tableOf({ ...declared, columns: [] }, { rows: ['odd', ...rows] })).toEqual({
    columns: ['nick', 'idle', 'rooms', 'more'].map((key) => ({
      key,
      title: key.charAt(0).toUpperCase() + key.slice(1),
      type: 'text',
    })),
    rows: [
      [null, null, null, null],
      ['ada', 2, 'a, b', 'X 1'],
      [null, null, null, null],
      ['eve', null, null, null],
    ],
  });
  expect(tableOf({ ...declared, columns: [] }, { rows: [] })).toEqual({ columns: [], rows: [] });
});

test('what is no table is none: no object, no rows', () => {
  const table = { ...command, result: 'table' } as const;
  for (const result of [null, [], 'x', {}, { rows: 'x' }]) expect(tableOf(table, result)).toBeNull();
});

test('a list of objects is written as JSON, false and 0 as they are', () => {
  expect(fieldsOf({ ...command, columns: [] }, { list: [{ a: 1 }], no: false, zero: 0, empty: [] })).toEqual([
    { name: 'List', text: '[{"a":1}]' },
    { name: 'No', text: 'no' },
    { name: 'Zero', text: '0' },
    { name: 'Empty', text: '' },
  ]);
});

test('a text is that of a command which gives one', () => {
  const gives = { ...command, result: 'text' } as const;
  expect(textOf(gives, { text: 'a' })).toBe('a');
  expect(textOf(gives, { text: '' })).toBe('');
  for (const result of [{ text: 1 }, {}, null, 'a']) expect(textOf(gives, result)).toBeNull();
  expect(textOf(command, { text: 'a' })).toBeNull();
});

test('JSON is indented by two, and of nothing null', () => {
  expect(jsonOf({ a: 1 })).toBe('{\n  "a": 1\n}');
  expect(jsonOf(undefined)).toBe('null');
});
