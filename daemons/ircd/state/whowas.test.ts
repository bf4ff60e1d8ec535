import { expect, it } from 'vitest';
import { Server } from './server.ts';
import type { User } from './user.ts';
import { Whowas } from './whowas.ts';

const server = new Server('irc.test', '');
const user = (nick: string, realname: string) =>
  ({ nick, username: '~u', host: 'one.example', realname, account: null, server }) as User;

it('keeps the newest of those who left, newest first, whatever the case of their nick', () => {
  const whowas = new Whowas(3);
  for (const [at, nick] of ['a[', 'b', 'A{', 'a{'].entries()) whowas.remember(user(nick, `${at}`), at);
  expect(whowas.size).toBe(3);
  expect(whowas.find('A[', 10).map(({ realname }) => realname)).toEqual(['3', '2']);
  expect(whowas.find('A[', 1).map(({ leftMs }) => leftMs)).toEqual([3]);
  expect(whowas.find('b', 10)).toHaveLength(1);
});

it('begins anew once it was cleared', () => {
  const whowas = new Whowas(3);
  for (const nick of ['a', 'b']) whowas.remember(user(nick, nick), 1);
  whowas.clear();
  expect([whowas.size, whowas.find('a', 10)]).toEqual([0, []]);
  whowas.remember(user('c', 'c'), 2);
  expect(whowas.find('c', 10)).toHaveLength(1);
});
