/** Between servers of our own kind nothing is lost: what users of one see, users of the others see as well. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { setAccount } from '../actions/account.ts';
import { changeHost } from '../actions/host.ts';
import { CAP } from '../client/capabilities.ts';
import type { MemoryClient } from '../memory-server.ts';
import { LinkedServer, settle, Wire } from './memory-links.ts';

const NOW = Date.UTC(2026, 0, 1);

/** Three in a row, each with a client. */
let servers: readonly LinkedServer[];
let clients: readonly MemoryClient[];
let wires: readonly Wire[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  servers = ['one.test', 'two.test', 'three.test'].map((name, i) => new LinkedServer(name, i + 1));
  const caps = 'message-tags server-time setname chghost';
  clients = servers.map(({ irc }, i) => irc.join(`nick${i + 1}`, caps));
  // Offered only where accounts are known.
  for (const { client } of clients) client!.caps |= CAP.accountNotify;
});
afterEach(() => {
  for (const server of servers) server.close();
  vi.useRealTimers();
});

function link(): void {
  const [one, two, three] = servers as [LinkedServer, LinkedServer, LinkedServer];
  wires = [new Wire(one, two), new Wire(two, three)];
  settle(...wires);
}

/** What each client reads after something was done and carried over. */
function heardAfter(deed: () => void): string[][] {
  for (const client of clients) client.received();
  deed();
  settle(...wires);
  return clients.map((client) => client.received());
}

function act(server: LinkedServer, steps: WorkSteps | null): void {
  if (steps !== null) server.irc.host.work.runSteps(server.irc.server.house, steps);
}

const everywhere = <Seen>(see: (server: LinkedServer) => Seen): Seen[] => servers.map(see);

describe('three servers in a row', () => {
  beforeEach(() => {
    link();
    for (const client of clients) {
      client.send('JOIN #c');
      settle(...wires);
    }
  });

  it('show a message with one id, one time and the tags of whoever sent it', () => {
    const [, two, three] = heardAfter(() => {
      clients[0]!.send('@+reply=abc;label=x PRIVMSG #c :hello', '@+typing=done TAGMSG nick3');
      vi.setSystemTime(NOW + 5_000);
    });
    const id = `1-${NOW.toString(36)}-`;
    const line = `@time=2026-01-01T00:00:00.000Z;msgid=${id}1;+reply=abc :nick1!~nick1@192.0.2.1 PRIVMSG #c :hello`;
    expect(two).toEqual([line]);
    expect(three).toEqual([
      line,
      `@time=2026-01-01T00:00:00.000Z;msgid=${id}2;+typing=done :nick1!~nick1@192.0.2.1 TAGMSG nick3`,
    ]);
  });

  it('show tags to operators of a channel alone where they are for them', () => {
    clients[0]!.send('MODE #c +v nick3');
    settle(...wires);
    expect(
      heardAfter(() => clients[1]!.send('MODE #c -n', '@+a TAGMSG @#c', '@+b TAGMSG +#c')).map((lines) =>
        lines.flatMap((line) => /(\+[ab]) :.* (TAGMSG .*)$/.exec(line)?.slice(1).join(' ') ?? []),
      ),
    ).toEqual([['+a TAGMSG @#c', '+b TAGMSG +#c'], [], ['+b TAGMSG +#c']]);
  });

  it('show another real name, another host, and who logs in to which account', () => {
    const [, , heard] = heardAfter(() => {
      clients[0]!.send('SETNAME :Somebody else');
      act(servers[0]!, changeHost(servers[0]!.irc.server, clients[0]!.user!, 'hidden.test'));
      // Services on the third server know the accounts.
      for (const account of ['first', 'second', null]) {
        const user = servers[2]!.state.findUser('nick1')!;
        act(servers[2]!, setAccount(servers[2]!.irc.server, user, account));
        settle(...wires);
      }
    });
    expect(heard!.map((line) => line.replace(/^@\S+ /, ''))).toEqual([
      ':nick1!~nick1@192.0.2.1 ACCOUNT first',
      ':nick1!~nick1@192.0.2.1 SETNAME :Somebody else',
      ':nick1!~nick1@192.0.2.1 CHGHOST ~nick1 hidden.test',
      ':nick1!~nick1@hidden.test ACCOUNT second',
      ':nick1!~nick1@hidden.test ACCOUNT *',
    ]);
    expect(everywhere(({ state }) => state.findUser('nick1')!.account)).toEqual([null, null, null]);
    expect(clients[2]!.send('WHOIS nick1').join('\n')).toContain('hidden.test * :Somebody else');
    const accounts = wires.flatMap(({ log }) => log.filter((line) => line.includes(' AC ADAAA')));
    expect(accounts).toEqual([]);
    // Nobody is told again what they said.
    expect(wires[1]!.log.filter((line) => /^> .* AC AB/.test(line))).toEqual([]);
  });

  it('show of each mask who set it and when, also where they are gone and clocks differ', () => {
    const origins = () =>
      everywhere(({ state }) => state.findChannel('#c')!).map(({ bans, exceptions, inviteExceptions }) =>
        [bans, exceptions, inviteExceptions].flatMap(({ entries }) =>
          entries.map(({ mask, by, atMs }) => `${mask.text} ${by} ${atMs - NOW}`),
        ),
      );
    servers[0]!.irc.promote(clients[0]!, ['kill']);
    heardAfter(() => {
      clients[0]!.send('MODE #c +beI b!*@* e!*@* i!*@*');
      vi.setSystemTime(NOW + 5_000);
      // Whoever set them is killed before the third server hears of it.
      wires[0]!.step();
      servers[2]!.irc.promote(clients[2]!, ['kill']);
      clients[2]!.send('KILL nick1 :no');
    });
    const by = 'nick1!~nick1@192.0.2.1 0';
    expect(origins()).toEqual(Array.from(servers, () => [`b!*@* ${by}`, `e!*@* ${by}`, `i!*@* ${by}`]));
  });

  it('show of a mask that is set once more who had set it, also where that was in the same second', () => {
    const setters = () =>
      everywhere(({ state }) => state.findChannel('#c')!.bans.entries.map(({ by }) => by.split('!')[0]));
    heardAfter(() => clients[0]!.send('MODE #c +b b!*@*', 'NICK another', 'MODE #c +b b!*@*'));
    expect(setters()).toEqual([['nick1'], ['nick1'], ['nick1']]);
  });

  it('agree on topics that cross, and on one that was taken away', () => {
    const topics = () => everywhere(({ state }) => state.findChannel('#c')!).map(({ topic }) => topic);
    heardAfter(() => {
      clients[0]!.send('MODE #c -t');
      settle(...wires);
      for (const [i, client] of clients.entries()) client.send(`TOPIC #c :topic ${i}`);
    });
    expect(topics()).toEqual(['topic 2', 'topic 2', 'topic 2']);
    heardAfter(() => clients[0]!.send('TOPIC #c :last', 'TOPIC #c :'));
    expect(topics()).toEqual(['', '', '']);
  });
});

describe('what both had before they were linked', () => {
  const lists = ({ state }: LinkedServer) => {
    const { bans, exceptions, inviteExceptions } = state.findChannel('#c')!;
    return [bans, exceptions, inviteExceptions].map(({ entries }) => entries.map(({ mask }) => mask.text));
  };

  it('is put together: exceptions of bans and of +i, absences, topics with who set them and when', () => {
    for (const [i, client] of clients.entries())
      client.send('JOIN #c', `MODE #c +beI a${i}!*@* b${i}!*@* c${i}!*@*`, `AWAY :gone ${i}`);
    clients[0]!.send('TOPIC #c :early');
    vi.setSystemTime(NOW + 60_000);
    clients[2]!.send('TOPIC #c :late');
    vi.setSystemTime(NOW + 90_000);
    link();
    for (const [bans, exceptions, invites] of everywhere(lists)) {
      expect(bans!.sort()).toEqual(['a0!*@*', 'a1!*@*', 'a2!*@*']);
      expect(exceptions!.sort()).toEqual(['b0!*@*', 'b1!*@*', 'b2!*@*']);
      expect(invites!.sort()).toEqual(['c0!*@*', 'c1!*@*', 'c2!*@*']);
    }
    expect(
      everywhere(({ state }) => state.findChannel('#c')!).map(({ topic, topicBy, topicAtMs }) => [
        topic,
        topicBy,
        topicAtMs,
      ]),
    ).toEqual(Array.from(servers, () => ['late', 'nick3!~nick3@192.0.2.1', NOW + 60_000]));
    expect(everywhere(({ state }) => state.findUser('nick2')!.away)).toEqual(['gone 1', 'gone 1', 'gone 1']);
  });

  it('is of a mask that several set who was the first', () => {
    for (const [i, client] of clients.entries()) {
      vi.setSystemTime(NOW + (2 - i) * 1_000);
      client.send('JOIN #c', 'MODE #c +b x!*@*');
    }
    vi.setSystemTime(NOW);
    for (const { state } of servers) state.backdate(state.findChannel('#c')!, NOW);
    link();
    const first = ({ state }: LinkedServer) =>
      state.findChannel('#c')!.bans.entries.map(({ by, atMs }) => [by, atMs]);
    expect(everywhere(first)).toEqual(Array.from(servers, () => [['nick3!~nick3@192.0.2.1', NOW]]));
  });

  it('is as the older channel has it, which has no topic', () => {
    clients[0]!.send('JOIN #c', 'MODE #c +I old!*@*');
    vi.setSystemTime(NOW + 60_000);
    clients[1]!.send('JOIN #c', 'TOPIC #c :of the younger', 'MODE #c +I new!*@*');
    const [, heard] = heardAfter(link);
    expect(everywhere(({ state }) => state.findChannel('#c')!).map(({ topic }) => topic)).toEqual([
      '',
      '',
      '',
    ]);
    expect(heard!.filter((line) => line.includes('TOPIC')).map((line) => line.replace(/^@\S+ /, ''))).toEqual(
      [':one.test TOPIC #c :'],
    );
    expect(everywhere(lists).map(([, , invites]) => invites)).toEqual([
      ['old!*@*'],
      ['old!*@*'],
      ['old!*@*'],
    ]);
  });

  it('is as the older channel has it, also where the younger one had its topic taken away later', () => {
    clients[0]!.send('JOIN #c', 'TOPIC #c :of the older');
    vi.setSystemTime(NOW + 60_000);
    clients[1]!.send('JOIN #c', 'TOPIC #c :of the younger', 'TOPIC #c :');
    link();
    expect(everywhere(({ state }) => state.findChannel('#c')!).map(({ topic }) => topic)).toEqual([
      'of the older',
      'of the older',
      'of the older',
    ]);
  });

  it('is the topic that was taken away later, where that is', () => {
    for (const client of clients) client.send('JOIN #c');
    clients[0]!.send('TOPIC #c :early');
    vi.setSystemTime(NOW + 60_000);
    clients[1]!.send('TOPIC #c :late', 'TOPIC #c :');
    link();
    expect(everywhere(({ state }) => state.findChannel('#c')!).map(({ topic }) => topic)).toEqual([
      '',
      '',
      '',
    ]);
  });
});
