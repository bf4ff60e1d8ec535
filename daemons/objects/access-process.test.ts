/** Who gets what from the object server as a process of its own, over real sockets: tokens, certificates, rights of sockets, rules, reload. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import type { ListenerInfo } from '../../contract/states.ts';
import { selfSignedCredentials } from '../runtime/net/tls-credentials.ts';
import { inProcessThreads } from '../runtime/test-fixtures/in-process-threads.ts';
import type { ConnectOptions } from './client/connect.ts';
import { ObjectsClient } from './client/objects-client.ts';

const TOKEN = 'f00dfeed'.repeat(4);
/** More than a socket takes at once. */
const LARGE = Buffer.alloc(3_000_000, 'large');
const FILES = { public: 'P', 'mine/a': 'M', 'theirs/a': 'T', 'token/a': 'K', 'cert/a': 'C' };

/** A server with a folder of its own, which ends with the test. */
async function started(configOf: (folder: string) => string) {
  const folder = mkdtempSync(join(tmpdir(), 'objects-access-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const config = join(folder, 'signalbox.toml');
  writeFileSync(config, configOf(folder));
  for (const [uri, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, 'store', uri)), { recursive: true });
    writeFileSync(join(folder, 'store', uri), text);
  }
  const main = join(import.meta.dirname, 'main.ts');
  const child: ChildProcess = spawn(
    process.execPath,
    [main, '--standalone', '--config', config, '--data', folder],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  onTestFinished(async () => {
    const ended = child.exitCode === null ? once(child, 'exit') : null;
    child.kill('SIGKILL');
    await ended;
  });
  let log = '';
  child.stderr!.on('data', (text) => {
    log += text;
  });
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  const { listeners } = JSON.parse(line) as { listeners: ListenerInfo[] };
  return {
    folder,
    log: () => log,
    /** Waits until the log says something. */
    async said(text: string): Promise<void> {
      while (!log.includes(text)) await once(child.stderr!, 'data');
    },
    async reload(next: string): Promise<void> {
      writeFileSync(config, next);
      const before = log.split('reloaded').length;
      child.kill('SIGHUP');
      while (log.split('reloaded').length === before) await once(child.stderr!, 'data');
    },
    /** A client of a listener by its index. */
    async client(
      index: number,
      manner: Partial<ConnectOptions> & { tls?: object } = {},
    ): Promise<ObjectsClient> {
      const listener = listeners[index]!;
      const place =
        'path' in listener ? { path: listener.path } : { host: listener.host, port: listener.port };
      const client = await ObjectsClient.connect({ ...place, ...manner } as ConnectOptions);
      onTestFinished(() => client.destroy());
      return client;
    },
  };
}

/** What a client gets of each object: its text, or the status. */
async function seenBy(client: ObjectsClient): Promise<Record<string, string>> {
  const seen: Record<string, string> = {};
  for (const uri of Object.keys(FILES))
    seen[uri] = await client.get(uri, { mode: 'copy' }).then(
      ({ content }) => content.toString(),
      (error: { status?: string }) => error.status ?? 'closed',
    );
  return seen;
}

/** Nobody has this number. */
const NOBODY = 'uid:4294967294';

it('serves by token, certificate and rights of sockets, each what its rules say, and says no secret in its log', async () => {
  const made = mkdtempSync(join(tmpdir(), 'objects-certificates-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  const [server, friend, stranger] = await Promise.all(
    ['server', 'friend', 'stranger'].map((id) =>
      selfSignedCredentials(id, made, 'localhost', inProcessThreads),
    ),
  );
  const fingerprint = createHash('sha256').update(new X509Certificate(friend!.cert).raw).digest('hex');
  const me = `uid:${process.getuid!()}`;
  const toml = (writable: boolean) => `[objects]
listen = [
  { host = "127.0.0.1", port = 0, token_file = "token", writable = ${writable} },
  { host = "127.0.0.2", port = 0, tls = true },
  { path = "objects.sock", mode = "0660", group = "${process.getgid!()}" },
  { path = "rw.sock", writable = ${writable} },
]
access = [
  { prefix = "mine/", read = ["${me}"], write = ["${me}"] },
  { prefix = "theirs/", read = ["${NOBODY}"], write = ["${NOBODY}"] },
  { prefix = "token/", read = ["token"], write = ["token"] },
  { prefix = "cert/", read = ["certificate:${fingerprint}"] },
]
[objects.tls]
certificate = "${join(made, 'server-self-signed.crt')}"
key = "${join(made, 'server-self-signed.key')}"
client_fingerprints = ["${fingerprint}"]
`;
  const objects = await started((folder) => {
    writeFileSync(join(folder, 'token'), `${TOKEN}\n`, { mode: 0o600 });
    mkdirSync(join(folder, 'store'));
    writeFileSync(join(folder, 'store/large'), LARGE);
    return toml(true);
  });

  // What is refused first, while all of it is in the log: of a second only so many are.
  for (const token of [`${TOKEN.slice(0, -1)}e`, TOKEN.slice(1), `${TOKEN}0`, 'x'.repeat(5_000)])
    await expect(objects.client(0, { token })).rejects.toThrow();
  await objects.said('sent a wrong token');
  const tls = (one: { cert: string; key: string } | null) => ({
    tls: {
      ca: server!.cert,
      servername: 'localhost',
      ...(one === null ? {} : { cert: one.cert, key: one.key }),
    },
  });
  for (const [who, why] of [
    [stranger!, 'is not in client_fingerprints'],
    [null, 'it showed no certificate'],
  ] as const) {
    await expect(
      objects.client(1, tls(who)).then((client) => client.get('public', { mode: 'copy' })),
    ).rejects.toThrow();
    await objects.said(why);
  }
  const { mode, gid } = lstatSync(join(objects.folder, 'objects.sock'));
  expect([mode & 0o777, gid]).toEqual([0o660, process.getgid!()]);
  const reading = await objects.client(2);
  for (const ask of [
    () => reading.put('public', 'x'),
    () => reading.delete('public'),
    () => reading.list(),
    () => reading.stat('public'),
  ])
    await expect(ask()).rejects.toMatchObject({ status: 'unsupported' });
  await objects.said(`uid ${process.getuid!()}, gid ${process.getgid!()}, pid ${process.pid}: put of public`);
  const without = await objects.client(0);
  await expect(without.put('public', 'x')).rejects.toMatchObject({ status: 'unsupported' });
  await objects.said('put without the token');

  // What each gets to see.
  expect(new Set(Object.values(await seenBy(without)))).toEqual(new Set(['unsupported']));
  const old = await objects.client(0, { version: 1 });
  expect(new Set(Object.values(await seenBy(old)))).toEqual(new Set(['unsupported']));
  const byToken = await objects.client(0, { token: TOKEN });
  const nothing = Object.fromEntries(Object.keys(FILES).map((uri) => [uri, 'not_found']));
  expect(await seenBy(byToken)).toEqual({ ...nothing, public: 'P', 'token/a': 'K' });
  const byCertificate = await objects.client(1, tls(friend!));
  expect(await seenBy(byCertificate)).toEqual({ ...nothing, public: 'P', 'cert/a': 'C' });
  const large = await byCertificate.get('large', { mode: 'copy' });
  expect(large.content.equals(LARGE)).toBe(true);
  expect(await seenBy(reading)).toEqual({ ...nothing, public: 'P', 'mine/a': 'M' });

  // What each may write.
  const writing = await objects.client(3);
  await writing.put('mine/b', 'written');
  for (const uri of ['theirs/b', 'token/b', 'cert/b'])
    await expect(writing.put(uri, 'x')).rejects.toMatchObject({ status: 'unsupported' });
  await byToken.put('token/b', 'written');
  await expect(byToken.delete('mine/b')).rejects.toMatchObject({ status: 'unsupported' });
  expect((await writing.list()).entries.map(({ uri }) => uri)).toEqual([
    'large',
    'mine/a',
    'mine/b',
    'public',
  ]);
  expect((await byToken.list()).entries.map(({ uri }) => uri)).toEqual([
    'large',
    'public',
    'token/a',
    'token/b',
  ]);

  // A reload that takes writing back counts for whoever is connected.
  await objects.reload(toml(false));
  for (const client of [writing, byToken])
    await expect(client.put('public', 'x')).rejects.toMatchObject({ status: 'unsupported' });
  expect(readFileSync(join(objects.folder, 'store/public'), 'utf8')).toBe('P');
  expect((await writing.get('mine/b', { mode: 'copy' })).content.toString()).toBe('written');

  expect(objects.log()).not.toContain(TOKEN.slice(0, -1));
  expect(objects.log()).not.toContain(createHash('sha256').update(TOKEN).digest('hex'));
  expect(objects.log()).not.toContain('PRIVATE KEY');
});
