/** `signalbox relay chat` against a relay on a real socket, and the client library that it is made of. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectRelay } from './client/node-connection.ts';
import type { Control, RelayMessage } from './client/relay-client.ts';
import { TestRelay } from './test-relay.ts';
import { verbSpecs } from './verb-specs.ts';
import { verbs } from './verbs.ts';

let relay: TestRelay;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-verbs-'));
  vi.stubEnv('XDG_CONFIG_HOME', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await relay?.close();
  await rm(folder, { recursive: true });
});

/** A chat that goes on until its input ends. */
function chat(args: object) {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = '';
  const waiting: (() => void)[] = [];
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    for (const wake of waiting.splice(0)) wake();
  });
  const done = verbs.chat(verbSpecs.chat.args.parse({ room: 'den', ...args }), {
    listeners: async () => [
      { protocol: 'stun', host: '127.0.0.1', port: 1, tls: false },
      { protocol: 'frames', host: '0.0.0.0', port: relay.port, tls: false },
    ],
    input,
    output,
  });
  done.catch(() => {});
  return {
    input,
    done,
    async shows(text: string) {
      while (!shown.includes(text))
        await Promise.race([
          new Promise<void>((resolve) => waiting.push(resolve)),
          done.then(() => {
            if (!shown.includes(text)) throw new Error(`it ended, and showed ${shown}`);
          }),
        ]);
    },
  };
}

it('talks in a room, sealed, remembers the relay, and leaves with the end of its input', async () => {
  relay = await TestRelay.start();
  const ann = chat({ peer: 'ann' });
  await ann.shows(`* the relay is ${relay.server.door.identity}; that is remembered from now on`);
  await ann.shows(`* ann in den, 1 there (sealed, ${relay.server.door.identity})`);
  const bob = chat({ peer: 'bob', connect: `127.0.0.1:${relay.port}`, plain: true });
  await bob.shows('* bob in den, 2 there (PLAIN: anybody on the way reads this)');
  await ann.shows('* bob came, 2 there');
  bob.input.write('hello\u001b[2J there\n\n');
  await ann.shows('bob: hello [2J there');
  ann.input.write('hello bob\n');
  await bob.shows('ann: hello bob');
  await relay.commands.broadcast.run({ text: 'tea', room: '', plain: false }, undefined as never);
  await bob.shows('* tea');
  bob.input.end();
  expect(await bob.done).toEqual({ text: '', json: undefined });
  await ann.shows('* bob left, 1 there');
  ann.input.end();
  await ann.done;
  expect((await stat(join(folder, 'signalbox', 'relay-identity.pem'))).mode & 0o777).toBe(0o600);
  expect(relay.known.get('ann')).toBeDefined();
});

it('says what was piped in before there is a connection, and leaves after it', async () => {
  relay = await TestRelay.start();
  const listener = chat({ peer: 'ann' });
  await listener.shows('* ann in den');
  const piped = chat({ peer: 'bob', plain: true });
  piped.input.end('first\nlast');
  await piped.done;
  await listener.shows('bob: first\nbob: last\n* bob left, 1 there');
  listener.input.end();
  await listener.done;
});

it('does not go on with a relay that has another identity than it had, or than was asked for', async () => {
  relay = await TestRelay.start();
  const connect = `127.0.0.1:${relay.port}`;
  const first = chat({ peer: 'ann', connect });
  await first.shows('* ann in den');
  first.input.end();
  await first.done;
  const known = join(folder, 'signalbox', 'known-relays.json');
  const before = await readFile(known, 'utf8');
  await relay.commands['rotate-identity'].run({}, undefined as never);
  const { identity } = relay.server.door;
  await expect(chat({ connect }).done).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining(`The relay proved to be ${identity}, and not`),
  });
  expect(await readFile(known, 'utf8')).toBe(before);
  const asked = chat({ connect, relay: identity });
  await asked.shows('in den');
  asked.input.end();
  await asked.done;
  await expect(chat({ connect, relay: 'A'.repeat(43) }).done).rejects.toMatchObject({ code: 'refused' });
});

it('says why it cannot talk', async () => {
  relay = await TestRelay.start({ security: { mode: 'plain' } });
  await expect(chat({}).done).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining('noise_not_offered'),
  });
  await expect(chat({ connect: 'nowhere' }).done).rejects.toMatchObject({ code: 'bad_request' });
  await expect(chat({ connect: '127.0.0.1:70000' }).done).rejects.toMatchObject({ code: 'bad_request' });
  await expect(chat({ connect: '127.0.0.1:1' }).done).rejects.toMatchObject({ code: 'unavailable' });
  await expect(chat({ plain: true, peer: '-no-' }).done).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining('bad_peer_id'),
  });
  const kicked = chat({ plain: true, peer: 'ann' });
  await kicked.shows('* ann in den');
  await relay.commands.kill.run({ client: 'ann', reason: 'spam' }, undefined as never);
  await kicked.shows('* spam');
  await expect(kicked.done).rejects.toMatchObject({ code: 'unavailable' });
  expect(await readdir(join(folder, 'signalbox'))).toEqual(['relay-identity.pem']);
});

describe('the client library', () => {
  it('brings messages of every kind, answers and refusals, and closes once', async () => {
    relay = await TestRelay.start();
    const heard: RelayMessage[] = [];
    const notices: Control[] = [];
    const closed: unknown[] = [];
    const options = { host: '127.0.0.1', port: relay.port, mode: 'rooms' } as const;
    const ann = await connectRelay({
      ...options,
      peer: 'ann',
      relay: relay.server.door.identity,
      onMessage: (message) => heard.push(message),
      onNotice: (notice) => notices.push(notice),
      onClose: (error) => closed.push(error),
    });
    const bob = await connectRelay({ ...options, plain: true });
    expect([ann.peer, ann.relay, bob.relay]).toEqual(['ann', relay.server.door.identity, null]);
    expect(bob.peer).toMatch(/^peer-/);
    expect(ann.welcome.security).toMatchObject({ mode: 'noise' });
    await ann.join('den');
    await bob.join('den');
    expect(await bob.toRoom('den', 'to all')).toBe(1);
    expect(await bob.toPeer('ann', Buffer.alloc(200_000, 7))).toBe(1);
    expect(await bob.request('members', { room: 'den' })).toMatchObject({ members: ['ann', bob.peer] });
    await expect(bob.toPeer('nobody', 'x')).rejects.toMatchObject({ code: 'unknown_peer' });
    await expect(bob.toAll('x')).rejects.toMatchObject({ code: 'wrong_mode' });
    await expect(bob.leave('other')).rejects.toMatchObject({ code: 'not_member' });
    await ann.request('ping');
    expect(heard.map(({ kind, room, from, payload }) => [kind, room, from, payload.length])).toEqual([
      ['room', 'den', bob.peer, 6],
      ['direct', null, bob.peer, 200_000],
    ]);
    bob.close();
    bob.close();
    await expect(bob.request('ping')).rejects.toThrow('closed');
    await relay.commands.kill.run({ client: 'ann', reason: '' }, undefined as never);
    while (closed.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(notices).toMatchObject([{ type: 'error', code: 'kicked' }]);
    expect(String(closed)).toContain('ended');
  });
});
