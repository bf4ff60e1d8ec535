/** Data folders of other versions: the one before is opened with all that is in it, a newer one is not touched. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SocketClient } from '../cli/socket-client.ts';
import { DATA_FORMAT } from '../core/instance/data-format.ts';

const ENTRY = join(import.meta.dirname, 'main.ts');
/** Written by the first version: bans of both daemons, audit, states and history of a quarter of a minute. */
const FIRST_VERSION = join(import.meta.dirname, 'test-fixtures/data-format-0.tar.gz');
const CONFIG = `
[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]
[relay]
listen = [{ host = "127.0.0.1", port = 0 }]
[recorder]
history_days = 3650
audit_days = 3650
`;
let dir: string;
let data: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-versions-'));
  data = join(dir, 'data');
  await mkdir(data);
  await writeFile(join(dir, 'signalbox.toml'), CONFIG);
});
afterEach(() => rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));

const start = (...more: string[]) =>
  spawn(
    process.execPath,
    [ENTRY, '--port', '0', '--json', '--data', data, '--config', join(dir, 'signalbox.toml'), ...more],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );

test('the data folder of the first version is opened: bans, audit, history', async () => {
  await promisify(execFile)('tar', ['xzf', FIRST_VERSION, '-C', data]);
  const child = start('--autostart', 'ircd,relay');
  try {
    await once(createInterface(child.stdout), 'line');
    const client = await SocketClient.connect(data);
    const bans = await client.request('command.run', { daemon: 'ircd', command: 'bans', args: {} });
    expect(bans).toMatchObject({
      result: {
        result: { rows: expect.arrayContaining([expect.objectContaining({ mask: '*@bad.example' })]) },
      },
    });
    const relayBans = await client.request('command.run', { daemon: 'relay', command: 'bans', args: {} });
    expect(JSON.stringify(relayBans)).toContain('192.0.2.0/24');
    const audit = await client.request('audit.query', { limit: 100 });
    expect(JSON.stringify(audit)).toContain('kept from before');
    const stats = await client.request('command.run', { daemon: 'recorder', command: 'stats', args: {} });
    expect(JSON.stringify(stats)).not.toContain('set aside');
    client.close();
    expect(JSON.parse(await readFile(join(data, 'format.json'), 'utf8'))).toMatchObject({
      format: DATA_FORMAT,
    });
    expect(await readdir(join(data, 'recorder'))).not.toContainEqual(expect.stringContaining('corrupt'));
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});

test('the data folder of a newer version is refused with exit code 78 and stays as it is', async () => {
  const text = JSON.stringify({ format: DATA_FORMAT + 1, program: '99.0.0' });
  await writeFile(join(data, 'format.json'), text);
  const child = start();
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    words += chunk;
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(78);
  expect(words).toContain('was written by Signalbox 99.0.0');
  expect(await readdir(data)).toEqual(['format.json']);
  expect(await readFile(join(data, 'format.json'), 'utf8')).toBe(text);
});
