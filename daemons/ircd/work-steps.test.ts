import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { WorkTurnsOptions } from '../runtime/async/work-turns.ts';
import { quit } from './actions/quit.ts';
import { createAdminHandlers } from './admin/handlers.ts';
import { introduce, linkServer } from './memory-network.ts';
import { type MemoryClient, MemoryServer } from './memory-server.ts';

/** A loop that the test turns by hand, with slices of a few dozen receivers. */
class SlowLoop implements WorkTurnsOptions {
  readonly turnMs = 0.05;
  readonly sliceMs = 0.005;
  readonly due: (() => void)[] = [];
  readonly now = () => 0;
  readonly schedule = (callback: () => void) => void this.due.push(callback);

  /** One turn; false when nothing was to be done. */
  turn(): boolean {
    const due = this.due.splice(0);
    for (const callback of due) callback();
    return due.length > 0;
  }

  drain(): void {
    for (let count = 0; this.turn(); count++) if (count > 100_000) throw new Error('it does not end');
  }
}

const servers: MemoryServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function crowd(
  loop: SlowLoop | null,
  size: number,
  channels = '#big',
): Promise<[MemoryServer, MemoryClient[]]> {
  const irc = loop === null ? new MemoryServer() : new MemoryServer({}, null, loop);
  servers.push(irc);
  const clients: MemoryClient[] = [];
  for (let index = 0; index < size; index++) {
    const client = irc.connect();
    client.send(`NICK u${index}`, `USER u${index} 0 * :u`, `JOIN ${channels}`);
    // So many are welcomed in one turn of the loop.
    while (client.user?.memberships.size !== channels.split(',').length) {
      loop?.drain();
      await new Promise((resolve) => setImmediate(resolve));
    }
    clients.push(client);
  }
  loop?.drain();
  for (const client of clients) client.received();
  return [irc, clients];
}

/** What `send` answered at once, before the rest of it came. */
const heard = new WeakMap<MemoryClient, string[]>();

/** Says something and keeps what is answered at once for {@link received}. */
function say(client: MemoryClient, ...lines: string[]): void {
  heard.set(client, [...(heard.get(client) ?? []), ...client.send(...lines)]);
}

/** Everything that came since it was last asked. */
function received(client: MemoryClient): string[] {
  const all = [...(heard.get(client) ?? []), ...client.received()];
  heard.delete(client);
  return all;
}

const at = <T>(list: readonly T[], index: number): T => list[index]!;
/** What a client got of one kind of line. */
const about = (client: MemoryClient, word: string) => received(client).filter((line) => line.includes(word));

describe('a message to more than a slice', () => {
  it('reaches everybody once over several turns, and others are answered in between', async () => {
    const loop = new SlowLoop();
    const [, clients] = await crowd(loop, 300);
    const [sender, other] = [at(clients, 0), at(clients, 299)];
    say(sender, 'PRIVMSG #big :hello');
    expect(received(other)).toEqual([]);
    expect(other.send('PING :alive')).toEqual([':irc.test PONG irc.test :alive']);
    loop.drain();
    for (const client of clients.slice(1)) expect(about(client, 'PRIVMSG')).toHaveLength(1);
  });

  it('keeps what comes later behind it for every receiver', async () => {
    const loop = new SlowLoop();
    const [, clients] = await crowd(loop, 300);
    say(at(clients, 0), 'PRIVMSG #big :one');
    say(at(clients, 1), 'PRIVMSG #big :two');
    say(at(clients, 2), 'MODE #big');
    say(at(clients, 3), 'PART #big :gone');
    say(at(clients, 4), 'NICK renamed');
    at(clients, 5).drop();
    loop.drain();
    const orders = clients.slice(6).map((client) =>
      received(client)
        .filter((line) => /PRIVMSG|PART|NICK|QUIT/.test(line))
        .map((line) => line.split(' ')[1]),
    );
    expect(orders[0]?.toSorted()).toEqual(['NICK', 'PART', 'PRIVMSG', 'PRIVMSG', 'QUIT']);
    expect(orders[0]?.[0]).toBe('PRIVMSG');
    for (const order of orders) expect(order).toEqual(orders[0]);
  });

  it('is heard whole although its sender hung up behind it, and before the QUIT', async () => {
    const loop = new SlowLoop();
    const [irc, clients] = await crowd(loop, 300);
    say(at(clients, 0), 'PRIVMSG #big :last words');
    at(clients, 0).drop();
    loop.drain();
    for (const client of clients.slice(1)) {
      expect(received(client).map((line) => line.split(' ')[1])).toEqual(['PRIVMSG', 'QUIT']);
    }
    expect(irc.server.state.users.size).toBe(299);
    expect(irc.server.state.nickHolder('u0')).toBeUndefined();
  });

  it('does not reach somebody who joined behind it', async () => {
    const loop = new SlowLoop();
    const [irc, clients] = await crowd(loop, 300);
    const late = irc.connect();
    say(late, 'NICK late', 'USER late 0 * :late');
    loop.drain();
    received(late);
    say(at(clients, 0), 'PRIVMSG #big :before');
    say(late, 'JOIN #big');
    loop.drain();
    expect(about(late, 'PRIVMSG')).toEqual([]);
    expect(about(at(clients, 299), 'JOIN')).toHaveLength(1);
  });

  it('is answered with its label once it is done', async () => {
    const loop = new SlowLoop();
    const [, clients] = await crowd(loop, 300);
    const sender = at(clients, 0);
    say(sender, 'CAP REQ :labeled-response batch echo-message message-tags');
    received(sender);
    say(sender, '@label=x PRIVMSG #big :hello', 'PING :next');
    loop.drain();
    const [echo, pong] = received(sender);
    expect(echo).toMatch(/^@label=x;.*PRIVMSG #big :hello$/);
    expect(pong).toContain('PONG');
  });
});

it('names the right client when a nick is taken by somebody else meanwhile', async () => {
  const loop = new SlowLoop();
  const [irc, clients] = await crowd(loop, 300);
  say(at(clients, 0), 'PRIVMSG #big :long');
  say(at(clients, 1), 'NICK wanted');
  say(at(clients, 2), 'NICK wanted');
  loop.drain();
  expect(irc.server.state.findUser('wanted')).toBe(at(clients, 1).user);
  expect(about(at(clients, 2), ' 433 ')).toHaveLength(1);
});

describe('a request that multiplies', () => {
  const busy = async (
    loop: SlowLoop,
    irc: MemoryServer,
    client: MemoryClient,
    line: string,
    other: MemoryClient,
  ) => {
    say(client, line);
    expect(irc.host.work.busy).toBe(true);
    expect(other.send('PING :alive').at(-1)).toContain('PONG');
    loop.drain();
    return received(client);
  };

  it('channels by bans: JOIN of twenty channels with full lists takes its turns and is refused by each', async () => {
    const loop = new SlowLoop();
    const channels = Array.from({ length: 20 }, (_, index) => `#b${index}`);
    const [irc, [owner, other]] = (await crowd(loop, 2, channels.join(','))) as [
      MemoryServer,
      [MemoryClient, MemoryClient],
    ];
    for (const channel of channels) {
      say(owner, `MODE ${channel} +b *!*@192.0.2.66`);
      for (let index = 0; index < 99; index++) {
        const hostile = `*${'a'.repeat(34)}${String(index).padStart(2, '0')}!*@*`;
        say(owner, `MODE ${channel} +b ${hostile}`);
      }
      loop.drain();
    }
    const client = irc.connect('192.0.2.66');
    client.send(`NICK a0${'a'.repeat(20)}`, 'USER aaaa 0 * :a');
    loop.drain();
    client.received();
    const answer = await busy(loop, irc, client, `JOIN ${channels.join(',')}`, other);
    expect(answer.map((line) => line.split(' ').slice(1, 4))).toEqual(
      channels.map((channel) => ['474', `a0${'a'.repeat(20)}`, channel]),
    );
  });

  it('users by mask: WHO takes its turns and finds the same', async () => {
    const loop = new SlowLoop();
    const [irc, clients] = await crowd(loop, 200);
    const answer = await busy(loop, irc, at(clients, 0), 'WHO *?u1*?b*', at(clients, 1));
    expect(answer.at(-1)).toContain(' 315 ');
    expect(await busy(loop, irc, at(clients, 0), 'WHO *u19*', at(clients, 1))).toHaveLength(12);
  });

  it('channels by filters: LIST takes its turns and finds the same', async () => {
    const loop = new SlowLoop();
    const names = Array.from({ length: 90 }, (_, index) => `#${'a'.repeat(40)}${index}`);
    const [irc, clients] = await crowd(loop, 2, names.slice(0, 10).join(','));
    for (let from = 10; from < 90; from += 10)
      say(at(clients, 0), `JOIN ${names.slice(from, from + 10).join(',')}`);
    loop.drain();
    received(at(clients, 0));
    const filters = Array.from({ length: 30 }, () => '!*aaaaaaaaab').join(',');
    expect(await busy(loop, irc, at(clients, 0), `LIST ${filters}`, at(clients, 1))).toHaveLength(92);
  });

  it('is given up when its client has gone, and what is left of it costs nobody anything', async () => {
    const loop = new SlowLoop();
    const [irc, clients] = await crowd(loop, 300);
    say(at(clients, 0), 'WHO *');
    at(clients, 0).drop();
    loop.drain();
    expect(received(at(clients, 0)).filter((line) => line.includes(' 352 ')).length).toBeLessThan(299);
    expect(irc.server.state.users.size).toBe(299);
  });
});

it('lists every client, clears a channel and drops whom a ban meets over several turns, and says how many', async () => {
  const loop = new SlowLoop();
  const [irc, clients] = await crowd(loop, 300);
  const admin = createAdminHandlers({ server: irc.server, net: {} as never, lookup: {} as never });
  const call = {
    signal: new AbortController().signal,
    actor: { name: 'test', from: 'cli', role: 'admin' },
  } as const;
  const other = at(clients, 299);
  const whileSplit = async <T>(run: unknown | Promise<T>): Promise<T> => {
    expect(irc.host.work.busy).toBe(true);
    expect(other.send('PING :alive').at(-1)).toContain('PONG');
    loop.drain();
    return (await run) as T;
  };
  const listed = await whileSplit<{ rows: unknown[] }>(admin.clients.run({ text: '*', limit: 1000 }, call));
  expect(listed.rows).toHaveLength(300);
  expect(await whileSplit(admin.broadcast.run({ text: 'hello' }, call))).toEqual({ clients: 300 });
  for (const client of clients) expect(about(client, 'hello')).toHaveLength(1);
  const cleared = admin['clear-channel'].run({ channel: '#big', reason: 'over' }, call);
  expect(await whileSplit(cleared)).toEqual({ channel: '#big', removed: 300 });
  expect(irc.server.state.channels.size).toBe(0);
  const ban = { kind: 'kline', mask: '*u1*@*', reason: 'gone', minutes: 0 } as const;
  expect(await whileSplit(admin['add-ban'].run(ban, call))).toMatchObject({ disconnected: 111 });
  expect(irc.server.state.users.size).toBe(189);
});

/** Something that a client says, from what fast-check picked. */
const LINES = [
  (n: number) => `PRIVMSG #big :m${n}`,
  (n: number) => `NOTICE #other,#big :n${n}`,
  (n: number) => `TOPIC #big :t${n}`,
  (n: number) => `MODE #big +b b${n}!*@*`,
  () => 'MODE #big +m',
  () => 'MODE #big -m',
  (n: number) => `NICK k${n}`,
  (n: number) => `AWAY :a${n}`,
  (n: number) => `SETNAME :s${n}`,
  () => 'PART #big',
  () => 'JOIN #big,#other',
  () => 'JOIN #new',
  () => 'JOIN 0',
  (n: number) => `KICK #big u${n % 140}`,
  (n: number) => `INVITE u${n % 140} #new`,
  () => 'WHO *u1*',
  () => 'LIST *o*',
  () => 'QUIT :bye',
] as const;

const script = fc.array(fc.record({ who: fc.nat(139), what: fc.nat(LINES.length - 1), n: fc.nat(999) }), {
  minLength: 1,
  maxLength: 12,
});

/** A line without what differs between two runs. */
const plain = (line: string) => line.replaceAll(/\d{9,}/g, 'T');

describe('property', () => {
  it('a client sees the same whether requests were split or not', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (lines) => {
        const loop = new SlowLoop();
        const [, split] = await crowd(loop, 140, '#big,#other');
        const [, whole] = await crowd(null, 140, '#big,#other');
        for (const { who, what, n } of lines) {
          say(at(split, who), at(LINES, what)(n));
          loop.drain();
          say(at(whole, who), at(LINES, what)(n));
        }
        for (let index = 0; index < split.length; index++) {
          expect(received(at(split, index)).map(plain)).toEqual(received(at(whole, index)).map(plain));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('all members of a channel see its events in one order, whatever is asked at once', async () => {
    await fc.assert(
      fc.asyncProperty(script, fc.infiniteStream(fc.nat(3)), async (lines, pauses) => {
        const loop = new SlowLoop();
        const [, clients] = await crowd(loop, 140);
        for (const { who, what, n } of lines) {
          say(at(clients, who), at(LINES, what)(n));
          for (let turns = pauses.next().value ?? 0; turns > 0; turns--) loop.turn();
        }
        loop.drain();
        const seen = clients.map((client) =>
          received(client).filter((line) => / #big( |$)/.test(line) && !/ \d{3} /.test(line)),
        );
        const places = seen.map((all) => new Map(all.map((line, place) => [line, place])));
        for (let a = 1; a < seen.length; a++) {
          let last = -1;
          for (const line of at(seen, a)) {
            const place = at(places, 0).get(line);
            // A line that is said twice has no one place.
            if (place === undefined || at(seen, 0).filter((other) => other === line).length > 1) continue;
            expect(place).toBeGreaterThan(last);
            last = place;
          }
        }
      }),
      { numRuns: 25 },
    );
  });
});

it('somebody of another server who is on thousands of channels leaves them in several turns', async () => {
  const loop = new SlowLoop();
  const [irc, clients] = await crowd(loop, 2, '#c0');
  const { state } = irc.server;
  const bot = introduce(state, linkServer(state, 'services.test'), 'bot');
  for (let i = 0; i < 2_000; i++) state.join(bot, `#c${i}`, 1_000);
  quit(irc.server, bot, 'over');
  loop.turn();
  expect([bot.gone, state.findUser('bot'), bot.memberships.size > 1_000]).toEqual([true, undefined, true]);
  loop.drain();
  const left = [bot.memberships.size, [...state.channels.keys()], state.users.has(bot)];
  expect(left).toEqual([0, ['#c0'], false]);
  for (const client of clients) expect(client.received()).toEqual([':bot!bot@far.example QUIT :over']);
});
