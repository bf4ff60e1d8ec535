/** Nicks are as short everywhere as the least server of the network holds them, and nobody is killed for that. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { kill } from '../actions/kill.ts';
import type { MemoryClient } from '../memory-server.ts';
import type { Link } from './link.ts';
import { blockFor, LinkedServer, MemoryEnd, settle, Wire } from './memory-links.ts';

const NOW = Date.UTC(2026, 0, 1);
const SECONDS = NOW / 1000;
const LONG = 'nick-of-16-bytes';

/** Three of our own in a row; ircu comes to the first. */
let servers: readonly [LinkedServer, LinkedServer, LinkedServer];
let clients: readonly MemoryClient[];
let wires: readonly Wire[];
let ircu: MemoryEnd;
let link: Link;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  servers = [
    new LinkedServer('one.test', 1),
    new LinkedServer('two.test', 2),
    new LinkedServer('three.test', 3),
  ];
  clients = servers.map(({ irc }, i) => irc.join(`nick${i + 1}`));
  wires = [new Wire(servers[0], servers[1]), new Wire(servers[1], servers[2])];
  settle(...wires);
  servers[0].blocks = [...servers[0].blocks, blockFor('ircu.test')];
});
afterEach(() => {
  for (const server of servers) server.close();
  vi.useRealTimers();
});

/** ircu calls the first one. */
function comes(flags = 'h6', name = 'ircu.test'): string[] {
  ircu = new MemoryEnd();
  link = servers[0].network.open(ircu, null);
  link.take('PASS :linkpw');
  link.take(`SERVER ${name} 1 ${SECONDS} ${SECONDS} J10 AJ]]] +${flags} :of the tests`);
  return ircu.take();
}

function says(...lines: string[]): string[] {
  for (const line of lines) link.take(line);
  settle(...wires);
  return ircu.take();
}

const heard = () => clients.map((client) => client.received());
const support = (lines: readonly string[]) => lines.filter((line) => line.includes(' 005 '));
const nicklen = (server: LinkedServer) =>
  server.irc.server.isupport
    .join(' ')
    .split(' ')
    .find((token) => token.startsWith('NICKLEN='));

describe('where ircu is linked', () => {
  it('clients of every server hear of it and keep to it, until it is gone', () => {
    comes();
    says('AJ EB');
    for (const [i, lines] of heard().entries())
      expect(support(lines)).toEqual([
        `:${servers[i]!.irc.server.name} 005 nick${i + 1} NICKLEN=15 :are supported by this server`,
      ]);
    for (const [i, client] of clients.entries())
      expect(client.send(`NICK ${LONG}`)).toEqual([
        `:${servers[i]!.irc.server.name} 432 nick${i + 1} ${LONG} :Erroneous nickname`,
      ]);
    expect(clients[2]!.send(`NICK ${LONG.slice(1)}`)).toHaveLength(1);
    expect(servers.map(nicklen)).toEqual(['NICKLEN=15', 'NICKLEN=15', 'NICKLEN=15']);
    heard();
    settle(...wires);
    link.gone('lost');
    settle(...wires);
    expect(heard().map((lines) => support(lines)[0]?.split(' ')[3])).toEqual([
      'NICKLEN=30',
      'NICKLEN=30',
      'NICKLEN=30',
    ]);
    expect(clients[1]!.send(`NICK ${LONG}`)).toEqual([`:nick2!~nick2@192.0.2.1 NICK ${LONG}`]);
  });

  it('who is about to register with a long one is asked for another', () => {
    const half = servers[2].irc.connect();
    half.send('CAP LS 302', `NICK ${LONG}`, 'USER half 0 * :Half');
    comes();
    settle(...wires);
    expect(half.send('CAP END').at(-1)).toBe(`:three.test 432 * ${LONG} :Erroneous nickname`);
    expect(half.send('NICK half')[0]).toContain(' 001 half ');
  });

  it('who took a long one before the news came is called otherwise, and ircu hears nothing before', () => {
    comes();
    clients[2]!.send('JOIN #c', `NICK ${LONG}`, 'AWAY :out');
    const fresh = servers[2].irc.join('another-of-16-byte');
    fresh.send('JOIN #c');
    const lines = says('AJ EB');
    expect(lines.filter((line) => line.includes(' D '))).toEqual([]);
    expect(lines.join('\n')).not.toMatch(/ N \S*-of-16/);
    expect(lines.filter((line) => line.startsWith('ADAAB'))).toEqual([`ADAAB J #c ${SECONDS}`]);
    // Of whom it knows by another nick it hears the rest.
    expect(lines).toContain('ADAAA A :out');
    // Its modes were told when it was made.
    expect(lines.filter((line) => / M #c /.test(line))).toEqual([`AD M #c +nt ${SECONDS}`]);
    expect(lines.find((line) => line.startsWith('AD N '))).toMatch(/^AD N Guest\d{6} 3 /);
    expect(lines.find((line) => line.startsWith('ADAAA N '))).toMatch(/^ADAAA N Guest\d{6} /);
    expect([clients[2]!.closedWith, fresh.closedWith]).toEqual([null, null]);
    expect(fresh.received().join('\n')).toContain('nicks have at most 15 characters on this network');
    expect([...servers[0].state.users].map(({ nick }) => nick.length > 15)).not.toContain(true);
  });

  it.each<[string, (client: MemoryClient) => void]>([
    ['leaves', (client) => void client.send('QUIT')],
    ['is killed', (client) => kill(servers[2].irc.server, servers[2].state.me, client.user!, 'spam')],
    ['is split off', () => {}],
  ])('who took a long one and %s before they are called otherwise is forgotten', (how, goes) => {
    comes();
    const fresh = servers[2].irc.join('another-of-16-byte');
    const { untold } = link.peer!;
    // As far as the first server, and no answer back.
    wires[1]!.linkA.take(wires[1]!.b.sent.shift()!);
    wires[0]!.linkA.take(wires[0]!.b.sent.shift()!);
    expect([...untold].map(({ nick }) => nick)).toEqual(['another-of-16-byte']);
    goes(fresh);
    if (how === 'is split off') wires[0]!.cut();
    settle(...wires);
    expect([untold.size, says('AJ EB').join().includes('another-of')]).toEqual([0, false]);
  });

  it('a server of another make that holds longer ones loses who has one', () => {
    comes();
    says(
      `AJ N ${LONG} 1 ${SECONDS} u 192.0.2.8 DAAAII AJAAA :Long`,
      `AJ N short 1 ${SECONDS} u 192.0.2.8 DAAAII AJAAB :Short`,
    );
    expect(says(`AJAAB N ${LONG} ${SECONDS}`)).toEqual([
      'AB D AJAAB :one.test!one.test (Nicks have at most 15 characters on this network)',
    ]);
    expect(servers[2].state.findUser(LONG)).toBeUndefined();
    expect(servers[2].state.findUser('short')).toBeUndefined();
  });
});

describe('while somebody has a long nick', () => {
  beforeEach(() => {
    for (const [i, client] of clients.entries()) client.send(`NICK ${LONG}${i}`);
    servers[1].irc.join('one-more-of-them-all');
    settle(...wires);
  });

  it('ircu is not linked, and both sides hear who that is', () => {
    const why =
      'it holds only short nicks, and nicks of more than 15 characters are online: nick-of-16-bytes0, nick-of-16-bytes1, nick-of-16-bytes2 and 1 more';
    expect(comes()).toEqual([`ERROR :Closing Link: ${why}`]);
    expect([link.reason, ircu.closed]).toEqual([why, true]);
    expect(support(heard().flat())).toEqual([]);
    expect(servers.map(({ state }) => state.servers.size)).toEqual([3, 3, 3]);
  });

  it('as many as are named are all', () => {
    servers[1].state.findUser('one-more-of-them-all')!.local!.connection.close('bye');
    settle(...wires);
    expect(comes()).toEqual([
      'ERROR :Closing Link: it holds only short nicks, and nicks of more than 15 characters are online: nick-of-16-bytes0, nick-of-16-bytes1, nick-of-16-bytes2',
    ]);
  });

  it('services are linked all the same: they hold any', () => {
    expect(comes('s6').some((line) => line.startsWith('SERVER '))).toBe(true);
    expect(servers.map(nicklen)).toEqual(['NICKLEN=30', 'NICKLEN=30', 'NICKLEN=30']);
  });

  it('a network with ircu on it is not joined, whoever calls', () => {
    const other = new LinkedServer('other.test', 20);
    other.blocks = [blockFor('ircu.test')];
    const end = new MemoryEnd();
    const its = other.network.open(end, null);
    its.take('PASS :linkpw');
    its.take(`SERVER ircu.test 1 ${SECONDS} ${SECONDS} J10 AJ]]] +h6 :of the tests`);
    for (const wire of [new Wire(other, servers[0]), new Wire(servers[2], other)]) {
      settle(wire, ...wires);
      expect([wire.linkA.reason, wire.linkB.reason].join()).toContain(
        'a server on its side holds only short nicks, and nicks of more than 15 characters are online: nick-of-16-bytes',
      );
      expect([wire.linkA.reason, wire.linkB.reason]).not.toContain(null);
    }
    expect([...other.state.servers.keys()]).toEqual(['other.test', 'ircu.test']);
    other.close();
  });
});

it('the configuration may keep nicks shorter, and clients hear of that as well', () => {
  const { server } = servers[0].irc;
  server.configure({ ...server.config, nick_length: 12 }, null);
  expect(support(clients[0]!.received())).toEqual([
    ':one.test 005 nick1 NICKLEN=12 :are supported by this server',
  ]);
  expect(clients[0]!.send('NICK thirteen-long')[0]).toContain(' 432 ');
  clients[1]!.send('NICK thirteen-long');
  settle(...wires);
  expect(servers[0].state.findUser('thirteen-long')).toBeDefined();
});
