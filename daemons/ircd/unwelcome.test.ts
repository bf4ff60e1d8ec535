/** Newcomers on lists of bad addresses, and from addresses of which the network has enough; what commands cost by the configuration. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { introduce, linkServer } from './memory-network.ts';
import { type MemoryClient, MemoryServer } from './memory-server.ts';
import type { DnsblAction, DnsblList } from './net/dnsbl.ts';
import { netConfigSchema } from './net/net-config.ts';

const BAD = '198.51.100.7';

let irc: MemoryServer;
let eve: MemoryClient;
beforeEach(() => {
  irc = new MemoryServer();
  eve = irc.join('eve', '', '203.0.113.1');
  irc.promote(eve, ['auspex']);
});
afterEach(() => irc.close());

const list = (action: DnsblAction): DnsblList => ({
  zone: 'bl.test',
  replies: [],
  action,
  reason: 'A proxy',
});

/** Somebody who says who they are, and what they hear. */
function arrive(nick: string, about: Partial<MemoryClient['connectionClass']> = {}, address = BAD) {
  const client = irc.connect(address);
  Object.assign(client, { connectionClass: { ...client.connectionClass, ...about } });
  return { client, heard: client.send(`NICK ${nick}`, `USER ${nick} 0 * :Real`) };
}

it('refuses who is on a list, but not who is spared D-lines', () => {
  irc.host.lists.set(BAD, list('refuse'));
  const { client, heard } = arrive('bob');
  expect(heard).toEqual([
    ':irc.test 465 bob :A proxy (bl.test)',
    `ERROR :Closing Link: ${BAD} (A proxy (bl.test))`,
  ]);
  expect(client.closedWith).toBe('A proxy (bl.test)');
  expect(irc.host.logs.map(({ event }) => event)).toContain('refused_listed');
  expect(irc.server.counters).toMatchObject({ refusedListed: 1, refusedClones: 0, registrations: 1 });
  const about = {
    kind: 'except',
    mask: `*@${BAD}`,
    reason: 'x',
    by: 'y',
    setMs: 0,
    expiresMs: null,
  } as const;
  irc.server.bans.add({ ...about, spares: 'k' });
  expect(arrive('cat').client.closedWith).toContain('bl.test');
  irc.server.bans.add({ ...about, spares: 'd' });
  expect(arrive('dan').client.user?.registered).toBe(true);
});

it('lets in by an account where a list asks for one', () => {
  irc.host.lists.set(BAD, list('require-sasl'));
  expect(arrive('bob').heard[0]).toBe(
    ':irc.test 465 bob :A proxy (bl.test): log in to an account by SASL to connect from it',
  );
  const client = irc.connect(BAD);
  Object.assign(client.user!, { account: 'cat' });
  client.send('NICK cat', 'USER cat 0 * :Real');
  expect(client.user?.registered).toBe(true);
  irc.host.lists.set(BAD, list('refuse'));
  const other = irc.connect(BAD);
  Object.assign(other.user!, { account: 'dan' });
  expect(other.send('NICK dan', 'USER dan 0 * :Real')[0]).toContain(' 465 ');
});

it('tells operators of who is marked, in WHOIS too', () => {
  irc.host.lists.set(BAD, list('mark'));
  const { client } = arrive('bob');
  expect(client.user?.registered).toBe(true);
  expect(eve.received()).toEqual([
    ':irc.test NOTICE eve :*** bob!~bob@198.51.100.7 is on the list bl.test: A proxy',
  ]);
  expect(eve.send('WHOIS bob')).toContain(':irc.test 320 eve bob :is on the list of bad addresses bl.test');
  for (const asker of [client, irc.join('cat')])
    expect(asker.send('WHOIS bob').join()).not.toContain(' 320 ');
  irc.promote(client, ['kill']);
  expect(client.send('WHOIS bob').join()).not.toContain(' 320 ');
});

it('waits for what the lists say, but not about who is in a class that is not looked for', async () => {
  let answer = (_list: DnsblList | null) => {};
  irc.host.lists.set(BAD, new Promise((resolve) => (answer = resolve)));
  const { client, heard } = arrive('bob');
  expect(heard).toEqual([]);
  expect(client.user?.registered).toBe(false);
  answer(list('refuse'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(client.closedWith).toBe('A proxy (bl.test)');
  irc.host.lists.set(BAD, new Promise((resolve) => (answer = resolve)));
  const other = arrive('cat').client;
  answer(null);
  await new Promise((resolve) => setImmediate(resolve));
  expect(other.user?.registered).toBe(true);
  irc.host.lists.set(BAD, list('refuse'));
  irc.connectionClass = { ...irc.connectionClass, dnsbl: false };
  expect(arrive('dan').client.user?.registered).toBe(true);
});

it('counts users of the network from an address, of IPv6 from a /64, for the classes with a limit', () => {
  const limited = { maxPerAddressNetwork: 2, name: 'homes' };
  const { state } = irc.server;
  const far = linkServer(state, 'far.test');
  // 203.0.113.9, before anybody counts.
  const first = introduce(state, far, 'far1');
  introduce(state, far, 'service', { p10Address: 'AAAAAA' });
  state.countClones(true);
  const HERE = '203.0.113.9';
  expect(arrive('one', limited, HERE).client.user?.registered).toBe(true);
  const refused = arrive('two', limited, HERE);
  const text = 'Too many users of the network from your address: class homes allows 2; close one first';
  expect(refused.heard[0]).toBe(`:irc.test 465 two :${text}`);
  expect([refused.client.closedWith, irc.server.counters.refusedClones]).toEqual([text, 1]);
  expect(irc.host.logs.map(({ event }) => event)).toContain('refused_clones');
  expect(arrive('free', {}, HERE).client.user?.registered).toBe(true);
  expect(state.clones?.of(HERE)).toBe(3);
  state.removeUser(first, Date.now());
  irc.server.exit(state.findUser('free')!.local!, 'bye');
  expect(state.clones?.of(HERE)).toBe(1);
  expect(arrive('three', limited, HERE).client.user?.registered).toBe(true);
  const about = {
    kind: 'except',
    mask: `*@${HERE}`,
    reason: 'x',
    by: 'y',
    setMs: 0,
    expiresMs: null,
  } as const;
  irc.server.bans.add({ ...about, spares: 'd' });
  expect(arrive('four', limited, HERE).client.closedWith).toBe(text);
  irc.server.bans.add({ ...about, spares: 't' });
  expect(arrive('five', limited, HERE).client.user?.registered).toBe(true);
  for (const last of [1, 2]) arrive(`six${last}`, limited, `2001:db8:1:2::${last}`);
  expect(arrive('seven', limited, '2001:db8:1:2:ffff::').client.closedWith).toBe(text);
  expect(arrive('eight', limited, '2001:db8:1:3::1').client.user?.registered).toBe(true);
  expect(state.clones?.of('::')).toBe(0);
});

it('counts only while a class has such a limit', () => {
  const { config, state } = irc.server;
  expect(state.clones).toBe(null);
  const classes = netConfigSchema.parse({ class: [{ name: 'homes', max_per_address_network: 3 }] }).class;
  irc.server.configure({ ...config, class: classes }, null);
  expect(state.clones?.of('203.0.113.1')).toBe(1);
  irc.server.configure(config, null);
  expect(state.clones).toBe(null);
});

it('charges for commands what the configuration says instead of what they cost', () => {
  const { config } = irc.server;
  const bob = irc.join('bob');
  const cost = (line: string) => {
    bob.penalty = 0;
    bob.send(line);
    return bob.penalty;
  };
  expect([cost('LIST'), cost('JOIN #a')]).toEqual([3, 0]);
  const penalty = [
    { command: 'LIST', lines: 0 },
    { command: 'JOIN', lines: 7 },
  ];
  irc.server.configure({ ...config, penalty }, null);
  expect([cost('LIST'), cost('JOIN #b'), cost('KNOCK #a')]).toEqual([0, 7, 2]);
  irc.server.configure(config, null);
  expect(cost('JOIN #c')).toBe(0);
});

it('takes name servers by address, with a port or without', () => {
  const good = ['192.0.2.53', '192.0.2.53:5353', '2001:db8::53', '[2001:db8::53]', '[2001:db8::53]:65535'];
  expect(netConfigSchema.safeParse({ dns_servers: good }).success).toBe(true);
  for (const bad of ['', 'dns.example', '192.0.2.53:0', '192.0.2.53:65536', '[192.0.2.53', '2001:db8::53]:1'])
    expect(netConfigSchema.safeParse({ dns_servers: [bad] }).success, bad).toBe(false);
});
