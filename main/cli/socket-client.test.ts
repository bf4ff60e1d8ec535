/** The command line against instances that do not answer as they should. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { registry } from '../../daemons/registry.ts';
import { FakeClock } from '../../kit/fake-clock.ts';
import { limits } from '../../kit/limits.ts';
import { localSocketPath } from '../core/instance/instance-claim.ts';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { SocketClient } from './socket-client.ts';

let folder: string;
let server: Server;
let peers: Socket[];
const clock = new FakeClock();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-client-'));
  peers = [];
  server = createServer((socket) => {
    socket.on('error', () => {});
    peers.push(socket);
  });
  server.listen(localSocketPath(folder));
  await once(server, 'listening');
});
afterEach(async () => {
  for (const socket of peers) socket.destroy();
  server.close();
  await rm(folder, { recursive: true });
});

async function connected(): Promise<{ client: SocketClient; peer: Socket }> {
  const came = once(server, 'connection');
  const client = await SocketClient.connect(folder, {}, clock);
  const [peer] = (await came) as [Socket];
  return { client, peer };
}

test('an instance that hangs is given up, instead of a command that never ends', async () => {
  const { client } = await connected();
  const answer = client.request('status', {});
  await clock.advance(limits.controlAnswerMs.default);
  expect(await answer).toEqual({
    ok: false,
    error: { code: 'timeout', message: 'status was not answered within 120 s.' },
  });
  client.close();
});

test('no command is given up before its own deadline, such as a copy of a large database', async () => {
  const longest = Math.max(
    ...registry.flatMap(({ commands }) => Object.values(commands).map(({ timeoutMs }) => timeoutMs ?? 0)),
  );
  const { client, peer } = await connected();
  const answer = client.request('command.run', { daemon: 'recorder', command: 'backup', args: {} });
  await once(peer, 'data');
  await clock.advance(longest + CONTROL_LIMITS.requestSlackMs);
  peer.write('{"id":1,"outcome":{"ok":true,"result":"copied"}}\n');
  expect(await answer).toEqual({ ok: true, result: 'copied' });
  client.close();
});

test('an instance that ends answers what waits and what is asked afterwards', async () => {
  const { client, peer } = await connected();
  const waiting = client.request('status', {});
  peer.destroy();
  const ended = { ok: false, error: { code: 'no_instance', message: 'Signalbox ended before it answered.' } };
  expect(await waiting).toEqual(ended);
  await client.closed;
  expect(await client.request('status', {})).toEqual(ended);
});

test('an answer that is cut inside a character arrives whole', async () => {
  const { client, peer } = await connected();
  const answer = client.request('status', {});
  await once(peer, 'data');
  const bytes = Buffer.from('{"id":1,"outcome":{"ok":true,"result":{"host":"h\u00f6st"}}}\r\n');
  const middle = bytes.indexOf(0xb6);
  peer.write(bytes.subarray(0, middle), () => setImmediate(() => peer.write(bytes.subarray(middle))));
  expect(await answer).toEqual({ ok: true, result: { host: 'h\u00f6st' } });
  client.close();
});

test('a stranger that sends without end is cut off', async () => {
  const { client, peer } = await connected();
  const answer = client.request('status', {});
  const piece = Buffer.alloc(1 << 20, 'x');
  for (let sent = 0; sent <= limits.controlReplyChars.default; sent += piece.length) peer.write(piece);
  expect(await answer).toMatchObject({ ok: false, error: { code: 'limit_reached' } });
  await client.closed;
});
