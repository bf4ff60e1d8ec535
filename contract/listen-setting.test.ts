import { expect, it } from 'vitest';
import { z } from 'zod';
import { listenPlaces, listenSetting, tcpListener, unixListener } from './listen-setting.ts';
import { firstProblem } from './plain-words.ts';

const setting = listenSetting(z.union([tcpListener(7007), unixListener()]));
const problem = (value: unknown) => {
  const { error } = setting.safeParse(value);
  return error === undefined ? null : firstProblem(error);
};

it('says where a daemon listens, entry by entry, with what an entry leaves out', () => {
  const listen = setting.parse([{}, { host: '::1', port: 0, tls: true }, { path: '/run/x.sock' }]);
  expect(listenPlaces({ listen })).toEqual([
    { host: '127.0.0.1', port: 7007, setting: ['listen', 0] },
    { host: '::1', port: 0, setting: ['listen', 1] },
    { path: '/run/x.sock', setting: ['listen', 2] },
  ]);
});

it('refuses two entries that want one place', () => {
  expect(problem([{}, { path: '/x' }, { host: 'localhost' }])).toBe(
    '2: expected a place of its own; listen[0] has it already',
  );
});

it('tells what is wrong with the form that an entry was meant to have', () => {
  expect(problem([{ path: 'x.sock' }])).toContain('0: expected an absolute path');
  expect(problem([{ port: 70_000 }])).toBe('0.port: expected a number of at most 65535');
});

it('wants a port where a daemon has no usual one', () => {
  expect(firstProblem(tcpListener().safeParse({}).error!)).toBe('port: missing, expected a number');
});
