/** Daemons of one instance find each other, and share a secret that is nowhere to be read. With real processes. */
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { portOf } from '../../contract/listen-place.ts';
import { registry } from '../../daemons/registry.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';
import { manifest as tiny } from './test-fixtures/tiny/manifest.ts';

const DAEMONS = resolve(import.meta.dirname, '../../daemons');
const shipped = registry.filter(({ id }) => id === 'relay' || id === 'recorder');
const TOML = '[signalbox]\nautostart = ["tiny", "relay"]\n[relay]\nlisten = [{ port = 0 }]\n';

let host: TestHost | null = null;
let secrets: Uint8Array[] = [];

afterEach(async () => {
  await host?.close();
  host = null;
  secrets = [];
});

async function start(): Promise<TestHost> {
  const entryOf = (id: string) =>
    id === 'tiny' ? join(import.meta.dirname, 'test-fixtures/tiny/main.ts') : join(DAEMONS, id, 'main.ts');
  const running = await startTestHost(TOML, {}, [tiny, ...shipped], entryOf, (_id, message) => {
    if (message.type === 'init') secrets.push(message.secret);
  });
  host = running;
  await running.plane.started;
  return running;
}

const peersOf = async (running: TestHost) => {
  const outcome = await running.ask('command.run', { daemon: 'tiny', command: 'peers', args: {} });
  return outcome.ok ? (outcome.result as { result: unknown }).result : outcome.error;
};

test('a daemon knows the real port of another that was given port 0, also after its restart', async () => {
  const running = await start();
  const endpoint = () => {
    const port = portOf(running.snapshot('relay').listeners[0]);
    expect(port).toBeGreaterThan(0);
    return { kind: 'tcp', protocol: 'frames', host: '127.0.0.1', port, tls: false };
  };
  await vi.waitFor(async () => {
    expect(await peersOf(running)).toContainEqual({ id: 'relay', endpoints: [endpoint()] });
  });
  await running.ask('daemon.stop', { id: 'relay', confirmed: true });
  await vi.waitFor(async () => expect(await peersOf(running)).toContainEqual({ id: 'relay', endpoints: [] }));
  await running.ask('daemon.start', { id: 'relay' });
  await vi.waitFor(async () => {
    expect(await peersOf(running)).toContainEqual({ id: 'relay', endpoints: [endpoint()] });
  });
});

test('the secret of the instance is in no file, log, event, argument or environment', async () => {
  const running = await start();
  await peersOf(running);
  // A configuration that a daemon refuses and one that reloads are logged, too.
  await running.ask('config.reload');
  await running.ask('audit.query', {});
  const secret = Buffer.from(secrets[0]!);
  expect(secrets.length).toBeGreaterThanOrEqual(3);
  const forms = [
    secret,
    ...['hex', 'base64', 'base64url'].map((form) => secret.toString(form as 'hex')),
  ].concat([...secret.subarray(0, 8)].join(','));
  const holds = (bytes: Buffer) => forms.some((form) => bytes.includes(form));
  expect(holds(Buffer.from(`x${secret.toString('hex')}y`))).toBe(true);
  const files = (await readdir(running.dataDir, { recursive: true, withFileTypes: true })).filter((one) =>
    one.isFile(),
  );
  expect(files.length).toBeGreaterThan(4);
  for (const { parentPath, name } of files)
    expect(holds(readFileSync(join(parentPath, name))), name).toBe(false);
  expect(holds(Buffer.from(JSON.stringify(running.events)))).toBe(false);
  for (const { pid } of running.plane.snapshots()) {
    for (const what of ['cmdline', 'environ']) {
      const file = `/proc/${pid}/${what}`;
      if (existsSync(file)) expect(holds(readFileSync(file)), file).toBe(false);
    }
  }
});
