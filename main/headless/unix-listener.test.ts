/** A daemon that listens on a Unix socket, as a real process: it starts, is shown, reloads and is checked like any other. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { showStatus } from '../cli/show.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';

let host: TestHost | null = null;
afterEach(async () => {
  await host?.close();
  host = null;
});

const settings = (path: string, more = '') =>
  `[signalbox]\nautostart = ["tiny"]\n[tiny]\nlisten = [{ path = "${path}"${more} }]\n`;

/** The path is inside the data folder, which is known only when the host runs. */
async function start(): Promise<{ running: TestHost; path: string }> {
  const running = await startTestHost();
  host = running;
  const path = join(running.dataDir, 'tiny.sock');
  await writeFile(running.configFile, settings(path));
  await running.ask('config.reload');
  expect(await running.ask('daemon.start', { id: 'tiny' })).toMatchObject({ ok: true });
  return { running, path };
}

test('a daemon with a Unix socket runs, and status and the command line show its path', async () => {
  const { running, path } = await start();
  expect(running.snapshot().listeners).toEqual([
    { protocol: 'tiny', host: '127.0.0.1', port: 7, tls: false },
    { protocol: 'tiny', path },
  ]);
  expect(showStatus([running.snapshot()])).toContain(`tiny 127.0.0.1:7, tiny ${path}`);
  expect(await text(connect(path))).toBe('hello\n');
  await running.ask('daemon.stop', { id: 'tiny', confirmed: true });
  expect(existsSync(path)).toBe(false);
});

test('a reload hands the path over, and the path that goes is free', async () => {
  const { running, path } = await start();
  await writeFile(running.configFile, settings(path, ', mode = "0666"'));
  expect(await running.ask('config.reload')).toMatchObject({ ok: true });
  expect(await text(connect(path))).toBe('hello\n');
  await writeFile(running.configFile, settings(`${path}2`));
  expect(await running.ask('config.reload')).toMatchObject({ ok: true });
  expect(running.snapshot().listeners[1]).toEqual({ protocol: 'tiny', path: `${path}2` });
  expect(existsSync(path)).toBe(false);
});

test('a check says who holds a path: a daemon of this Signalbox, or somebody else', async () => {
  const { running, path } = await start();
  expect(await running.ask('config.check')).toMatchObject({
    ok: true,
    result: {
      error: null,
      warnings: [
        `tiny.listen[0]: ${path} is held by tiny of the Signalbox that runs with this data directory`,
      ],
    },
  });
  const foreign = join(running.dataDir, 'foreign.sock');
  const other = createServer().listen(foreign);
  await once(other, 'listening');
  const checked = await running.ask('config.check', { text: settings(foreign) });
  expect(JSON.stringify(checked)).toContain(`cannot listen on ${foreign}: another process does`);
  await writeFile(running.configFile, settings(foreign));
  // A daemon that has ended takes no part in a reload, which would then go well.
  expect(running.snapshot()).toMatchObject({ state: 'running', restarts: 0 });
  expect(await running.ask('config.reload')).toMatchObject({ ok: false, error: { code: 'address_in_use' } });
  expect(await text(connect(path))).toBe('hello\n');
  other.close();
});
