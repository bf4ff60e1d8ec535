import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ControlEvent } from '../../../contract/control/messages.ts';
import type { Outcome } from '../../../contract/errors.ts';
import type { Actor } from '../../../contract/link/actor.ts';
import type { OwnedCaller } from '../caller.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { SessionRegistry } from '../sessions/session-registry.ts';
import { localSocketPath } from './instance-claim.ts';
import { type LocalSocket, openLocalSocket } from './local-socket.ts';

const limits = {
  ...CONTROL_LIMITS,
  requestBytes: 1_000,
  clientRequests: 2,
  localClients: 3,
  silentGraceMs: 0,
};
const as = { host: 'headless' } as const;
let dir: string;
let opened: LocalSocket[];
let sockets: Socket[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-socket-'));
  opened = [];
  sockets = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const socket of opened) await socket.close();
  await rm(dir, { recursive: true });
});

async function open(): Promise<LocalSocket> {
  const socket = await openLocalSocket(dir, limits, as);
  opened.push(socket);
  return socket;
}

class Backend {
  readonly sessions = new SessionRegistry();
  readonly callers: OwnedCaller[] = [];
  answer: (name: string, args: unknown) => Promise<Outcome<unknown>> = async (name, args) => ({
    ok: true,
    result: { name, args },
  });
  publish: (event: ControlEvent) => void = () => {};

  handle(name: string, args: unknown, caller: OwnedCaller): Promise<Outcome<unknown>> {
    this.callers.push(caller);
    return this.answer(name, args);
  }

  subscribe(_actor: Actor, listener: (event: ControlEvent) => void): () => void {
    this.publish = listener;
    return () => {
      this.publish = () => {};
    };
  }
}

/** A client that collects the messages it gets. */
function client() {
  const socket = connect(localSocketPath(dir));
  sockets.push(socket);
  socket.setEncoding('utf8');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  return {
    socket,
    closed,
    async messages(count: number): Promise<unknown[]> {
      await expect.poll(() => text.split('\n').length - 1).toBeGreaterThanOrEqual(count);
      return text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    },
  };
}

test('answers requests line by line, however they are cut, for the account that owns it', async () => {
  const backend = new Backend();
  (await open()).serve(backend);
  const { socket, messages } = client();
  const text = '{"id":1,"name":"status","args":{"a":"é"}}\n{"id":2,"name":"hello"}\n';
  for (const byte of Buffer.from(text)) socket.write(Buffer.of(byte));
  expect(await messages(2)).toEqual([
    { id: 1, outcome: { ok: true, result: { name: 'status', args: { a: 'é' } } } },
    { id: 2, outcome: { ok: true, result: { name: 'hello', args: {} } } },
  ]);
  expect(backend.callers[0]?.actor.from).toBe('cli');
  expect(backend.callers[0]?.actor.name).not.toBe('');
});

test('two people on one account are told apart by what they say of themselves, which changes nothing else', async () => {
  const backend = new Backend();
  (await open()).serve(backend);
  const [alice, bob, nobody] = [client(), client(), client()];
  const said = { sudoUser: 'alice', terminal: 'pts/3', remote: '192.0.2.7' };
  alice.socket.write(`${JSON.stringify({ id: 1, name: 'a', caller: said })}\n`);
  await alice.messages(1);
  // Later ones do not make somebody else of a connection.
  alice.socket.write(`${JSON.stringify({ id: 2, name: 'a', caller: { sudoUser: 'mallory' } })}\n`);
  await alice.messages(2);
  bob.socket.write(`${JSON.stringify({ id: 1, name: 'b', caller: { terminal: 'pts/4' } })}\n`);
  await bob.messages(1);
  nobody.socket.write('{"id":1,"name":"c"}\n');
  await nobody.messages(1);
  const name = userInfo().username;
  expect(backend.callers.map(({ actor }) => actor)).toEqual([
    { name, from: 'cli', role: 'admin', where: 'sudo alice, pts/3, 192.0.2.7' },
    { name, from: 'cli', role: 'admin', where: 'sudo alice, pts/3, 192.0.2.7' },
    { name, from: 'cli', role: 'admin', where: 'pts/4' },
    { name, from: 'cli', role: 'admin' },
  ]);
});

test('sudo to the own account is not worth a word', async () => {
  const backend = new Backend();
  (await open()).serve(backend);
  const { socket, messages } = client();
  socket.write(`${JSON.stringify({ id: 1, name: 'a', caller: { sudoUser: userInfo().username } })}\n`);
  await messages(1);
  expect(backend.callers[0]?.actor).toEqual({ name: userInfo().username, from: 'cli', role: 'admin' });
});

test.each([
  { sudoUser: 'a\nb' },
  { sudoUser: 'alice, pts/9)' },
  { sudoUser: 'x'.repeat(33) },
  { sudoUser: '\u202ealice' },
  { sudoUser: 7 },
  { terminal: '../../../etc' },
  { terminal: 'pts/3 (root)' },
  { remote: '192.0.2' },
  { remote: 'host.example' },
  { name: 'root' },
  'alice',
])('a caller that says %j of itself is refused, and nothing is done', async (said) => {
  const backend = new Backend();
  (await open()).serve(backend);
  const { socket, messages } = client();
  socket.write(`${JSON.stringify({ id: 1, name: 'a', caller: said })}\n`);
  expect(await messages(1)).toMatchObject([
    { id: 1, outcome: { error: { code: 'bad_request', message: expect.stringMatching(/^caller: /) } } },
  ]);
  expect(backend.callers).toEqual([]);
});

test('only the owner may open it', async () => {
  const { path } = await open();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('events reach connected clients', async () => {
  const backend = new Backend();
  (await open()).serve(backend);
  const { socket, messages } = client();
  socket.write('{"id":1,"name":"hello"}\n');
  await messages(1);
  backend.publish({ type: 'closing', reason: 'test' });
  expect((await messages(2))[1]).toEqual({ event: { type: 'closing', reason: 'test' } });
});

test('a client that leaves ends its caller', async () => {
  const backend = new Backend();
  (await open()).serve(backend);
  const { socket, messages } = client();
  socket.write('{"id":1,"name":"hello"}\n');
  await messages(1);
  const gone = new Promise<void>((resolve) => backend.callers[0]?.onClose(resolve));
  socket.end();
  await gone;
});

test.each(['nonsense', '{}', '{"id":-1,"name":"x"}', '[]', 'null', '{"id":1,"name":5}'])(
  'the line %j gets an error that says what is expected',
  async (line) => {
    (await open()).serve(new Backend());
    const { socket, messages } = client();
    socket.write(`${line}\n`);
    expect(await messages(1)).toMatchObject([{ outcome: { ok: false, error: { code: 'bad_request' } } }]);
  },
);

test('a line without end is cut off, and others are not disturbed', async () => {
  (await open()).serve(new Backend());
  const bad = client();
  const good = client();
  bad.socket.write('x'.repeat(limits.requestBytes + 1));
  expect(await bad.messages(1)).toMatchObject([{ outcome: { error: { code: 'limit_reached' } } }]);
  await bad.closed;
  good.socket.write('{"id":1,"name":"status"}\n');
  expect(await good.messages(1)).toMatchObject([{ id: 1, outcome: { ok: true } }]);
});

test('more requests at once than allowed are refused one by one', async () => {
  const backend = new Backend();
  backend.answer = () => new Promise(() => {});
  (await open()).serve(backend);
  const { socket, messages } = client();
  socket.write([1, 2, 3].map((id) => `{"id":${id},"name":"status"}\n`).join(''));
  expect(await messages(1)).toMatchObject([{ id: 3, outcome: { error: { code: 'limit_reached' } } }]);
});

test('a second instance on the same directory is refused by name', async () => {
  await open();
  await expect(openLocalSocket(dir, limits, as)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(`(headless, process ${process.pid}) uses ${dir}.`),
  });
});

test('one that has no room for another client is there all the same', async () => {
  (await open()).serve(new Backend());
  const clients = Array.from({ length: limits.localClients }, client);
  await Promise.all(clients.map(({ socket }) => once(socket, 'connect')));
  await expect(openLocalSocket(dir, limits, as)).rejects.toMatchObject({ code: 'conflict' });
});

test('one that is ending is waited for, and named with the way out when it does not end', async () => {
  const first = await open();
  const backend = new Backend();
  backend.answer = async () => ({ ok: true, result: { host: 'desktop', pid: 4711, closing: 'SIGTERM' } });
  first.serve(backend);
  const said: string[] = [];
  const hurried = { ...limits, successorWaitMs: 50 };
  await expect(
    openLocalSocket(dir, hurried, { ...as, say: (text) => said.push(text) }),
  ).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(
      /\(desktop, process 4711\).* has not ended within 0\.05 s\. End it with: kill -9 4711$/,
    ),
  });
  expect(said).toEqual([expect.stringContaining('is ending (SIGTERM); waiting for it, at most 0.05 s.')]);
  const second = openLocalSocket(dir, limits, { ...as, say: () => void first.close() });
  opened = [await second];
});

test('of several that start together exactly one wins', async () => {
  const attempts = await Promise.allSettled(
    Array.from({ length: 8 }, () => openLocalSocket(dir, limits, as)),
  );
  const won = attempts.filter((attempt) => attempt.status === 'fulfilled');
  opened.push(...won.map(({ value }) => value));
  expect(won).toHaveLength(1);
});

test('the socket and the lock of an instance that was killed are taken over', async () => {
  // A socket file that nobody listens on, as kill -9 leaves it.
  const server = createServer();
  const path = localSocketPath(dir);
  await mkdir(dir, { recursive: true });
  await writeFile(path, '');
  await writeFile(join(dir, 'control.lock'), '999999999');
  server.close();
  const { serve } = await open();
  serve(new Backend());
  const { socket, messages } = client();
  socket.write('{"id":1,"name":"status"}\n');
  await messages(1);
});

test('a socket file that was deleted lets nobody else in', async () => {
  await open();
  await rm(localSocketPath(dir));
  await expect(openLocalSocket(dir, limits, as)).rejects.toMatchObject({
    code: 'conflict',
    message: `Another Signalbox (headless, process ${process.pid}) uses ${dir}. Stop it first (kill ${process.pid}), or give this one its own directory with --data.`,
  });
});

test.runIf(process.platform === 'linux')(
  'nobody gets in while both files are deleted under an instance that is suspended, and whoever ends it may',
  async () => {
    const module = JSON.stringify(join(import.meta.dirname, 'local-socket.ts'));
    const limitsModule = JSON.stringify(join(import.meta.dirname, '../limits.ts'));
    const code = `import { openLocalSocket } from ${module}; import { CONTROL_LIMITS } from ${limitsModule};
      await openLocalSocket(${JSON.stringify(dir)}, CONTROL_LIMITS, { host: 'headless' }); console.log('held');`;
    const first = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(first.stdout, 'data');
      first.kill('SIGSTOP');
      await rm(join(dir, 'control.sock'));
      await rm(join(dir, 'control.json'));
      await expect(openLocalSocket(dir, limits, as)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining(`Another Signalbox (process ${first.pid}) uses ${dir}`),
      });
      expect(await readdir(dir)).toEqual([]);
    } finally {
      first.kill('SIGKILL');
    }
    await once(first, 'exit');
    await open();
  },
);

test.each([['control.sock'], ['control.json'], ['control.sock', 'control.json']])(
  'deleting %s %s is undone at once, and the log says so',
  async (...names: string[]) => {
    const socket = await open();
    socket.serve(new Backend());
    const before = client();
    before.socket.write('{"id":1,"name":"status"}\n');
    await before.messages(1);
    const told: string[] = [];
    socket.onNotice(({ level, event, message }) => told.push(`${level} ${event} ${message}`));
    for (const name of names) await rm(join(dir, name));
    await expect.poll(() => told.length).toBe(names.length);
    for (const text of told) expect(text).toMatch(/^warn claim_renewed .*was deleted while Signalbox runs/);
    expect((await stat(socket.path)).mode & 0o777).toBe(0o600);
    const after = client();
    after.socket.write('{"id":1,"name":"status"}\n');
    expect(await after.messages(1)).toMatchObject([{ id: 1, outcome: { ok: true } }]);
    before.socket.write('{"id":2,"name":"status"}\n');
    await before.messages(2);
    await expect(openLocalSocket(dir, limits, as)).rejects.toMatchObject({ code: 'conflict' });
  },
);

test('a file that somebody puts in place of the socket gives way to it', async () => {
  const socket = await open();
  socket.serve(new Backend());
  await rm(socket.path);
  await writeFile(socket.path, '');
  await expect.poll(async () => (await stat(socket.path)).isSocket()).toBe(true);
  const { socket: connection, messages } = client();
  connection.write('{"id":1,"name":"status"}\n');
  await messages(1);
});

test('nothing of a claim is left when it ends', async () => {
  await (await open()).close();
  expect(await readdir(dir)).toEqual([]);
});

test.each([
  ['of a dead process', { pid: 999_999_999 }],
  ['whose number another process has by now', { started: 'another boot 1' }],
  ['that is half written', null],
])('the record %s blocks no start', async (_, change) => {
  await (await open()).close();
  const socket = await open();
  const record = JSON.parse(await readFile(join(dir, 'control.json'), 'utf8')) as Record<string, unknown>;
  expect(record).toMatchObject({ pid: process.pid, host: 'headless' });
  await socket.close();
  const text = JSON.stringify({ ...record, ...change });
  await writeFile(join(dir, 'control.json'), change === null ? text.slice(0, 20) : text);
  await open();
  expect(JSON.parse(await readFile(join(dir, 'control.json'), 'utf8'))).toEqual(record);
});

test.runIf(process.platform === 'linux')(
  'a process that was killed and not asked for yet blocks no start',
  async () => {
    // The shell becomes a program that never asks for its child, which ends only then: a shell might have asked.
    const parent = spawn('sh', ['-c', 'head -c 1 <&3 >/dev/null & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    });
    try {
      const [text] = await once(parent.stdout!, 'data');
      const pid = Number(String(text));
      await expect.poll(() => readFile(`/proc/${parent.pid}/cmdline`, 'utf8')).toMatch(/^sleep/);
      (parent.stdio[3] as Writable).end('x');
      const stat = () => readFile(`/proc/${pid}/stat`, 'utf8');
      await expect.poll(async () => (await stat()).split(') ')[1]).toMatch(/^Z/);
      const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
      const started = `${boot} ${(await stat()).split(') ')[1]?.split(' ')[19]}`;
      await writeFile(join(dir, 'control.json'), JSON.stringify({ pid, started, host: 'headless' }));
      await open();
    } finally {
      parent.kill('SIGKILL');
    }
  },
);

test('a data directory whose path is too long for a socket works all the same', async () => {
  dir = join(dir, 'x'.repeat(100));
  await mkdir(dir);
  const socket = await open();
  expect(Buffer.byteLength(socket.path)).toBeLessThan(104);
  socket.serve(new Backend());
  const { socket: connection, messages } = client();
  connection.write('{"id":1,"name":"status"}\n');
  await messages(1);
  dir = join(dir, '..');
});

test('closing tells clients what was still on its way', async () => {
  const backend = new Backend();
  const socket = await open();
  socket.serve(backend);
  const { socket: connection, messages, closed } = client();
  connection.write('{"id":1,"name":"hello"}\n');
  await messages(1);
  backend.publish({ type: 'closing', reason: 'bye' });
  await socket.close();
  await closed;
  expect(await messages(2)).toHaveLength(2);
  await socket.close();
});

test('idle connections give way to a new client, those that never asked first', async () => {
  (await open()).serve(new Backend());
  const asked = client();
  asked.socket.write('{"id":1,"name":"status"}\n');
  await asked.messages(1);
  const silent = [client(), client()];
  const late = client();
  late.socket.write('{"id":1,"name":"status"}\n');
  expect(await late.messages(1)).toMatchObject([{ id: 1, outcome: { ok: true } }]);
  await Promise.race(silent.map(({ closed }) => closed));
  expect(asked.socket.closed).toBe(false);
});

test('a hundred idle connections shut nobody out', async () => {
  (await open()).serve(new Backend());
  const crowd = Array.from({ length: 100 }, client);
  await Promise.all(crowd.slice(0, 90).map(({ closed }) => closed));
  const late = client();
  late.socket.write('{"id":1,"name":"status"}\n');
  expect(await late.messages(1)).toMatchObject([{ id: 1, outcome: { ok: true } }]);
});

test('clients that wait for an answer keep their place, and a new one is told why it has none', async () => {
  const backend = new Backend();
  backend.answer = () => new Promise(() => {});
  (await open()).serve(backend);
  for (let n = 0; n < limits.localClients; n++) client().socket.write('{"id":1,"name":"status"}\n');
  await expect.poll(() => backend.callers.length).toBe(limits.localClients);
  const late = client();
  expect(await late.messages(1)).toMatchObject([{ outcome: { error: { code: 'limit_reached' } } }]);
  await late.closed;
});

test('requests that come together may be longer than one may be', async () => {
  const socket = await open();
  socket.serve(new Backend());
  const { socket: connection, messages } = client();
  const filler = 'x'.repeat(limits.requestBytes / 2);
  const lines = [1, 2].map((id) => JSON.stringify({ id, name: 'status', args: { filler } }));
  connection.write(`${lines.join('\n')}\n`);
  expect(await messages(2)).toMatchObject([
    { id: 1, outcome: { ok: true } },
    { id: 2, outcome: { ok: true } },
  ]);
});
