/**
 * While a message is on its way to a channel over several turns, whatever else concerns that channel waits behind it, and
 * leaves the channel free when it is done.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WorkAccount, WorkGroup } from '../../runtime/async/work-account.ts';
import type { WorkGate } from '../../runtime/async/work-gate.ts';
import { createAdminHandlers } from '../admin/handlers.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import type { User } from '../state/user.ts';

let irc: MemoryServer;
let clients: Record<'a' | 'b' | 'c' | 'd', MemoryClient>;
let due: (() => void)[];
type Nick = keyof typeof clients;

beforeEach(() => {
  due = [];
  irc = new MemoryServer({}, null, {
    turnMs: 1,
    sliceMs: 1,
    now: () => 0,
    schedule: (callback) => void due.push(callback),
  });
  const join = (nick: string) => irc.join(nick);
  clients = { a: join('a'), b: join('b'), c: join('c'), d: join('d') };
  for (const nick of ['a', 'b', 'c'] as const) clients[nick].send('JOIN #x');
  irc.promote(clients.a, ['auspex']);
  drain();
  heard();
});
afterEach(() => irc.close());

function drain(): void {
  for (let turns = 0; due.length > 0; turns++) {
    if (turns > 1000) throw new Error('it does not end');
    for (const callback of due.splice(0)) callback();
  }
}

/** What everybody has received since it was asked last. */
function heard(): string[] {
  return Object.entries(clients).flatMap(([nick, client]) =>
    client.received().map((line) => `${nick} ${line.replaceAll(/^:irc\.test |!~\w@192\.0\.2\.1/g, '')}`),
  );
}

const gateOf = (name: string) => irc.server.state.findChannel(name)?.gate as WorkGate;

/** Closes the gate of a channel, as a message that is on its way does; answers what opens it. */
function close(gate: WorkGate): () => void {
  const account = new WorkAccount(new WorkGroup());
  const { work } = irc.host;
  gate.holder = account;
  return () => {
    work.run(account, {
      step: () => {
        work.leave(gate);
        return 'done';
      },
    });
    drain();
  };
}

describe('behind a message that is on its way', () => {
  it.each<[Nick, string, string]>([
    ['a', 'PRIVMSG #x :hi', 'b :a PRIVMSG #x :hi'],
    ['a', 'PRIVMSG b,#x :hi', 'c :a PRIVMSG #x :hi'],
    ['b', 'NOTICE @#x :hi', 'a :b NOTICE @#x :hi'],
    ['d', 'PRIVMSG #x :hi', 'd 404 d #x :Cannot send to channel'],
    ['d', 'JOIN #x', 'a :d JOIN #x'],
    ['b', 'PART #x', 'a :b PART #x'],
    ['b', 'JOIN 0', 'a :b PART #x'],
    ['a', 'KICK #x b :out', 'b :a KICK #x b :out'],
    ['b', 'KICK #x a', "b 482 b #x :You're not channel operator"],
    ['a', 'TOPIC #x :news', 'b :a TOPIC #x :news'],
    ['b', 'TOPIC #x', 'b 331 b #x :No topic is set'],
    ['a', 'MODE #x +m', 'b :a MODE #x +m'],
    ['b', 'MODE #x', 'b 324 b #x +nt'],
    ['a', 'INVITE d #x', 'd :a INVITE d #x'],
    ['b', 'INVITE c #x', 'b 443 b c #x :is already on channel'],
    ['b', 'NICK e', 'a :b NICK e'],
    ['b', 'NICK a', 'b 433 b a :Nickname is already in use'],
    ['b', 'QUIT :bye', 'a :b QUIT :Quit: bye'],
  ])('%s waits: %s', (nick, line, effect) => {
    const gate = gateOf('#x');
    const open = close(gate);
    clients[nick].send(line);
    drain();
    const others = heard().filter(
      (text) => !text.startsWith(`${nick} ERROR`) && !text.startsWith('b :a PRIVMSG b'),
    );
    expect(others).toEqual([]);
    open();
    expect(heard()).toContain(effect);
    expect([gate.holder, gate.waiting]).toEqual([null, []]);
  });

  it('a channel is cleared by an administrator', async () => {
    const gate = gateOf('#x');
    const open = close(gate);
    const admin = createAdminHandlers({ server: irc.server, net: null as never, lookup: null as never });
    const call = {
      signal: new AbortController().signal,
      actor: { name: 'tester', from: 'cli', role: 'admin' },
    } as const;
    const cleared = admin['clear-channel'].run({ channel: '#x', reason: 'over' }, call);
    drain();
    expect(heard()).toEqual([]);
    open();
    expect(await cleared).toEqual({ channel: '#x', removed: 3 });
    expect(gate.holder).toBeNull();
  });
});

describe('where the channel ends or is left meanwhile', () => {
  it.each<[Nick, string, string[]]>([
    ['d', 'PRIVMSG #x :hi', ['d 403 d #x :No such channel']],
    ['d', 'JOIN #x', ['d :d JOIN #x', 'd 353 d = #x :@d', 'd 366 d #x :End of /NAMES list']],
    ['a', 'TOPIC #x :news', ['a 403 a #x :No such channel']],
    ['a', 'MODE #x +m', ['a 403 a #x :No such channel']],
    ['a', 'KICK #x b :out', ['a 403 a #x :No such channel']],
    ['a', 'INVITE d #x', ['a 403 a #x :No such channel']],
    ['b', 'PART #x', []],
  ])('%s is told so: %s', (nick, line, answers) => {
    const gate = gateOf('#x');
    const open = close(gate);
    clients[nick].send(line);
    const { state } = irc.server;
    for (const member of [...(state.findChannel('#x')?.members ?? [])]) state.part(member);
    open();
    expect(heard()).toEqual(answers);
    expect([gate.holder, gate.waiting]).toEqual([null, []]);
  });

  it('somebody who left may neither kick nor invite any more', () => {
    for (const line of ['KICK #x b :out', 'INVITE d #x']) {
      const open = close(gateOf('#x'));
      clients.a.send(line);
      const member = (clients.a.user as User).memberships.values().next().value;
      if (member !== undefined) irc.server.state.part(member);
      open();
      expect(heard()).toEqual(["a 442 a #x :You're not on that channel"]);
      clients.a.send('JOIN #x');
      heard();
    }
  });

  it('a name that has become another channel is waited for there', () => {
    const first = gateOf('#x');
    const openFirst = close(first);
    clients.d.send('PRIVMSG #x :hi');
    const { state } = irc.server;
    for (const member of [...(state.findChannel('#x')?.members ?? [])]) state.part(member);
    state.join(clients.b.user as User, '#x', 0);
    const second = gateOf('#x');
    const openSecond = close(second);
    openFirst();
    expect([heard(), first.holder]).toEqual([[], null]);
    openSecond();
    expect([heard(), second.holder]).toEqual([['d 404 d #x :Cannot send to channel'], null]);
  });
});

describe('of two channels', () => {
  it('NICK and QUIT wait for all, and leave all free', () => {
    clients.b.send('JOIN #y');
    heard();
    for (const [line, effect] of [
      ['NICK e', 'a :b NICK e'],
      ['QUIT :bye', 'a :e QUIT :Quit: bye'],
    ] as const) {
      const [x, y] = [gateOf('#x'), gateOf('#y')];
      const [openX, openY] = [close(x), close(y)];
      clients.b.send(line);
      heard();
      openY();
      expect(heard()).toEqual([]);
      // What comes behind it waits for it in both.
      expect(x.holder).not.toBeNull();
      openX();
      expect(heard()).toContain(effect);
      expect([x.holder, y.holder]).toEqual([null, null]);
    }
  });

  it('two who wait for the channels of each other both come to an end', () => {
    for (const nick of ['b', 'c'] as const) clients[nick].send('JOIN #y');
    heard();
    const [openX, openY] = [close(gateOf('#x')), close(gateOf('#y'))];
    clients.b.send('NICK e');
    clients.c.send('NICK f');
    openY();
    openX();
    expect(heard().filter((line) => line.startsWith('a'))).toEqual(['a :b NICK e', 'a :c NICK f']);
    expect([gateOf('#x').holder, gateOf('#y').holder]).toEqual([null, null]);
  });

  it('a nick that was taken meanwhile is refused, and the channels are free', () => {
    const gate = gateOf('#x');
    const open = close(gate);
    clients.b.send('NICK e');
    irc.server.state.setNick(clients.d.user as User, 'e', 0);
    open();
    expect([heard(), gate.holder]).toEqual([['b 433 b e :Nickname is already in use'], null]);
  });
});
