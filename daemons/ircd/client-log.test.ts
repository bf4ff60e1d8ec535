import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MemoryServer } from './memory-server.ts';

let irc: MemoryServer;

beforeEach(() => {
  vi.useFakeTimers();
  irc = new MemoryServer();
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

const events = () => irc.host.logs.map(({ event }) => event);

it('tells who came and who left, and why', () => {
  const client = irc.join('alice');
  client.send('QUIT :bye');
  expect(irc.host.logs).toMatchObject([
    {
      event: 'client_connected',
      message: 'alice!~alice@192.0.2.1 connected',
      fields: { address: '192.0.2.1' },
    },
    { event: 'client_quit', message: 'alice!~alice@192.0.2.1 left: Quit: bye' },
  ]);
});

it('counts what a storm of connects leaves out, and tells it once a second', () => {
  const storm = 50 + 20;
  for (let i = 0; i < storm; i++) {
    irc.join(`n${i}`);
    // Each in a turn of the loop of its own: one turn welcomes only so many.
    vi.advanceTimersByTime(0);
  }
  expect(events()).toHaveLength(50);
  vi.advanceTimersByTime(1_000);
  expect(irc.host.logs.at(-1)).toMatchObject({ event: 'clients_not_logged', fields: { clients: 20 } });
  irc.join('later');
  expect(events().at(-1)).toBe('client_connected');
});

it('tells fifty a second, and begins anew with the next', () => {
  const client = irc.join('alice');
  const local = client.client!;
  const tell = (times: number) => {
    irc.host.logs.length = 0;
    for (let i = 0; i < times; i++) irc.server.clientLog.quit(local, 'bye');
    return events().length;
  };
  vi.advanceTimersByTime(1_000);
  expect([tell(50), tell(1)]).toEqual([50, 0]);
  vi.advanceTimersByTime(999);
  expect(tell(1)).toBe(0);
  vi.advanceTimersByTime(1);
  expect(irc.host.logs).toEqual([
    {
      event: 'clients_not_logged',
      message: '2 more clients connected or left within a second',
      fields: { clients: 2 },
    },
  ]);
  expect(tell(50)).toBe(50);
  vi.advanceTimersByTime(1_000);
  // Nothing was left out, so nothing is said of that.
  expect(events()).toHaveLength(50);
});

it('tells what was left out when it is closed, and leaves no timer', () => {
  const client = irc.join('alice');
  const local = client.client!;
  client.drop();
  irc.host.logs.length = 0;
  for (let i = 0; i < 60; i++) irc.server.clientLog.connected(local);
  irc.server.clientLog.close();
  const left = irc.host.logs.at(-1)?.fields;
  irc.host.logs.length = 0;
  vi.advanceTimersByTime(5_000);
  // One was told when it came and one when it went.
  expect([left, irc.host.logs, vi.getTimerCount()]).toEqual([{ clients: 12 }, [], 0]);
});

it('says of a newcomer where they come from, in which class, and whether over TLS', () => {
  irc.join('alice');
  const secure = irc.connect('198.51.100.1');
  secure.tls = { version: 'TLSv1.3', cipher: 'x', fingerprint: null };
  secure.send('NICK bob', 'USER bob 0 * :Bob');
  expect(irc.host.logs.map(({ fields }) => fields)).toEqual([
    { nick: 'alice', address: '192.0.2.1', class: 'default', tls: false },
    { nick: 'bob', address: '198.51.100.1', class: 'default', tls: true },
  ]);
});
