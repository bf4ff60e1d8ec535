/** Real clients do real work on both servers, and the window shows it as it happens. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { connectRelay } from '../daemons/relay/client/node-connection.ts';
import { IrcClient } from './clients/irc-client.ts';
import { RelayClient } from './clients/relay-client.ts';
import { expect, test } from './fixtures.ts';
import { figure } from './live-numbers.ts';

test.use({ sharedApp: 'everyday' });

interface MetricsReport {
  readonly time: number;
  readonly metrics: Readonly<Record<string, number | { readonly count: number; readonly p99: number }>>;
}

test('people talk on the IRC server, and card and command line count them', async ({ app }) => {
  const server = await app.startDaemon('ircd');
  const metrics = async () => (await app.cliJson<MetricsReport>(['metrics', 'ircd'])).metrics;
  const alice = await IrcClient.connect(server, 'alice');
  const bob = await IrcClient.connect(server, 'bob');
  await alice.join('#lobby');
  await bob.join('#lobby');
  await expect(figure(app.card('ircd'), 'Connections')).toHaveText('2');

  alice.say('#lobby', 'good morning');
  await expect.poll(() => bob.hasHeard('good morning')).toBe(true);
  bob.say('alice', 'hello to you alone');
  await expect.poll(() => alice.hasHeard('hello to you alone')).toBe(true);
  expect(bob.hasHeard('hello to you alone')).toBe(false);

  // Others may stand beside it, which services keep or leave meanwhile: the server itself says how many there are.
  await expect
    .poll(async () => {
      const { signalbox_ircd_connections: connections, signalbox_ircd_channels: channels } = await metrics();
      return { connections, channels: Number(channels) - (await alice.channelsFormed()) };
    })
    .toEqual({ connections: 2, channels: 0 });

  bob.quit();
  await expect(figure(app.card('ircd'), 'Connections')).toHaveText('1');
  await expect.poll(() => alice.lines.some((line) => / QUIT /.test(line))).toBe(true);
  alice.quit();
});

test('frames come back from the relay, and the card counts its clients', async ({ app }) => {
  const server = await app.startDaemon('relay');
  const peers = await Promise.all([1, 2, 3].map(() => RelayClient.connect(server)));
  await expect(figure(app.card('relay'), 'Connections')).toHaveText('3');
  for (const [i, peer] of peers.entries()) {
    peer.send(`frame of ${i}`);
    peer.send('');
    peer.send('x'.repeat(100_000));
  }
  for (const [i, peer] of peers.entries()) {
    await expect.poll(() => peer.received.length).toBe(3);
    expect(peer.received).toEqual([`frame of ${i}`, '', 'x'.repeat(100_000)]);
  }
  const metrics = async () => (await app.cliJson<MetricsReport>(['metrics', 'relay'])).metrics;
  await expect.poll(metrics).toMatchObject({
    signalbox_relay_connections: 3,
    signalbox_relay_frames_in_total: 9,
  });
  for (const peer of peers) peer.close();
  await expect(figure(app.card('relay'), 'Connections')).toHaveText('0');
});

/** Where the object server keeps what operators put there, which may be larger than memory. */
const OBJECTS = join('objects', 'store');

/** What stands in all files below a folder, but in those of a name, and in objects. */
async function textBelow(folder: string, except: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && basename(entry.name) !== except && !entry.parentPath.includes(OBJECTS),
  );
  const texts = files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1'));
  return (await Promise.all(texts)).join('\n');
}

test('who talks over the relay in a sealed session is known by identity, and the key of the relay stands in its own file alone', async ({
  app,
  folder,
}) => {
  const server = await app.startDaemon('relay');
  const client = await connectRelay({
    host: '127.0.0.1',
    port: server.port,
    mode: 'rooms',
    peer: 'sealed-one',
  });
  await client.join('den');
  const { result } = await app.cliJson<{
    result: { rows: Readonly<Record<string, unknown>>[] };
  }>(['run', 'relay', 'clients']);
  expect(result.rows).toMatchObject([
    {
      security: 'noise',
      identity: expect.stringMatching(/^[\w-]{43}$/),
      cipher: expect.stringContaining('ChaCha20'),
    },
  ]);
  client.close();

  const pem = await readFile(join(folder, 'data', 'relay', 'identity.pem'), 'utf8');
  const key = pem.split('\n').find((line) => line !== '' && !line.startsWith('-'))!;
  const seed = Buffer.from(key, 'base64').subarray(-32);
  const text = await textBelow(folder, 'identity.pem');
  expect(text).toContain('relay');
  for (const secret of [key, seed.toString('hex'), seed.toString('base64url'), seed.toString('base64')])
    expect(text).not.toContain(secret);
});

test('a command of the command line acts on a client', async ({ app }) => {
  const server = await app.startDaemon('ircd');
  const alice = await IrcClient.connect(server, 'alice');
  const refused = await app.cliJson(['run', 'ircd', 'kill', '--client', 'nobody', '--reason', 'x', '--yes']);
  expect(refused).toMatchObject({ ok: false, error: { code: 'not_found' } });

  const argv = ['run', 'ircd', 'kill', '--client', 'alice', '--reason', 'end of test', '--yes'];
  expect(await app.cliJson(argv)).toMatchObject({ ok: true });
  await expect.poll(() => alice.isOpen).toBe(false);
  expect(alice.lines.at(-1)).toContain('end of test');
  await expect(figure(app.card('ircd'), 'Connections')).toHaveText('0');
});
