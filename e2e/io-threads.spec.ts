/** An IRC server whose sockets are owned by threads, in the process that each host makes for it: the desktop app has another Node. */
import type { TcpListenerInfo } from '../contract/link/endpoint.ts';
import type { RunningApp } from './app/running-app.ts';
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';

test.use({
  config: `[ircd]
io_threads = 2
listen = [
  { host = "127.0.0.1", port = 0 },
  { host = "127.0.0.1", port = 0, tls = true },
  { host = "127.0.0.1", port = 0, protocol = "websocket" },
  { host = "127.0.0.1", port = 0, protocol = "websocket", tls = true },
]

[[ircd.class]]
name = "local"
match = ["127.0.0.0/8"]
throttle = false
flood = false
`,
});

const MESSAGES = 200;
const texts = (from: string): string[] =>
  Array.from({ length: MESSAGES }, (_, number) => `${from} says ${number}`);

/** All listeners: TCP, TLS, WebSocket and WebSocket behind TLS. */
async function places(app: RunningApp): Promise<readonly TcpListenerInfo[]> {
  const listeners = (await app.daemon('ircd')).listeners.filter((listener) => 'port' in listener);
  const kinds = listeners.map(({ protocol, tls }) => `${protocol} ${tls}`);
  expect(kinds).toEqual(['irc false', 'irc true', 'websocket false', 'websocket true']);
  return listeners;
}

/**
 * Two on each listener, in one channel, where each of four says much and the others hear all of it in order. Clients are dealt out to the
 * threads by turns.
 */
async function converse(app: RunningApp): Promise<IrcClient[]> {
  const clients: IrcClient[] = [];
  for (const [index, place] of (await places(app)).entries())
    for (const name of ['hearer', 'speaker']) clients.push(await IrcClient.connect(place, `${name}${index}`));
  for (const client of clients) await client.join('#threads');
  const speakers = clients.filter(({ nick }) => nick.startsWith('speaker'));
  for (const speaker of speakers) for (const text of texts(speaker.nick)) speaker.say('#threads', text);
  for (const { nick } of speakers) {
    for (const hearer of clients) {
      if (hearer.nick === nick) continue;
      await expect.poll(() => hearer.heardFrom(nick)).toEqual(texts(nick));
    }
  }
  return clients;
}

test('clients over TCP, TLS and WebSocket hear each other, are told when the server stops, and come back when it starts', async ({
  app,
}) => {
  await app.startDaemon('ircd');
  const first = await app.daemon('ircd');
  const clients = await converse(app);
  const pools = JSON.parse((await app.cli(['pools', '--json'])).stdout) as Record<string, string>[];
  const ofThreads = pools
    .map(({ kind, name }) => `${kind} ${name}`)
    .filter((one) => / socket thread \d+$/.test(one));
  expect(ofThreads.sort()).toEqual(
    ['connections', 'queue from', 'queue to', 'queue unheard at'].flatMap((what) =>
      [1, 2].map((thread) => `${what} socket thread ${thread}`),
    ),
  );

  expect((await app.cli(['stop', 'ircd', '--yes'])).code).toBe(0);
  await expect.poll(() => clients.filter(({ isOpen }) => isOpen)).toEqual([]);
  for (const { lines } of clients) expect(lines.filter((line) => line.startsWith('ERROR '))).toHaveLength(1);
  expect(await app.daemon('ircd')).toMatchObject({ state: 'stopped', pid: null, restarts: first.restarts });

  await app.startDaemon('ircd');
  for (const client of await converse(app)) client.quit();
  // Where threads cannot have sockets, the one thread serves everybody and says so: then this would have shown nothing.
  const logs = await app.cli(['logs', 'ircd']);
  expect(logs.code).toBe(0);
  expect(logs.stdout).not.toContain('io_thread_trouble');
});
