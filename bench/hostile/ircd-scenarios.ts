/**
 * Attacks on the IRC server: requests that multiply (channels by bans, users by mask, channels by filters, members by
 * messages), crowds that come and go, and clients that do not read. Attackers are in the default class with the default
 * limits; only what builds the scene up, on 127.0.0.3, is let through faster.
 */
import { connectionFlood } from './connection-flood.ts';
import { LineClient } from './line-client.ts';
import type { Attack, Scenario, Target } from './scenario.ts';

const BUILDER = '127.0.0.3';
/** Connections that one address may open at once by default. */
const PER_ADDRESS = 30;

const CONFIG = {
  dns: false,
  ident: false,
  class: [
    // Fifty pings a second are more than flood control lets through, and would measure that.
    { name: 'innocent', match: ['127.0.0.2/32'], throttle: false, flood: false },
    {
      name: 'builders',
      match: [`${BUILDER}/32`],
      throttle: false,
      flood: false,
      send_queue_bytes: 67_108_864,
      receive_queue_bytes: 16_777_216,
      ping_seconds: 600,
    },
  ],
};

/** The address of the nth attacker, with as many clients on each as the throttle lets in. */
const addressOf = (index: number, perAddress = PER_ADDRESS) =>
  `127.1.${Math.floor(index / perAddress / 250)}.${1 + (Math.floor(index / perAddress) % 250)}`;

/** Runs `work` for 0..count-1, at most `lanes` at a time. */
async function each<T>(count: number, lanes: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next++;
      results[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, lanes) }, lane));
  return results;
}

/** Clients of the builder's address that register, and do what `then` says. */
function crowd(
  { port }: Target,
  count: number,
  nickOf: (index: number) => string,
  then: (client: LineClient, index: number) => Promise<unknown> = async () => {},
  realname = 'hostile',
): Promise<LineClient[]> {
  return each(count, 100, async (index) => {
    const client = new LineClient(port, BUILDER);
    await client.register(nickOf(index), 'crowd', realname);
    await then(client, index);
    return client;
  });
}

/** Attackers of the default class that are registered already. */
function attackers(target: Target, count: number, nickOf: (index: number) => string): Promise<LineClient[]> {
  return each(count, 50, async (index) => {
    const client = new LineClient(target.port, addressOf(index));
    const nick = nickOf(index);
    await client.register(nick, 'a'.repeat(10));
    return client;
  });
}

/** Sends the lines, and resolves once everything before them was answered or the client was dropped. */
async function exhaust(client: LineClient, lines: readonly string[]): Promise<void> {
  client.send(...lines, 'PING :done');
  await Promise.race([client.waitFor(':done').catch(() => {}), client.closed]);
}

const closing =
  (...crowds: readonly (readonly LineClient[])[]) =>
  () => {
    for (const client of crowds.flat()) client.close();
  };

const two = (value: number) => String(value).padStart(2, '0');
const longNick = (index: number) => `a${index}${'a'.repeat(26)}`.slice(0, 29);

/** 20 channels, each with as many bans and exceptions as it may have, and one ban that matches. */
async function bannedJoins(target: Target, count: number): Promise<Attack> {
  const [owner] = await crowd(target, 1, () => 'owner');
  const channels = Array.from({ length: 20 }, (_, index) => `#b${index}`);
  for (const channel of channels) {
    owner?.send(`JOIN ${channel}`, `MODE ${channel} +b *!*@127.1.*`);
    for (const letter of ['b', 'e']) {
      for (let index = 0; index < 100; index++) {
        owner?.send(`MODE ${channel} +${letter} *${'a'.repeat(34)}${two(index)}!*@*`);
      }
    }
  }
  owner?.send('PING :built');
  await owner?.waitFor(':built');
  const clients = await attackers(target, count, longNick);
  const lines = Array.from({ length: 40 }, () => `JOIN ${channels.join(',')}`);
  return {
    run: async () => {
      await Promise.all(clients.map((client) => exhaust(client, lines)));
    },
    close: closing(clients, owner === undefined ? [] : [owner]),
  };
}

const kline = (index: number) => ({
  kind: 'kline',
  mask: `*${'a'.repeat(6)}${index}*@*.example.org`,
  reason: 'hostile',
  by: 'bench',
  setMs: 1_700_000_000_000,
  expiresMs: null,
});

export const ircdScenarios: readonly Scenario[] = [
  {
    id: 'join-bans',
    title: '30 clients of one address, 40 x JOIN of 20 channels with 100 bans and 100 exceptions',
    daemon: 'ircd',
    config: CONFIG,
    prepare: (target) => bannedJoins(target, 30),
  },
  {
    id: 'join-bans-3',
    title: 'the same from three addresses',
    daemon: 'ircd',
    config: CONFIG,
    prepare: (target) => bannedJoins(target, 90),
  },
  {
    id: 'who',
    title: '2,000 users with long real names, 13 x WHO with a hostile mask',
    daemon: 'ircd',
    config: CONFIG,
    async prepare(target) {
      const users = await crowd(target, 2000, (index) => `u${index}`, undefined, 'a'.repeat(150));
      const clients = await attackers(target, 1, longNick);
      const lines = Array.from({ length: 13 }, () => `WHO *${'a'.repeat(74)}b*`);
      return {
        run: async () => {
          await Promise.all(clients.map((client) => exhaust(client, lines)));
        },
        close: closing(users, clients),
      };
    },
  },
  {
    id: 'list',
    title: '2,000 channels, 10 x LIST with as many filters as fit a line',
    daemon: 'ircd',
    config: CONFIG,
    async prepare(target) {
      const owners = await crowd(
        target,
        20,
        (index) => `o${index}`,
        async (client, index) => {
          const names = Array.from({ length: 100 }, (_, at) => `#${'a'.repeat(50)}${index * 100 + at}`);
          for (let at = 0; at < 100; at += 5) client.send(`JOIN ${names.slice(at, at + 5).join(',')}`);
          client.send('PING :built');
          await client.waitFor(':built');
        },
      );
      const clients = await attackers(target, 1, longNick);
      const filters = Array.from({ length: 38 }, () => '!*aaaaaaaaab').join(',');
      return {
        run: async () => {
          await Promise.all(
            clients.map((client) =>
              exhaust(
                client,
                Array.from({ length: 10 }, () => `LIST ${filters}`),
              ),
            ),
          );
        },
        close: closing(owners, clients),
      };
    },
  },
  {
    id: 'klines',
    title: '10,000 K-lines with leading wildcards, 300 registrations at once',
    daemon: 'ircd',
    config: CONFIG,
    files: () => ({
      'bans.json': JSON.stringify({
        version: 1,
        bans: Array.from({ length: 10_000 }, (_, index) => kline(index)),
      }),
    }),
    async prepare(target) {
      const clients: LineClient[] = [];
      return {
        run: async () => {
          const begun = performance.now();
          await each(300, 300, async (index) => {
            const client = new LineClient(target.port, addressOf(index));
            clients.push(client);
            await client.register(`k${index}`, 'aaaaaaaaaa');
          });
          target.note('300 registrations s', (performance.now() - begun) / 1000);
        },
        close: closing(clients),
      };
    },
  },
  {
    id: 'fan-out',
    title: '3,000 members of one channel, 30 of them say 40 lines each at once',
    daemon: 'ircd',
    config: CONFIG,
    async prepare(target) {
      const members = await crowd(
        target,
        3000,
        (index) => `m${index}`,
        (client) => {
          client.send('JOIN #big');
          return client.waitFor(' 366 ');
        },
      );
      const clients = await attackers(target, 30, longNick);
      await Promise.all(
        clients.map((client) => {
          client.send('JOIN #big');
          return client.waitFor(' 366 ');
        }),
      );
      const lines = Array.from({ length: 40 }, (_, index) => `PRIVMSG #big :${index} ${'x'.repeat(300)}`);
      return {
        run: async () => {
          await Promise.all(clients.map((client) => exhaust(client, lines)));
        },
        close: closing(members, clients),
      };
    },
  },
  {
    id: 'nick-changes',
    title: '1,000 users on the same 20 channels, 30 of them change their nick 20 times each',
    daemon: 'ircd',
    config: CONFIG,
    async prepare(target) {
      const channels = Array.from({ length: 20 }, (_, index) => `#n${index}`).join(',');
      const join = async (client: LineClient) => {
        client.send(`JOIN ${channels}`, 'PING :joined');
        await client.waitFor(':joined');
      };
      const members = await crowd(target, 1000, (index) => `m${index}`, join);
      const clients = await attackers(target, 30, longNick);
      await Promise.all(clients.map(join));
      return {
        run: async () => {
          await Promise.all(
            clients.map((client, index) =>
              exhaust(
                client,
                Array.from({ length: 20 }, (_, at) => `NICK z${index}_${at}`),
              ),
            ),
          );
        },
        close: closing(members, clients),
      };
    },
  },
  {
    id: 'departures',
    title: '1,000 users on the same 20 channels leave at once',
    daemon: 'ircd',
    config: CONFIG,
    async prepare(target) {
      const channels = Array.from({ length: 20 }, (_, index) => `#n${index}`).join(',');
      const members = await crowd(
        target,
        1500,
        (index) => `m${index}`,
        async (client) => {
          client.send(`JOIN ${channels}`, 'PING :joined');
          await client.waitFor(':joined');
        },
      );
      const watcher = members.slice(1000);
      const leaving = members.slice(0, 1000);
      return {
        run: async () => {
          let seen = 0;
          const told = new Promise<void>((resolve) => {
            const last = watcher.at(-1) as LineClient;
            last.onLine = (line) => {
              if (line.includes(' QUIT ') && ++seen === leaving.length) resolve();
            };
          });
          for (const client of leaving) client.close();
          await told;
        },
        close: closing(members),
      };
    },
  },
  {
    id: 'slow-readers',
    title: '1,000 members that do not read, 8,000 lines of 500 bytes',
    daemon: 'ircd',
    config: CONFIG,
    memory: true,
    limitMs: 60_000,
    async prepare(target) {
      const members = await each(1000, 50, async (index) => {
        const client = new LineClient(target.port, addressOf(index));
        await client.register(`r${index}`);
        client.send('JOIN #slow');
        await client.waitFor(' 366 ');
        client.socket.pause();
        return client;
      });
      const [sender] = await crowd(target, 1, () => 'sender');
      sender?.send('JOIN #slow', 'MODE #slow -n', 'PING :in');
      await sender?.waitFor(':in');
      const text = 'x'.repeat(470);
      return {
        run: async () => {
          for (let batch = 0; batch < 80 && sender?.lost === null; batch++) {
            await exhaust(
              sender,
              Array.from({ length: 100 }, () => `PRIVMSG #slow :${text}`),
            );
          }
        },
        close: closing(members, sender === undefined ? [] : [sender]),
      };
    },
  },
  {
    id: 'queued-input',
    title: '3,000 clients with as many lines waiting as the receive queue takes',
    daemon: 'ircd',
    config: CONFIG,
    memory: true,
    async prepare(target) {
      const clients = await attackers(target, 3000, (index) => `q${index}`);
      const line = `PONG :${'x'.repeat(390)}`;
      const lines = Array.from({ length: 79 }, () => line);
      return {
        run: async () => {
          for (const client of clients) client.send(...lines);
          await new Promise((resolve) => setTimeout(resolve, 3000));
          target.note('clients left', clients.filter((client) => client.lost === null).length);
        },
        close: closing(clients),
      };
    },
  },
  {
    id: 'ircd-connections',
    title: '400 clients of one address that connect and close in a loop',
    daemon: 'ircd',
    config: CONFIG,
    anew: true,
    limitMs: 5_000,
    prepare: connectionFlood({ clients: 400, addressOf: () => '127.1.0.1', closes: true }),
  },
  {
    id: 'ircd-refused',
    title: '400 clients of one address that connect and wait until they are closed, in a loop',
    daemon: 'ircd',
    config: CONFIG,
    anew: true,
    limitMs: 5_000,
    prepare: connectionFlood({ clients: 400, addressOf: () => '127.1.0.1', closes: false }),
  },
];
