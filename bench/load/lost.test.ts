// What the tools say of servers that change their mind.
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { SignalboxError } from '../../contract/errors.ts';
import { channelLoad } from './channel.ts';
import { newNames, Party } from './guests.ts';
import { mixedLoad } from './mixed.ts';
import { netsplitLoad } from './netsplit.ts';
import { readLoad } from './options.ts';
import { openTarget, type Target } from './target.ts';

const open: Server[] = [];
const sockets = new Set<Socket>();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  for (const server of open.splice(0)) await new Promise((closed) => server.close(closed));
});

/** Something that listens. @param talk is told of each connection */
async function listening(talk: (socket: Socket) => void): Promise<Target> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setEncoding('latin1').on('error', () => {});
    talk(socket);
  });
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    ...{ name: 'the server', port, place: { host: '127.0.0.1' }, own: false },
    ...{ webSocket: false, origin: null },
    ...{ linkPort: port, linkPassword: 'x', close: async () => {} },
  };
}

/** Lets everybody in, into channels that are not on the side. @param heard is told of every other line */
const hospitable = (heard: (line: string, socket: Socket) => void) => (socket: Socket) => {
  socket.on('data', (text) => {
    for (const line of String(text).split('\r\n')) {
      const [, channel] = /^JOIN (\S+)/.exec(line) ?? [];
      if (line.startsWith('USER ')) socket.write(':s 001 x :hi\r\n:s 422 x :none\r\n');
      else if (channel !== undefined && !channel.includes('side'))
        socket.write(`:s 366 x ${channel} :end\r\n`);
      else if (line !== '') heard(line, socket);
    }
  });
};

async function failureOf(work: Promise<unknown>): Promise<SignalboxError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SignalboxError);
  return error as SignalboxError;
}

const MIXED = { clients: 4, channels: 2, rate: 100, seconds: 600, concurrency: 4 };

test('a client that is let go while load runs ends it', async () => {
  const target = await listening(
    hospitable((line, socket) => line.startsWith('PRIVMSG') && socket.destroy()),
  );
  const { code, message } = await failureOf(mixedLoad(MIXED, target, newNames()));
  expect(code).toBe('refused');
  expect(message).toMatch(/^the server did not take the load: l\w\w0000\d was lost: /);
});

test('and so does one in a large channel', async () => {
  const target = await listening(hospitable((line, socket) => line.startsWith('TOPIC') && socket.destroy()));
  const numbers = { members: 3, rate: 100, seconds: 600, concurrency: 4 };
  expect((await failureOf(channelLoad(numbers, target, newNames()))).code).toBe('refused');
});

test('what a server says when it lets nobody in is told', async () => {
  const target = await listening((socket) => socket.end('ERROR :Closing link (too many)\r\n'));
  const { code, message } = await failureOf(mixedLoad(MIXED, target, newNames()));
  expect(code).toBe('refused');
  expect(message).toContain('too many');
});

test('a guest answers PING', async () => {
  const answered = new Promise<string>((resolve) => {
    void listening(
      hospitable((line, socket) => {
        if (line === 'HELLO') socket.write('PING :are you there\r\n');
        if (line.startsWith('PONG')) resolve(line);
      }),
    ).then(async (target) => {
      const [guest] = await new Party(target).letIn(
        1,
        1,
        () => 'ann',
        () => [],
      );
      guest!.client.say('HELLO');
    });
  });
  expect(await answered).toBe('PONG :are you there');
});

test('answers that say no are counted', async () => {
  const target = await listening(hospitable((line, socket) => socket.write(`:s 421 x ${line} :no\r\n`)));
  const { measured, facts } = await mixedLoad({ ...MIXED, rate: 40, seconds: 1 }, target, newNames());
  expect(facts).toMatchObject({ refused: 40, unanswered: 0, 'commands/s': 0 });
  expect(measured.every(({ count }) => count === 0)).toBe(true);
});

test('a link that ends in the burst is refused, with what has to be there', async () => {
  let calls = 0;
  const target = await listening((socket) => {
    calls++;
    socket.on('data', (text) => {
      if (String(text).startsWith('PASS')) socket.write('PASS :x\r\nAB EB\r\n');
      else socket.end('ERROR :no such users\r\n');
    });
  });
  const numbers = {
    servers: 1,
    users: 4,
    channels: 2,
    watchers: 0,
    rounds: 1,
    'first-numeric': 1,
    'link-port': 0,
  };
  const { code, message } = await failureOf(netsplitLoad(numbers, target, newNames()));
  expect([code, calls]).toEqual(['refused', 1]);
  expect(message).toContain('does not link with load1.load.test');
});

test('a server that takes connections and closes them before TLS is begun is told of at once', async () => {
  const { port } = await listening((socket) => socket.destroy());
  const read = readLoad(['connect', '--tls', '--against', `127.0.0.1:${port}`]);
  if (!('request' in read)) throw new Error('no request');
  expect((await failureOf(openTarget(read.request))).message).toMatch(
    /^127\.0\.0\.1:\d+ cannot be reached: /,
  );
});

test('a name is looked up once: clients go to the address that was found, and TLS asks for the name', async () => {
  const { port } = await listening(() => {});
  const read = readLoad(['connect', '--against', `localhost:${port}`]);
  if (!('request' in read)) throw new Error('no request');
  const { name, place } = await openTarget(read.request);
  expect([name, place]).toEqual([`localhost:${port}`, { host: '127.0.0.1', servername: 'localhost' }]);
});
