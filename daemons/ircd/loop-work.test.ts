/** Whom a block of ircd's loop is blamed on. */
import { afterEach, expect, it, vi } from 'vitest';
import { loopTurn, type NamedWork } from '../runtime/async/loop-turn.ts';
import { OPER_FLAGS } from './config.ts';
import { MemoryServer } from './memory-server.ts';
import { LineClient, OPEN_CLASS, startLoopback } from './net/loopback-fixture.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('a command has its name while it runs, also one that takes several turns', () => {
  const irc = new MemoryServer();
  const alice = irc.join('alice');
  irc.promote(alice, OPER_FLAGS);
  const seen: string[] = [];
  const note = () => void seen.push(loopTurn.current().work);
  vi.spyOn(irc.host, 'traffic').mockImplementation(() => {
    note();
    return [];
  });
  alice.send('STATS t');
  expect(seen).toEqual(['STATS']);
  const { spend } = irc.host.work;
  vi.spyOn(irc.host.work, 'spend').mockImplementation((ns) => {
    note();
    return spend.call(irc.host.work, ns);
  });
  alice.send('WHO *');
  expect(new Set(seen)).toEqual(new Set(['STATS', 'WHO']));
  irc.close();
});

it('a line is of the connection that sent it, and nothing is said to run when it is over', async () => {
  const { server, handler, port } = await startLoopback(OPEN_CLASS);
  const seen: NamedWork[] = [];
  const { onLine } = handler;
  handler.onLine = (connection, ...line) => {
    seen.push(loopTurn.current());
    onLine.call(handler, connection, ...line);
  };
  const clients = await Promise.all([LineClient.connect(port), LineClient.connect(port)]);
  for (const client of clients) {
    client.send('ECHO hello');
    await vi.waitFor(() => expect(client.lines).toEqual(['hello']));
  }
  const ids = [...handler.open].map(({ id }) => String(id));
  expect(seen.map(({ connection }) => connection).sort()).toEqual(ids.sort());
  expect(loopTurn.current()).toEqual({ work: '', connection: '' });
  for (const client of clients) client.close();
  server.close();
});
