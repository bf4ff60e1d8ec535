/** A real instance is backed up while it is written to, restored elsewhere, and started there. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SocketClient } from '../cli/socket-client.ts';

const MAIN = join(import.meta.dirname, '../headless/main.ts');
const CLI = join(import.meta.dirname, '../cli/main.ts');
const CONFIG = `
[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]
`;
let dir: string;
let started: ChildProcess[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-backup-'));
  started = [];
  await writeFile(join(dir, 'signalbox.toml'), CONFIG);
});
afterEach(async () => {
  for (const child of started) await end(child);
  await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

async function serve(data: string, config: string): Promise<ChildProcess & { token: string }> {
  const args = ['--port', '0', '--json', '--data', join(dir, data), '--config', join(dir, config)];
  const child = spawn(process.execPath, [MAIN, ...args, '--autostart', 'ircd'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  started.push(child);
  const [line] = await once(createInterface(child.stdout), 'line');
  return Object.assign(child, JSON.parse(String(line)) as { token: string });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

function cli(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, XDG_CONFIG_HOME: dir };
    execFile(process.execPath, [CLI, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}

const ban = (client: SocketClient, mask: string) =>
  client.request('command.run', {
    daemon: 'ircd',
    command: 'add-ban',
    args: { kind: 'kline', mask },
    confirmed: true,
  });

test('bans, audit, token, settings and configuration of a running instance come back elsewhere', async () => {
  const first = await serve('data', 'signalbox.toml');
  const client = await SocketClient.connect(join(dir, 'data'));
  expect(await ban(client, '*@before.example')).toMatchObject({ ok: true });
  // The trail goes on while it is copied.
  let going = true;
  const busy = (async () => {
    for (let n = 0; going; n++) await ban(client, `*@n${n}.example`);
  })();
  const file = join(dir, 'backup.tar.gz');
  const made = await cli('backup', file, '--data', join(dir, 'data'), '--json');
  going = false;
  await busy;
  expect(JSON.parse(made.stdout)).toMatchObject({ ok: true, result: { file, files: expect.any(Number) } });
  expect((await stat(file)).mode & 0o777).toBe(0o600);

  const refused = await cli('restore', file, '--data', join(dir, 'data'), '--force');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(`process ${first.pid}`) });
  // Nor does deleting the socket make room for one.
  first.kill('SIGSTOP');
  await rm(join(dir, 'data/control.sock'));
  expect(await cli('restore', file, '--data', join(dir, 'data'), '--force')).toEqual(refused);
  first.kill('SIGCONT');
  client.close();
  await end(first);

  const words = ['restore', file, '--data', join(dir, 'copy'), '--config', join(dir, 'copy.toml')];
  expect(await cli(...words)).toMatchObject({ code: 0, stderr: '' });
  expect(await readFile(join(dir, 'copy.toml'), 'utf8')).toBe(CONFIG);
  const second = await serve('copy', 'copy.toml');
  expect(second.token).toBe(first.token);
  const again = await SocketClient.connect(join(dir, 'copy'));
  const bans = await again.request('command.run', { daemon: 'ircd', command: 'bans', args: {} });
  expect(JSON.stringify(bans)).toContain('*@before.example');
  const audit = await vi.waitFor(
    async () => {
      const answer = await again.request('audit.query', { text: 'before.example' });
      expect(answer).toMatchObject({ ok: true, result: { entries: [{ command: 'add-ban' }] } });
      return answer;
    },
    { interval: 100 },
  );
  expect(audit.ok).toBe(true);
  again.close();
});

test('an instance that does not run is backed up too, and one that is not there is named', async () => {
  const first = await serve('data', 'signalbox.toml');
  await end(first);
  const file = join(dir, 'cold.tar.gz');
  const words = ['--data', join(dir, 'data'), '--config', join(dir, 'signalbox.toml')];
  expect(await cli('backup', file, ...words)).toMatchObject({ code: 0, stderr: '' });
  expect(await cli('backup', file, ...words)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('exists already'),
  });
  const restored = await cli('restore', file, '--data', join(dir, 'copy'), '--json');
  expect(JSON.parse(restored.stdout)).toMatchObject({ ok: true, result: { replaced: null } });
  const copied = await readFile(join(dir, 'copy/recorder/signalbox.db'));
  expect(copied.subarray(0, 15).toString()).toBe('SQLite format 3');
  const nowhere = await cli('backup', join(dir, 'x.tar.gz'), '--data', join(dir, 'nowhere'));
  expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no data folder') });
  await writeFile(file, 'garbage');
  expect(await cli('restore', file, '--data', join(dir, 'third'))).toMatchObject({ code: 78 });
});

test('a cold backup without a configuration says so, and one that is named has to be there', async () => {
  const data = join(dir, 'data');
  await mkdir(data);
  await writeFile(join(data, 'token'), 'secret');
  const bare = await cli('backup', join(dir, 'bare.tgz'), '--data', data, '--json');
  expect(bare).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('No configuration is in the backup'),
  });
  expect(JSON.parse(bare.stdout)).toMatchObject({
    result: { configFile: null, warnings: [expect.stringContaining('--config FILE')] },
  });
  const config = join(dir, 'signalbox.toml');
  const whole = await cli('backup', join(dir, 'whole.tgz'), '--data', data, '--json', '--config', config);
  expect(whole.stderr).toBe('');
  expect(JSON.parse(whole.stdout)).toMatchObject({ result: { configFile: config, warnings: [] } });
  const lost = await cli('backup', join(dir, 'lost.tgz'), '--data', data, '--config', join(dir, 'lost.toml'));
  expect(lost).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no configuration') });
});

test('what is no backup is refused in words, and leaves no data folder behind', async () => {
  await writeFile(join(dir, 'garbage.tgz'), 'garbage');
  const cases: [string, number, string][] = [
    ['nofile.tgz', 1, `There is no file ${join(dir, 'nofile.tgz')}`],
    ['signalbox.toml/x', 1, 'There is no file'],
    ['.', 1, `${dir} is a folder; name the file that a backup made`],
    ['garbage.tgz', 78, 'is damaged or no backup of Signalbox'],
  ];
  for (const [name, code, text] of cases) {
    const answer = await cli('restore', join(dir, name), '--data', join(dir, 'new/data'));
    expect(answer).toMatchObject({ code, stderr: expect.stringContaining(text) });
    expect(await readdir(dir)).not.toContain('new');
  }
});
