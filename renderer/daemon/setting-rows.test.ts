import { expect, test } from 'vitest';
import { settingRows } from './setting-rows.ts';

test('a setting that waits shows what is in force apart from what the restart brings', () => {
  expect(settingRows({ server_name: 'a.example', network: 'N' }, { server_name: 'b.example' })).toEqual([
    { key: 'server_name', inForce: 'a.example', after: 'b.example' },
    { key: 'network', inForce: 'N', after: null },
  ]);
});

test('of a list, only what differs waits; what comes and what goes is there', () => {
  const now = {
    listen: [
      { host: 'h', port: 1 },
      { host: 'h', port: 2 },
    ],
  };
  const later = { listen: [{ host: 'h', port: 3, tls: true }] };
  expect(settingRows(now, later)).toEqual([
    { key: 'listen[0].host', inForce: 'h', after: null },
    { key: 'listen[0].port', inForce: '1', after: '3' },
    { key: 'listen[1].host', inForce: 'h', after: '' },
    { key: 'listen[1].port', inForce: '2', after: '' },
    { key: 'listen[0].tls', inForce: null, after: 'true' },
  ]);
});

test('without anything that waits all is in force', () => {
  expect(settingRows({ a: 1 })).toEqual([{ key: 'a', inForce: '1', after: null }]);
  expect(settingRows(undefined)).toEqual([]);
});

test('only what differs waits, and only under settings that wait', () => {
  expect(settingRows({ a: 1, ab: 2, b: { c: 3, d: 4 } }, { a: 1, b: { c: 5, d: 4 } })).toEqual([
    { key: 'a', inForce: '1', after: null },
    { key: 'ab', inForce: '2', after: null },
    { key: 'b.c', inForce: '3', after: '5' },
    { key: 'b.d', inForce: '4', after: null },
  ]);
  expect(settingRows({}, { fresh: 'x' })).toEqual([{ key: 'fresh', inForce: null, after: 'x' }]);
  expect(settingRows({ gone: 'x' }, { gone: undefined })).toEqual([{ key: 'gone', inForce: 'x', after: '' }]);
});
