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
