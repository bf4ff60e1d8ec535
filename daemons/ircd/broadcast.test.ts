/** Who hears what: crowds by status, by capability, and by what they share. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { from, tellNeighbours } from './broadcast.ts';
import { CAP } from './client/capabilities.ts';
import { type MemoryClient, MemoryServer } from './memory-server.ts';
import type { User } from './state/user.ts';

let irc: MemoryServer;
const clients: Record<string, MemoryClient> = {};

beforeEach(() => {
  irc = new MemoryServer();
  for (const [nick, caps] of [
    ['op', ''],
    ['voiced', 'away-notify setname'],
    ['plain', 'extended-join setname away-notify'],
    ['tagged', 'message-tags'],
  ] as const)
    clients[nick] = irc.join(nick, caps);
  for (const client of Object.values(clients)) client.send('JOIN #x,#y');
  clients.op?.send('MODE #x +v voiced');
  heard();
});
afterEach(() => irc.close());

/** Who has heard something since it was asked last, and what. */
function heard(): Record<string, string[]> {
  const said: Record<string, string[]> = {};
  for (const [nick, client] of Object.entries(clients)) {
    const lines = client
      .received()
      .map((line) => line.replace(/^@\S+ /, '').replaceAll(/!~\w+@192\.0\.2\.1/g, ''))
      .filter((line) => !line.startsWith(':irc.test 3'));
    if (lines.length > 0) said[nick] = lines;
  }
  return said;
}

/** What others hear of a line. */
function send(nick: string, line: string): Record<string, string[]> {
  const said = clients[nick]?.send(line) ?? [];
  const all = heard();
  const own = said
    .map((text) => text.replace(/^@\S+ /, '').replaceAll(/!~\w+@192\.0\.2\.1/g, ''))
    .filter((text) => !text.startsWith(':irc.test 3'));
  return own.length > 0 ? { ...all, [nick]: [...own, ...(all[nick] ?? [])] } : all;
}

it('status messages reach those with at least that status, but never who sends them', () => {
  expect(send('plain', 'PRIVMSG @#x :a')).toEqual({ op: [':plain PRIVMSG @#x :a'] });
  expect(send('plain', 'PRIVMSG +#x :a')).toEqual({
    op: [':plain PRIVMSG +#x :a'],
    voiced: [':plain PRIVMSG +#x :a'],
  });
  expect(send('op', 'PRIVMSG @#x :a')).toEqual({});
  expect(send('voiced', 'PRIVMSG +#x :a')).toEqual({ op: [':voiced PRIVMSG +#x :a'] });
});

it('a TAGMSG reaches those with tags, with status where that is asked for', () => {
  const typing = (nick: string, target: string) => send(nick, `@+typing=active TAGMSG ${target}`);
  clients.op?.send('CAP REQ :message-tags');
  clients.plain?.send('CAP REQ :message-tags');
  heard();
  expect(Object.keys(typing('tagged', '#x'))).toEqual(['op', 'plain']);
  expect(Object.keys(typing('tagged', '@#x'))).toEqual(['op']);
  expect(Object.keys(typing('tagged', '+#x'))).toEqual(['op']);
  expect(Object.keys(typing('tagged', 'plain'))).toEqual(['plain']);
  expect(typing('tagged', 'voiced')).toEqual({});
});

it('a change of somebody is told once to each neighbour who wants it, however many channels they share', () => {
  expect(send('op', 'AWAY :out')).toEqual({ voiced: [':op AWAY :out'], plain: [':op AWAY :out'] });
  expect(send('op', 'AWAY :out')).toEqual({});
  expect(send('op', 'AWAY')).toEqual({ voiced: [':op AWAY'], plain: [':op AWAY'] });
  expect(send('voiced', 'SETNAME :New')).toEqual({
    voiced: [':voiced SETNAME :New'],
    plain: [':voiced SETNAME :New'],
  });
  expect(send('op', 'NICK boss')).toEqual({
    op: [':op NICK boss'],
    voiced: [':op NICK boss'],
    plain: [':op NICK boss'],
    tagged: [':op NICK boss'],
  });
});

it('a JOIN is told in the form that each asked for, and with it that somebody is away', () => {
  clients.op?.send('PART #y', 'AWAY :out');
  heard();
  expect(send('op', 'JOIN #y')).toEqual({
    op: [':op JOIN #y'],
    voiced: [':op JOIN #y', ':op AWAY :out'],
    plain: [':op JOIN #y * :Real op', ':op AWAY :out'],
    tagged: [':op JOIN #y'],
  });
  Object.assign(clients.op?.user as User, { account: 'boss' });
  clients.op?.send('PART #y', 'AWAY');
  heard();
  expect(send('op', 'JOIN #y').plain).toEqual([':op JOIN #y boss :Real op']);
});

it('what a server says is of no account', () => {
  const client = clients.tagged!;
  client.client!.caps |= CAP.accountTag;
  Object.assign(clients.op?.user as User, { account: 'boss' });
  from(irc.server, irc.server.state.me, 'X').to(client.client!);
  from(irc.server, clients.op?.user as User, 'X').to(client.client!);
  from(irc.server, clients.plain?.user as User, 'X', 'b1').to(client.client!);
  expect(client.received()).toEqual([
    ':irc.test X',
    '@account=boss :op!~op@192.0.2.1 X',
    '@batch=b1 :plain!~plain@192.0.2.1 X',
  ]);
});

it('a crowd of more than a small one gets the same', () => {
  const crowd = Array.from({ length: 130 }, (_, i) => {
    const client = irc.connect();
    const local = client.client!;
    Object.assign(local.user, { nick: `n${i}`, registered: true });
    if (i % 2 === 0) local.caps |= CAP.awayNotify;
    irc.server.state.join(local.user, '#x', 0);
    return client;
  });
  send('op', 'AWAY :out');
  expect(crowd.map((client) => client.received().length)).toEqual(crowd.map((_, i) => (i % 2 === 0 ? 1 : 0)));
  send('op', 'PRIVMSG #x :hello');
  expect(crowd.every((client) => client.received().length === 1)).toBe(true);
  send('op', 'NICK boss');
  expect(crowd.every((client) => client.received()[0]?.endsWith(' NICK boss'))).toBe(true);
  const told: unknown[] = [];
  const message = { body: 'x', renew: () => {}, to: (client: unknown) => void told.push(client) };
  const steps = tellNeighbours(irc.server, clients.op?.user as User, message, []);
  for (const _ of steps ?? []);
  expect(new Set(told).size).toBe(crowd.length + 3);
  send('op', 'QUIT');
  expect(crowd.every((client) => client.received()[0]?.endsWith(' QUIT :Client Quit'))).toBe(true);
});
