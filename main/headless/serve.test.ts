/** The headless host as a program: ready line, one instance a directory, signals to read its file and to end. */
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { portOf } from '../../contract/listen-place.ts';
import { serveFlags } from './test-fixtures/serve-flags.ts';
import { ENTRY, ServedHosts } from './test-fixtures/served-hosts.ts';
import { isAlive } from './test-fixtures/test-host.ts';

const PATIENT = join(import.meta.dirname, 'test-fixtures/serve-patient.ts');

const at = new ServedHosts();

test('prints one ready line, serves, and drains on SIGTERM with code 0', async () => {
  const served = at.serve('--autostart', 'ircd,relay');
  const { url, token } = await at.ready(served);
  const all = await at.running('ircd', 'relay', 'recorder');
  for (const { id, listeners } of all) {
    if (id === 'ircd' || id === 'relay') expect(portOf(listeners[0])).toBeGreaterThan(0);
  }
  expect((await fetch(new URL('/livez', url))).status).toBe(200);
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(new URL('/api/status', url), { method: 'POST', headers });
  expect(await response.json()).toMatchObject({ ok: true, result: { host: 'headless' } });
  // Who is let in, and who is not, is counted from the start. What is told is the second before: it may have begun without.
  const metrics = async () => await (await fetch(new URL('/metrics', url), { headers })).text();
  await expect.poll(metrics).toContain('limiter="http connections"');
  // Browsers that watch, a daemon too, keep it from nothing.
  const socket = (path: string) => new WebSocket(new URL(path, url.replace('http', 'ws')), { headers });
  await once(socket('/stream/recorder'), 'message');
  const watcher = socket('/control');
  await once(watcher, 'open');
  const told = once(watcher, 'close');
  served.child.kill('SIGTERM');
  expect(await served.exit).toBe(0);
  for (const { pid } of all) expect(isAlive(pid)).toBe(false);
  expect(served.output.stdout.trimEnd().split('\n')).toHaveLength(1);
  const [code, reason] = (await told) as [number, Buffer];
  expect([code, reason.toString()]).toEqual([1001, 'Signalbox is closing']);
});

test('tells people where it is and where the token stands, and the service manager when it is ready and when it ends', async () => {
  const told = join(at.dir, 'told');
  const bin = join(at.dir, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'systemd-notify'), `#!/bin/sh\necho "$1 $2" >> ${told}\n`, { mode: 0o755 });
  const flags = serveFlags(at.dir, at.configFile).filter((flag) => flag !== '--json');
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, NOTIFY_SOCKET: '/run/x' };
  const served = at.start([ENTRY, ...flags], env);
  const words = async () => await readFile(told, 'utf8').catch(() => '');
  await expect.poll(words).toMatch(/^READY=1 STATUS=Ready at http:.+\n$/);
  const url = /http:\S+/.exec(await words())?.[0];
  expect(served.output.stdout).toBe(`Signalbox is ready at ${url} (token: ${join(at.dir, 'token')})\n`);
  served.child.kill('SIGTERM');
  expect(await served.exit).toBe(0);
  await expect.poll(words).toMatch(/\nSTOPPING=1 STATUS=Draining \(SIGTERM\)\n$/);
});

test('a second instance is refused by name; after kill -9 the directory is taken over, and not even a daemon that hangs is left', async () => {
  const first = at.serve('--autostart', 'relay');
  await at.ready(first);
  const orphans = await at.running('relay', 'recorder');
  const second = at.serve();
  expect(await second.exit).toBe(1);
  await vi.waitFor(() =>
    expect(second.output.stderr).toContain(
      `Another Signalbox (headless, process ${first.child.pid}) uses ${at.dir}`,
    ),
  );
  process.kill(orphans.find(({ id }) => id === 'relay')?.pid ?? 0, 'SIGSTOP');
  first.child.kill('SIGKILL');
  await first.exit;
  await vi.waitFor(() => expect(orphans.filter(({ pid }) => isAlive(pid))).toEqual([]));
  await at.ready(at.serve());
});

test('when it says that it is ready, what it was asked to start runs; a start while it drains waits for it, and gets folder and port', async () => {
  const first = at.run(PATIENT, ['--autostart', 'relay']);
  const { url } = await at.ready(first);
  const up = (await at.daemons()).filter(({ state }) => state === 'running');
  expect(up.map(({ id }) => id)).toEqual(['relay', 'recorder']);
  const pid = up.find(({ id }) => id === 'relay')?.pid ?? 0;
  // The drain lasts until it goes on.
  process.kill(pid, 'SIGSTOP');
  first.child.kill('SIGTERM');
  await vi.waitFor(() => expect(first.output.stderr).toContain('stopping (SIGTERM)'));
  const second = at.serve('--port', new URL(url).port);
  await vi.waitFor(() =>
    expect(second.output.stderr).toContain(
      `The Signalbox (headless, process ${first.child.pid}) that uses ${at.dir} is ending (SIGTERM); waiting for it`,
    ),
  );
  process.kill(pid, 'SIGCONT');
  expect((await at.ready(second)).url).toBe(url);
  expect(await first.exit).toBe(0);
});

test('deleting the control socket lets no second instance in, and the first makes it again', async () => {
  const first = at.serve();
  await at.ready(first);
  // It cannot make the socket again before it goes on.
  first.child.kill('SIGSTOP');
  await rm(join(at.dir, 'control.sock'));
  const second = at.serve();
  expect(await second.exit).toBe(1);
  await vi.waitFor(() =>
    expect(second.output.stderr).toContain(
      `Another Signalbox (headless, process ${first.child.pid}) uses ${at.dir}`,
    ),
  );
  first.child.kill('SIGCONT');
  await at.running('recorder');
  await vi.waitFor(async () =>
    expect(await readFile(join(at.dir, 'logs/main.log'), 'utf8')).toContain('claim_renewed'),
  );
});

test('SIGHUP reads the configuration again and says what came of it; a second host on its port ends with 1; with the process that started it, it ends', async () => {
  const served = at.serve();
  const { url } = await at.ready(served);
  // A port in use may be free later.
  const second = at.serve('--data', join(at.dir, 'second'), '--port', new URL(url).port);
  served.child.kill('SIGHUP');
  await vi.waitFor(() => expect(served.output.stderr).toContain('configuration reloaded'));
  expect(await second.exit).toBe(1);
  await vi.waitFor(() => expect(second.output.stderr).toContain('EADDRINUSE'));
  await writeFile(at.configFile, 'oops');
  served.child.kill('SIGHUP');
  await vi.waitFor(() => expect(served.output.stderr).toContain('signalbox.toml:1: not valid TOML'));
  // It goes on with what it had.
  expect((await fetch(new URL('/livez', url))).status).toBe(200);
  served.child.disconnect();
  expect(await served.exit).toBe(0);
});
