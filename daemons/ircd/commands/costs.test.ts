/**
 * What a line costs its client, in nanoseconds of work, and in how many turns it is done when each of them ends as soon as it
 * may. Prices are those of `workPrices`: a message that is put together is 1,500, but what is said; a receiver is 60 and 0.3 for each byte, a row 1,000 and 2 for each byte, an entry
 * that is looked at 20, a mask 60 and 1 for each character where it has stars.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CAP } from '../client/capabilities.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import type { User } from '../state/user.ts';
import { COMMANDS } from './registry.ts';

let irc: MemoryServer;
let clients: Record<string, MemoryClient>;

beforeEach(() => {
  irc = new MemoryServer();
  clients = {};
  for (const nick of ['a', 'b', 'c', 'd']) clients[nick] = irc.join(nick);
  for (const nick of ['a', 'b', 'c']) clients[nick]?.send('JOIN #x');
  clients.b?.send('JOIN #y');
  for (const client of Object.values(clients)) client.received();
});
afterEach(() => irc.close());

const userOf = (nick: string) => clients[nick]?.user as User;
const clientOf = (nick: string) => clients[nick]!.client!;

/** Begins a line; what it spends is added up, and whoever asks is told that the slice is used up. */
function begin(nick: string, line: string, tags = '') {
  const { host, server } = irc;
  const spent = { ns: 0 };
  host.work.spend = (ns) => {
    spent.ns += ns;
    return true;
  };
  const [head = '', text] = line.split(' :');
  const [name = '', ...params] = head.split(' ');
  if (text !== undefined) params.push(text);
  const command = COMMANDS.get(name);
  if (command === undefined) throw new Error(`there is no ${name}`);
  if ('steps' in command) return { spent, steps: command.steps(server, clientOf(nick), params, tags) };
  command.run(server, clientOf(nick), params, tags);
  return { spent, steps: null };
}

function costOf(nick: string, line: string, tags = ''): { ns: number; turns: number } {
  const { spent, steps } = begin(nick, line, tags);
  let turns = 1;
  if (steps !== null) for (let step = steps.next(); step.done !== true; step = steps.next()) turns++;
  return { ns: Math.round(spent.ns * 10) / 10, turns };
}

const receivers = (count: number, bytes: number) => count * (60 + 0.3 * bytes);
const MESSAGE = 1500;
const ROW = 1000;
const LONG_ROW = 1400;

describe('a line costs', () => {
  it.each<[string, string, number, number]>([
    // ":a!~a@192.0.2.1 PRIVMSG #x :hello" has 33 bytes.
    ['a', 'PRIVMSG #x :hello', receivers(3, 33), 1],
    ['a', 'PRIVMSG #x,b,#none :hello', receivers(3, 33) + 3 * ROW, 4],
    ['a', 'PRIVMSG @#x :hello', receivers(3, 34), 1],
    ['a', 'NOTICE b,c :hi', 2 * ROW, 3],
    ['a', 'PRIVMSG b :hi', 0, 1],
    // ":d!~d@192.0.2.1 JOIN #x" has 23 bytes; four members are three names each, as 20.
    ['d', 'JOIN #x', MESSAGE + receivers(4, 23) + 4 * 60 + ROW, 3],
    ['d', 'JOIN #n,,#none', 2 * MESSAGE + receivers(1, 23) + receivers(1, 26) + 3 * ROW, 6],
    ['a', 'PART #x,#none :', MESSAGE + receivers(3, 23) + ROW, 2],
    ['b', 'JOIN 0', 2 * MESSAGE + receivers(3, 23) + receivers(1, 23), 1],
    ['a', 'WHO #x', 3 * LONG_ROW, 4],
    ['d', 'WHO #x', 3 * LONG_ROW, 4],
    ['a', 'WHO *', 4 * LONG_ROW, 1],
    ['a', 'WHO b', 0, 1],
    ['a', 'LIST', 2 * 20 + 2 * LONG_ROW, 3],
    // Each channel is compared with a number and with a mask of three characters.
    ['a', 'LIST >1,#x*', 2 * (20 + 20 + 63) + LONG_ROW, 3],
    ['a', 'LIST #x', 0, 1],
    ['a', 'NAMES', 2 * 20 + 4 * 60, 3],
    ['a', 'NAMES #x,#y,#none', 4 * 60, 4],
    ['a', 'MODE #x +k key', MESSAGE + receivers(3, 30), 1],
    ['a', 'MODE #x +b', 0, 1],
    ['a', 'TOPIC #x :hi', MESSAGE + receivers(3, 28), 1],
    // Three memberships are looked at for two neighbours.
    ['a', 'AWAY :x', MESSAGE + 3 * 20 + receivers(2, 23), 1],
    ['a', 'NICK aa', MESSAGE + 3 * 20 + receivers(2, 23), 1],
    ['a', 'KICK #x b,c :bye', 2 * MESSAGE + receivers(3, 30) + receivers(2, 30), 1],
    ['a', 'INVITE d #x', MESSAGE + receivers(3, 27), 1],
    ['a', 'WALLOPS :hi', MESSAGE + receivers(4, 27), 1],
    ['d', 'KNOCK #x', 0, 1],
    ['a', 'WHOIS b', 0, 1],
  ])('%s: %s', (nick, line, ns, turns) => {
    expect(costOf(nick, line)).toEqual({ ns: Math.round(ns * 10) / 10, turns });
  });

  it.each<[string, string, number, number]>([
    // Three masks of seven characters, compared with host and address each: 6 * 67.
    ['d', 'JOIN #x', 402 + MESSAGE + receivers(4, 23) + 4 * 60 + ROW, 4],
    ['d', 'KNOCK #x', 402 + 3 * 20, 1],
    ['b', 'PRIVMSG #x :hello', 402 + receivers(3, 33), 1],
  ])('with three bans on the channel %s: %s', (nick, line, ns, turns) => {
    clients.a?.send('MODE #x +bbb z1z!*@* z2z!*@* z3z!*@*');
    if (line.startsWith('KNOCK')) clients.a?.send('MODE #x +i');
    expect(costOf(nick, line)).toEqual({ ns: Math.round(ns * 10) / 10, turns });
  });

  it('what its message is compared with only once, until a ban or the nick changes', () => {
    clients.a?.send('MODE #x +bbb z1z!*@* z2z!*@* z3z!*@*');
    const costs = (line = 'PRIVMSG #x :hello') => costOf('b', line).ns;
    const told = Math.round(receivers(3, 33) * 10) / 10;
    expect([costs(), costs()]).toEqual([told + 402, told]);
    clients.a?.send('MODE #x +e nobody!*@*');
    expect([costs(), costs()]).toEqual([told + 402, told]);
    clients.b?.send('NICK e');
    expect([costs(), costs()]).toEqual([told + 402, told]);
  });

  it('forty masks are compared in two turns', () => {
    for (let i = 0; i < 40; i++) clients.a?.send(`MODE #x +b z${i + 10}`);
    expect(costOf('d', 'JOIN #x')).toEqual({
      ns: 40 * 2 * 67 + Math.round((MESSAGE + receivers(4, 23) + 4 * 60 + ROW) * 10) / 10,
      turns: 5,
    });
  });

  it('a client for each entry of a mask that it asks about, sixteen at a time', () => {
    for (let i = 0; i < 12; i++) irc.join(`n${i}`);
    // All sixteen are compared in four texts, of which the last may be long: 20 and 6 times 62.
    expect(costOf('a', 'WHO q*')).toEqual({ ns: 16 * (20 + 6 * 62), turns: 2 });
    clients.d?.send('QUIT');
    expect(costOf('a', 'WHO q*')).toEqual({ ns: 0, turns: 1 });
  });

  it('each client that a new ban is compared with, and each that it drops', () => {
    irc.promote(clients.a!, ['kline', 'dline']);
    let dropped: number[] = [];
    irc.host.work.spend = (ns) => {
      dropped.push(ns);
      return false;
    };
    const compared = (line: string) => {
      dropped = [];
      clients.a?.send(line);
      return dropped.filter((ns) => ns === 600).length;
    };
    // Four clients are looked at, each as ten masks.
    expect(compared('KLINE nobody@* :x')).toBe(4);
    expect(compared('DLINE 203.0.113.1 :x')).toBe(4);
    expect(compared('KLINE ~b@* :x')).toBe(4);
    // The comparison, whom b leaves behind, and leaving itself, as others see it and as the ban does.
    expect(dropped.filter((ns) => ns === 20_000)).toHaveLength(2);
    expect(clients.b?.closedWith).toBe('K-lined: x');
  });

  it('whom it hides from a stranger as little as what is skipped', () => {
    for (const nick of ['b', 'c']) clients[nick]?.send(`MODE ${nick} +i`);
    expect(costOf('d', 'WHO #x')).toEqual({ ns: LONG_ROW + 2 * 20, turns: 4 });
  });
});

describe('a message to a crowd', () => {
  function crowd(size: number): void {
    for (let i = 0; i < size; i++) {
      const user = irc.connect().user as User;
      user.nick = `n${i}`;
      user.registered = true;
      irc.server.state.join(user, '#crowd', 0);
    }
    irc.server.state.join(userOf('a'), '#crowd', 0);
  }

  it('of a hundred and twenty-eight is sent at once, to one more in three turns', () => {
    crowd(127);
    const each = (count: number) => Math.round(receivers(count, 37) * 10) / 10;
    expect(costOf('a', 'PRIVMSG #crowd :hello')).toEqual({ ns: each(128), turns: 1 });
    irc.server.state.join(userOf('b'), '#crowd', 0);
    expect(costOf('a', 'PRIVMSG #crowd :hello')).toEqual({ ns: each(129), turns: 3 });
  });

  it('costs what writing to those costs who had nothing to be written', () => {
    let pending = 2;
    Object.defineProperty(irc.host, 'pendingWrites', { get: () => (pending += 3) });
    Object.defineProperty(irc.host, 'writeNs', { value: 7000 });
    expect(costOf('a', 'PRIVMSG #x :hello').ns).toBe(Math.round((receivers(3, 33) + 3 * 7000) * 10) / 10);
    crowd(128);
    pending = 0;
    expect(costOf('a', 'PRIVMSG #crowd :hello').ns).toBeCloseTo(receivers(129, 37) + 3 * 3 * 7000);
  });

  it('reaches those who were there when it began, each once, and no other', () => {
    crowd(128);
    const { steps } = begin('a', 'PRIVMSG #crowd :hello');
    steps?.next();
    const { locals = [] } = irc.server.state.findChannel('#crowd') ?? {};
    const members = locals.map(({ client }) => client.connection as MemoryClient);
    const first = members[0]?.user?.memberships.values().next().value;
    if (first !== undefined) irc.server.state.part(first);
    irc.server.state.join(userOf('d'), '#crowd', 0);
    while (steps?.next().done === false);
    expect(clients.d?.received()).toEqual([]);
    const heard = members.map((member) => member.received().filter((line) => line.includes('hello')).length);
    // All but who said it.
    expect(heard).toEqual([...Array.from({ length: 128 }, () => 1), 0]);
  });
});

describe('a message that goes on in a later tick', () => {
  it.each([
    ['a', 'PRIVMSG #crowd :hello', ':a!~a@192.0.2.1 PRIVMSG #crowd :hello'],
    ['a', 'NICK aa', ':a!~a@192.0.2.1 NICK aa'],
    ['a', 'TOPIC #crowd :news', ':a!~a@192.0.2.1 TOPIC #crowd :news'],
    ['d', 'JOIN #crowd', ':d!~d@192.0.2.1 JOIN #crowd'],
  ])('%s: %s is the same for those who hear it then', (nick, line, text) => {
    const crowd = Array.from({ length: 140 }, (_, i) => {
      const client = irc.connect();
      const local = client.client!;
      const { user } = local;
      Object.assign(user, { nick: `n${i}`, registered: true });
      // Every other one gets the extended form, where there is one.
      if (i % 2 === 1) local.caps |= CAP.extendedJoin;
      if (i === 0) irc.server.state.join(userOf('a'), '#crowd', 0);
      irc.server.state.join(user, '#crowd', 0);
      return client;
    });
    const { steps } = begin(nick, line);
    while (steps?.next().done === false) {
      // The tick ends: its memory is used for something else.
      irc.host.arena.reset();
      for (let lane = 0; lane < 8; lane++) irc.host.arena.encode('x'.repeat(65_000), lane);
    }
    const extended = line.startsWith('JOIN') ? `${text} * :Real d` : text;
    expect(crowd.map((client) => client.received()[0])).toEqual(
      crowd.map((_, i) => (i % 2 === 1 ? extended : text)),
    );
  });
});

describe('a line of a client that leaves before it is done', () => {
  it.each<[string, string[]]>([
    ['WHO #x', ['315']],
    ['LIST', ['323']],
    ['NAMES', []],
    ['NAMES #x,#y', []],
    ['JOIN #p,#q', []],
  ])('%s does nothing more, and says at most that it ends', (line, ends) => {
    for (let i = 0; i < 20; i++) irc.join(`n${i}`);
    const { steps } = begin('a', line);
    steps?.next();
    irc.server.exit(clientOf('a'), 'gone');
    const { channels } = irc.server.state;
    const before = [...channels.keys()];
    for (const client of Object.values(clients)) client.received();
    while (steps?.next().done === false);
    expect(clients.a?.received().map((text) => text.split(' ')[1])).toEqual(ends);
    expect([...channels.keys()]).toEqual(before);
  });

  it('WHO of a mask, too', () => {
    for (let i = 0; i < 40; i++) irc.join(`n${i}`);
    const { steps } = begin('a', 'WHO n*');
    steps?.next();
    irc.server.exit(clientOf('a'), 'gone');
    clients.a?.received();
    steps?.next();
    expect(clients.a?.received()).toEqual([':irc.test 315 a n* :End of WHO list']);
  });
});
