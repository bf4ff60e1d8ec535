/** Admin commands that look at everybody: whom they find, how many, what that costs and in how many turns. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import { connectionRow } from './rows.ts';
import { broadcast, clearChannel, listChannels, listClients } from './walks.ts';

let irc: MemoryServer;
let clients: Record<string, MemoryClient>;
let spent: number;

beforeEach(() => {
  irc = new MemoryServer();
  clients = {};
  for (const [nick, address] of [
    ['alice', '192.0.2.1'],
    ['bob', '198.51.100.7'],
    ['carol', '2001:db8::1'],
  ] as const)
    clients[nick] = irc.join(nick, '', address);
  clients.alice?.send('JOIN #x,#secret', 'MODE #secret +s');
  clients.bob?.send('JOIN #x');
  for (const client of Object.values(clients)) client.received();
  spent = 0;
  irc.host.work.spend = (ns) => {
    spent += ns;
    return true;
  };
});
afterEach(() => irc.close());

/** What steps end with, and in how many turns. */
function walk<Value>(steps: Generator<unknown, Value, void>): { value: Value; turns: number } {
  for (let turns = 1; ; turns++) {
    const { done, value } = steps.next();
    if (done === true) return { value, turns };
  }
}

const nicks = (text: string, limit = 10) =>
  walk(listClients(irc.server, { text }, limit)).value.rows.map(({ nick }) => nick);

describe('clients', () => {
  it('are found by part of nick, user@host or address, by a mask of it, and by a network', () => {
    expect(nicks('')).toEqual(['alice', 'bob', 'carol']);
    expect(nicks('AL')).toEqual(['alice']);
    expect(nicks('ob@198')).toEqual(['bob']);
    expect(nicks('198.51')).toEqual(['bob']);
    expect(nicks('a*')).toEqual(['alice']);
    expect(nicks('~?ob@*')).toEqual(['bob']);
    expect(nicks('198.51.100.0/24')).toEqual(['bob']);
    expect(nicks('2001:db8::/32')).toEqual(['carol']);
    expect(nicks('~carol@2001:db8::/32')).toEqual(['carol']);
    expect(nicks('~bob@2001:db8::/32')).toEqual([]);
    expect(nicks('nobody')).toEqual([]);
  });

  it('are found by account in any case, and by the address or network beside what else is asked', () => {
    clients.alice!.client!.user.account = 'Mira';
    clients.bob!.client!.user.account = 'other';
    const found = (filter: Omit<Parameters<typeof listClients>[1], 'text'>, text = '') =>
      walk(listClients(irc.server, { text, ...filter }, 10)).value.rows.map(({ nick }) => nick);
    expect(found({ account: 'mIRA' })).toEqual(['alice']);
    expect(found({ account: 'nobody' })).toEqual([]);
    expect(found({ account: 'mira' }, 'bob')).toEqual([]);
    expect(found({ address: '198.51.100.0/24' })).toEqual(['bob']);
    expect(found({ address: '198.51.100.7', account: 'mira' })).toEqual([]);
  });

  it('are no more than were asked for', () => {
    expect([nicks('', 1), nicks('', 2), nicks('', 3)].map(({ length }) => length)).toEqual([1, 2, 3]);
  });

  it('cost two rows each, or three comparisons where they are left out', () => {
    expect(walk(listClients(irc.server, { text: '' }, 10)).turns).toBe(4);
    expect(spent).toBe(3 * 2000);
    spent = 0;
    // The mask "*ali*" has five characters.
    expect(walk(listClients(irc.server, { text: 'ali' }, 10)).turns).toBe(4);
    expect(spent).toBe(2000 + 2 * 3 * 65);
  });

  it('are told with all that is known of them', () => {
    const client = clients.bob!.client!;
    const tls = { version: 'TLSv1.3', cipher: 'x', fingerprint: null };
    Object.assign(client.connection, { tls, sendQueueBytes: 5, bytesIn: 6, bytesOut: 7, connectedAtMs: 8 });
    client.lastMessageMs = 1_000;
    expect(connectionRow(client, 3_999)).toEqual({
      nick: 'bob',
      userHost: '~bob@198.51.100.7',
      address: '198.51.100.7',
      account: null,
      class: 'default',
      tls: 'TLSv1.3',
      channels: 1,
      connectedAt: 8,
      idle: 2,
      queueBytes: 5,
      bytesIn: 6,
      bytesOut: 7,
      id: 2,
    });
    expect(connectionRow(irc.connect().client!, 0)).toMatchObject({
      nick: '*',
      userHost: '*@192.0.2.1',
      tls: '',
      idle: 0,
    });
  });
});

describe('channels', () => {
  const found = (mask: string, limit = 10) =>
    walk(listChannels(irc.server, mask, limit)).value.rows.map(({ channel }) => channel);

  it('are found by a mask of their name, secret ones too, no more than were asked for', () => {
    expect([found('*'), found('#X'), found('#s*'), found('x'), found('*', 1)]).toEqual([
      ['#x', '#secret'],
      ['#x'],
      ['#secret'],
      [],
      ['#x'],
    ]);
  });

  it('cost two rows each, or a comparison where they are left out', () => {
    expect(walk(listChannels(irc.server, '#s*', 10)).turns).toBe(3);
    expect(spent).toBe(2000 + 63);
  });

  it('are cleared member by member, but for whoever goes meanwhile, in the log too', () => {
    clients.carol?.send('JOIN #x');
    for (const client of Object.values(clients)) client.received();
    spent = 0;
    const channel = irc.server.state.findChannel('#x')!;
    Object.defineProperty(irc.host, 'writeNs', { value: 7000 });
    const steps = clearChannel(irc.server, channel, 'over');
    steps.next();
    irc.server.state.part(channel.members[1]!);
    const { value, turns } = walk(steps);
    expect([value, turns, spent]).toEqual([{ channel: '#x', removed: 2 }, 2, 2 * 8000]);
    expect(Object.values(clients).map((client) => client.received())).toEqual([
      [':irc.test KICK #x alice :over'],
      [],
      [':irc.test KICK #x carol :over'],
    ]);
    expect(irc.host.logs.at(-1)).toEqual({
      event: 'channel_cleared',
      message: '#x was cleared: over',
      fields: { channel: '#x' },
    });
    expect(irc.server.state.findChannel('#x')).toBeUndefined();
  });
});

it('a notice to everybody reaches who has registered, and says how many they are', () => {
  const fresh = irc.connect();
  expect(walk(broadcast(irc.server, 'hello')).value).toEqual({ clients: 3 });
  expect([clients.alice?.received(), fresh.received()]).toEqual([[':irc.test NOTICE $* :hello'], []]);
  // ":irc.test NOTICE $* :hello" has 26 bytes.
  expect(spent).toBeCloseTo(3 * (60 + 0.3 * 26));
});
