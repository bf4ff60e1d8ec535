/** What somebody is told who finds a data folder in use, and what becomes of half claims. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CONTROL_LIMITS } from '../limits.ts';
import { type Claim, claimSocketPath, localSocketPath, releaseRecord } from './instance-claim.ts';
import { findHolder } from './instance-holder.ts';
import { livingRecord, ownRecord, RECORD_NAME, removeRecord, writeRecord } from './instance-record.ts';

/** Whoever answers has all the time that a busy machine takes. */
const limits = { ...CONTROL_LIMITS, probeMs: 60_000, successorWaitMs: 80, takeoverLockMs: 60 };
/** For those who do not answer. */
const hasty = { ...limits, probeMs: 50 };
let dir: string;
let servers: Server[];
let claims: Claim[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-claim-'));
  servers = [];
  claims = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const { lock } of claims) lock.close();
  for (const server of servers) server.close();
  await rm(dir, { recursive: true });
});

/** Whoever is at the socket: answers each line by `reply`; null is silence. */
async function somebody(reply: ((line: string) => string | null) | null): Promise<Set<Socket>> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      const answer = reply?.(String(bytes)) ?? null;
      if (answer !== null) socket.write(answer);
    });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(join(dir, 'control.sock'), done));
  return sockets;
}

const status = (result: Record<string, unknown>, id = 1) =>
  `${JSON.stringify({ id, outcome: { ok: true, result } })}\n`;

async function claim(more: Partial<Parameters<typeof claimSocketPath>[0]> = {}): Promise<Claim> {
  const server = createServer();
  servers.push(server);
  const made = await claimSocketPath({ dataDir: dir, server, record: null, limits, say: () => {}, ...more });
  claims.push(made);
  return made;
}

test.each<[string, Record<string, unknown>, string]>([
  [
    'that says who it is',
    { host: 'desktop', pid: 4711, closing: null },
    ' (desktop, process 4711) uses DIR. Stop it first (kill 4711), or',
  ],
  ['that says its process alone', { pid: 4711 }, ' (process 4711) uses DIR. Stop it first (kill 4711), or'],
  ['that says its host alone', { host: 'desktop' }, ' (desktop) uses DIR. Stop it first, or'],
  ['that says nothing of itself', {}, ' uses DIR. Stop it first, or'],
])('an instance %s is named with the way out', async (_, result, words) => {
  const asked: string[] = [];
  await somebody((line) => {
    asked.push(line);
    return status(result);
  });
  await expect(claim()).rejects.toMatchObject({
    code: 'conflict',
    message: `Another Signalbox${words.replace('DIR', dir)} give this one its own directory with --data.`,
    detail: { dataDir: dir, pid: result.pid ?? null },
  });
  expect(asked).toEqual(['{"id":1,"name":"status"}\n']);
  expect(await readdir(dir)).toEqual(['control.sock']);
});

test.each<[string, ((line: string) => string | null) | null]>([
  ['says nothing', null],
  ['says nonsense', () => 'HTTP/1.1 400 Bad Request\n'],
  ['answers something else', () => status({ pid: 1 }, 2)],
  ['has another idea of a process', () => status({ pid: 'x' })],
])('somebody at the socket who %s is there all the same', async (_, reply) => {
  await somebody(reply);
  await expect(claim({ limits: hasty })).rejects.toMatchObject({
    code: 'conflict',
    message: `Another Signalbox uses ${dir}. Stop it first, or give this one its own directory with --data.`,
  });
});

test('somebody who talks without end is not listened to for longer', async () => {
  await somebody(() => 'x'.repeat(1_100_000));
  const holder = await findHolder(join(dir, 'control.sock'), 60_000);
  expect(holder).toMatchObject({ pid: null, host: null, closing: null });
  holder?.close();
});

test('an instance that does not answer is named by its record', async () => {
  await somebody(null);
  const record = await ownRecord('headless');
  await writeRecord(dir, record!);
  await expect(claim({ limits: hasty })).rejects.toMatchObject({
    message: expect.stringContaining(`(headless, process ${process.pid}) uses ${dir}`),
  });
});

test('an instance that is ending without saying its process is to be ended by whoever knows it', async () => {
  await somebody(() => status({ closing: 'SIGTERM' }));
  const say = vi.fn();
  await expect(claim({ say })).rejects.toMatchObject({
    code: 'conflict',
    message: `The Signalbox that uses ${dir} has not ended within 0.08 s. End its process`,
    detail: { dataDir: dir, pid: null },
  });
  expect(say).toHaveBeenCalledExactlyOnceWith(
    `The Signalbox that uses ${dir} is ending (SIGTERM); waiting for it, at most 0.08 s.`,
  );
});

test('who has let go is waited for no longer, and the connection to a holder ends with the question', async () => {
  const sockets = await somebody(() => status({ pid: 1, closing: 'x' }));
  const holder = await findHolder(join(dir, 'control.sock'), 1_000);
  const gone = holder!.gone(60_000);
  for (const socket of sockets) socket.destroy();
  expect(await gone).toBe(true);
  const late = await findHolder(join(dir, 'control.sock'), 1_000);
  expect(await late!.gone(10)).toBe(false);
  await expect
    .poll(() => [...sockets].every((socket) => socket.destroyed || socket.readableEnded))
    .toBe(true);
});

test('nobody is at a path that is free, at one that nobody listens on, and none who hangs up is counted twice', async () => {
  expect(await findHolder(join(dir, 'none.sock'), 1_000)).toBeNull();
  await writeFile(join(dir, 'file.sock'), '');
  expect(await findHolder(join(dir, 'file.sock'), 1_000)).toBeNull();
  const server = createServer((socket) => socket.destroy());
  servers.push(server);
  await new Promise<void>((done) => server.listen(join(dir, 'control.sock'), done));
  // It has no room, and is there.
  const holder = await findHolder(join(dir, 'control.sock'), 1_000);
  expect(holder).not.toBeNull();
  holder?.close();
});

test('a claim is a socket and a record, under a lock that is not left behind', async () => {
  const record = await ownRecord('headless');
  const { path } = await claim({ record });
  expect(path).toBe(join(dir, 'control.sock'));
  expect((await readdir(dir)).sort()).toEqual(['control.json', 'control.sock']);
  expect(JSON.parse(await readFile(join(dir, RECORD_NAME), 'utf8'))).toEqual(record);
  expect((await stat(join(dir, RECORD_NAME))).mode & 0o777).toBe(0o600);
  await releaseRecord(dir);
  await releaseRecord(dir);
  expect(await readdir(dir)).toEqual(['control.sock']);
});

test('a claim that fails gives back what it had', async () => {
  const server = createServer();
  vi.spyOn(server, 'listen').mockImplementation(() => {
    queueMicrotask(() => server.emit('error', Object.assign(new Error('EMFILE'), { code: 'EMFILE' })));
    return server;
  });
  await expect(claim({ server, record: await ownRecord('headless') })).rejects.toMatchObject({
    code: 'EMFILE',
  });
  expect(await readdir(dir)).toEqual([]);
  vi.mocked(server.listen).mockImplementation(() => {
    queueMicrotask(() =>
      server.emit('error', Object.assign(new Error('EADDRINUSE'), { code: 'EADDRINUSE' })),
    );
    return server;
  });
  await expect(claim({ server })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/^Another Signalbox uses /),
  });
  // The lock was given back as well: the next one gets it.
  await claim();
});

test.each<[string, string]>([
  ['of a process that lives, until its time is over', String(process.pid)],
  ['whose owner has not written its number yet', ''],
  ['with something else in it', 'x1'],
])('a takeover lock %s is respected and then taken over', async (_, text) => {
  await writeFile(join(dir, 'control.lock'), text);
  const begin = Date.now();
  await claim();
  expect(Date.now() - begin).toBeGreaterThanOrEqual(limits.takeoverLockMs);
});

test('a takeover lock that cannot be made says why', async () => {
  await expect(claim({ dataDir: join(dir, 'none') })).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a folder whose path is too long for a socket has it in the user’s runtime folder, or beside the temporary files', () => {
  const long = join(dir, 'x'.repeat(103));
  vi.stubEnv('XDG_RUNTIME_DIR', '/run/user/7');
  const path = localSocketPath(long);
  expect(path).toMatch(/^\/run\/user\/7\/signalbox-[0-9a-f]{16}\.sock$/);
  expect(localSocketPath(join(dir, 'y'.repeat(103)))).not.toBe(path);
  vi.stubEnv('XDG_RUNTIME_DIR', undefined);
  expect(localSocketPath(long)).toMatch(
    new RegExp(`^${tmpdir()}/signalbox-${process.getuid?.()}/signalbox-[0-9a-f]{16}\\.sock$`),
  );
  // 103 bytes are what fits.
  const fits = `/${'d'.repeat(103 - '/control.sock'.length - 1)}`;
  expect(localSocketPath(fits)).toBe(`${fits}/control.sock`);
  expect(localSocketPath(`${fits}d`)).toMatch(/signalbox-[0-9a-f]{16}\.sock$/);
  expect(localSocketPath('some/folder')).toBe(resolve('some/folder/control.sock'));
});

test('a socket outside the data folder is in a folder for its owner only', async () => {
  const runtime = join(dir, 'run');
  vi.stubEnv('XDG_RUNTIME_DIR', runtime);
  const long = join(dir, 'x'.repeat(103));
  await mkdir(long);
  const { path } = await claim({ dataDir: long });
  expect(path.startsWith(`${runtime}/`)).toBe(true);
  expect((await stat(runtime)).mode & 0o777).toBe(0o700);
});

test.runIf(process.getuid?.() === 0)(
  'a folder that somebody else made is not trusted with the socket',
  async () => {
    const { chown } = await import('node:fs/promises');
    const runtime = join(dir, 'run');
    await mkdir(runtime);
    await chown(runtime, 65_534, 65_534);
    vi.stubEnv('XDG_RUNTIME_DIR', runtime);
    const long = join(dir, 'x'.repeat(103));
    await mkdir(long);
    await expect(claim({ dataDir: long })).rejects.toMatchObject({
      code: 'refused',
      message: `${runtime} belongs to another user.`,
    });
  },
);

test('a record names a process that lives, whole or not at all', async () => {
  expect(await livingRecord(dir)).toBeNull();
  const record = (await ownRecord('desktop'))!;
  expect(record).toEqual({ pid: process.pid, started: expect.stringMatching(/./), host: 'desktop' });
  const write = (value: unknown) => writeFile(join(dir, RECORD_NAME), JSON.stringify(value));
  await write(record);
  expect(await livingRecord(dir)).toEqual(record);
  for (const wrong of [
    { ...record, started: `${record.started}0` },
    { ...record, pid: 0 },
    { ...record, pid: -1 },
    { ...record, pid: 1.5 },
    { ...record, started: '' },
    { ...record, host: 'x'.repeat(65) },
    { ...record, host: undefined },
    [],
    null,
  ]) {
    await write(wrong);
    expect(await livingRecord(dir)).toBeNull();
  }
  await removeRecord(dir);
  expect(await livingRecord(dir)).toBeNull();
});

test.runIf(process.platform === 'linux')(
  'a process is told by when it started since the boot, whatever its name',
  async () => {
    const { started } = (await ownRecord('x'))!;
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    const text = await readFile('/proc/self/stat', 'utf8');
    // proc(5): the name in parentheses is the second field, the start the 22nd.
    const ticks = text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
    expect(started).toBe(`${boot} ${ticks}`);
  },
);
