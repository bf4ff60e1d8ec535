/** The object server as a real process under main: where it listens, what a check and a reload say, and its files. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { registry } from '../../daemons/registry.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';

let host: TestHost;
afterEach(() => host.close());

const start = async (toml: string) => {
  const objects = registry.filter(({ id }) => id === 'objects');
  host = await startTestHost(toml, {}, objects, () =>
    join(import.meta.dirname, '../../daemons/objects/main.ts'),
  );
};

test('listens on a socket in its own folder, which status tells with its whole path, and takes it away', async () => {
  await start('');
  const path = join(host.dataDir, 'objects/objects.sock');
  expect(existsSync(path)).toBe(false);
  expect(await host.ask('daemon.start', { id: 'objects' })).toMatchObject({ ok: true });
  expect(host.snapshot('objects').listeners).toEqual([{ protocol: 'objects', path }]);
  const client = connect(path);
  client.write('2\0\u0004none');
  const [answer] = (await once(client, 'data')) as [Buffer];
  expect([...answer.subarray(0, 11)]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 26]);
  expect(await host.ask('daemon.stop', { id: 'objects', confirmed: true })).toMatchObject({ ok: true });
  expect(existsSync(path)).toBe(false);
});

test('a check finds nothing wrong before the first start, and refuses a path that no system takes', async () => {
  await start('[objects]\n[[objects.listen]]\npath = "objects.sock"\n');
  const check = () => host.ask('config.check');
  const nothing = { ok: true, result: { error: null, warnings: [] } };
  expect(await check()).toMatchObject(nothing);
  const path = `${'x'.repeat(107 - host.dataDir.length - '/objects/'.length + 1)}`;
  await writeFile(host.configFile, `[objects]\n[[objects.listen]]\npath = "${path}"\n`);
  expect(await check()).toMatchObject({
    ok: true,
    result: {
      error: {
        code: 'config_invalid',
        message: `${host.configFile}:3: objects.listen[0].path: expected a path of at most 107 bytes, which is all that the system takes for a socket; ${host.dataDir}/objects/${path} has 108`,
      },
    },
  });
});

test('is not looked at, and is in nobody’s way, where no table and no start asks for it', async () => {
  await start('[signalbox]\nautostart = []\n');
  expect(await host.ask('config.check')).toMatchObject({ ok: true, result: { error: null } });
  expect(host.snapshot('objects').state).toBe('stopped');
  expect(existsSync(join(host.dataDir, 'objects/objects.sock'))).toBe(false);
});

test('a reload is refused whole where a setting of the server cannot be had', async () => {
  await start('[objects]\n');
  await host.ask('daemon.start', { id: 'objects' });
  await mkdir(join(host.dataDir, 'objects/sockets'));
  await writeFile(
    host.configFile,
    '[objects]\nlisten = [{ path = "sockets/a.sock", group = "no-such-group" }]\n',
  );
  expect(await host.ask('config.reload')).toMatchObject({
    ok: false,
    error: {
      code: 'config_invalid',
      message: expect.stringContaining(':2: objects.listen[0].group: there is no group'),
    },
  });
  await writeFile(host.configFile, '[objects]\nlisten = [{ path = "sockets/a.sock", mode = "0666" }]\n');
  expect(await host.ask('config.reload')).toMatchObject({ ok: true });
  expect(host.snapshot('objects').listeners).toEqual([
    { protocol: 'objects', path: join(host.dataDir, 'objects/sockets/a.sock') },
  ]);
});
