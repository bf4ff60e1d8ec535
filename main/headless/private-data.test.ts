/** What an instance leaves on disk is for its owner alone, whoever makes it and whatever the umask. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SocketClient } from '../cli/socket-client.ts';
import { serveFlags } from './test-fixtures/serve-flags.ts';

let folder: string;
let dir: string;
let child: ChildProcess | null;
let exited: Promise<unknown>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-private-'));
  dir = join(folder, 'data');
  await writeFile(
    join(folder, 'signalbox.toml'),
    `
[signalbox]
autostart = ["ircd", "relay"]
[ircd]
listen = [{ host = "127.0.0.1", port = 0, tls = true }]
[relay]
listen = [{ host = "127.0.0.1", port = 0 }]
`,
  );
  child = null;
});
afterEach(async () => {
  if (child !== null) {
    child.kill('SIGKILL');
    await exited;
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

/** Starts the host with a umask that hides nothing, and waits until it has bans, sessions, history and logs on disk. */
async function serve(): Promise<{ url: string; token: string }> {
  const entry = join(import.meta.dirname, 'main.ts');
  const flags = serveFlags(dir, join(folder, 'signalbox.toml'));
  child = spawn('sh', ['-c', 'umask 0; exec "$0" "$@"', process.execPath, entry, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  exited = once(child, 'exit');
  let stderr = '';
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  const [line] = await Promise.race([
    once(child.stdout!, 'data'),
    exited.then(() => Promise.reject(new Error(stderr))),
  ]);
  const { url, token } = JSON.parse(String(line)) as { url: string; token: string };
  const headers = { 'content-type': 'application/json' };
  await fetch(new URL('/login', url), { method: 'POST', headers, body: JSON.stringify({ token }) });
  const client = await SocketClient.connect(dir);
  const ban = async (daemon: string, args: Record<string, unknown>) => {
    const outcome = await client.request('command.run', {
      daemon,
      command: 'add-ban',
      args,
      confirmed: true,
    });
    if (!outcome.ok) throw new Error(outcome.error.message);
  };
  await ban('ircd', { kind: 'kline', mask: '*@192.0.2.9', reason: 'test', minutes: 0 });
  await ban('relay', { kind: 'cidr', mask: '192.0.2.9', minutes: 0, reason: 'test' });
  client.close();
  await expect
    .poll(async () => (await entries()).map(({ path }) => path).join(' '))
    .toMatch(/sessions\.json/);
  return { url, token };
}

async function stop(): Promise<void> {
  if (child === null) return;
  child.kill('SIGTERM');
  await exited;
  child = null;
}

async function entries(): Promise<{ path: string; mode: number; isFolder: boolean }[]> {
  const paths = await readdir(dir, { recursive: true });
  const found = await Promise.all(
    ['.', ...paths].map(async (path) => {
      const at = await stat(join(dir, path)).catch(() => null);
      return at === null ? [] : [{ path, mode: at.mode & 0o777, isFolder: at.isDirectory() }];
    }),
  );
  return found.flat();
}

async function exposed(): Promise<string[]> {
  return (await entries()).filter(({ mode }) => (mode & 0o077) !== 0).map(({ path }) => path);
}

test('every file and folder of an instance is private, those of an older version too', async () => {
  await serve();
  const paths = (await entries()).map(({ path }) => path);
  for (const expected of [
    'token',
    'sessions.json',
    'control.sock',
    'logs/main.log',
    'logs/ircd.log',
    'ircd/bans.json',
  ]) {
    expect(paths).toContain(expected);
  }
  expect(paths.some((path) => /^recorder\/.+-wal$/.test(path))).toBe(true);
  expect(await exposed()).toEqual([]);
  await stop();
  for (const { path, isFolder } of await entries()) await chmod(join(dir, path), isFolder ? 0o755 : 0o644);
  await serve();
  expect(await exposed()).toEqual([]);
});

test('a ban says who set it in the words of the audit trail', async () => {
  const { url, token } = await serve();
  const headers = { 'content-type': 'application/json' };
  const post = (path: string, body: unknown, cookie = '') =>
    fetch(new URL(path, url), {
      method: 'POST',
      headers: { ...headers, cookie },
      body: JSON.stringify(body),
    });
  const login = await post('/login', { token, name: 'Anna' });
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  const run = async (daemon: string, command: string, args: Record<string, unknown>) => {
    const answer = await post('/api/command.run', { daemon, command, args, confirmed: true }, cookie);
    expect(answer.status).toBe(200);
    return await answer.text();
  };
  await run('ircd', 'add-ban', { kind: 'kline', mask: '*@192.0.2.77', reason: 'test', minutes: 0 });
  await run('relay', 'add-ban', { kind: 'cidr', mask: '192.0.2.77', minutes: 0, reason: 'test' });
  const actors = async () => {
    const text = await (await post('/api/audit.query', { text: '192.0.2.77' }, cookie)).text();
    return [...text.matchAll(/"actor":"([^"]*)"/g)].map((match) => match[1]);
  };
  await expect.poll(async () => (await actors()).length).toBe(2);
  const [first, second] = await actors();
  expect(first).toMatch(/^Anna \(session [0-9a-f]{8} from 127\.0\.0\.1\)$/);
  expect(second).toBe(first);
  for (const daemon of ['ircd', 'relay']) expect(await run(daemon, 'bans', {})).toContain(`"by":"${first}"`);
});
