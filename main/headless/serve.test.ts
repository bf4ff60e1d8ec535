/** The headless host as a program: ready line, signals, exit codes, one instance a directory, no orphans. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { ControlResults } from '../../contract/control/requests.ts';
import { portOf } from '../../contract/listen-place.ts';
import { SocketClient } from '../cli/socket-client.ts';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { serveFlags } from './test-fixtures/serve-flags.ts';
import { isAlive } from './test-fixtures/test-host.ts';

const ENTRY = join(import.meta.dirname, 'main.ts');
/** Drains for no longer than a start takes to notice it. */
const HURRIED = join(import.meta.dirname, 'test-fixtures/serve-hurried.ts');
const CONFIG = `
[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]
[relay]
listen = [{ host = "127.0.0.1", port = 0 }]
`;
let dir: string;
let started: Served[];

interface Served {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  readonly exit: Promise<number | null>;
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-serve-'));
  await writeFile(join(dir, 'signalbox.toml'), CONFIG);
  started = [];
});
afterEach(async () => {
  for (const { child, exit } of started) {
    child.kill('SIGKILL');
    await exit;
  }
  await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

function serve(...args: string[]): Served {
  return run(ENTRY, args);
}

function run(entry: string, args: readonly string[]): Served {
  return start([entry, ...serveFlags(dir, join(dir, 'signalbox.toml')), ...args]);
}

function start(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Served {
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env });
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    output.stderr += text;
  });
  // Not 'close', which never comes for a child whose channel was disconnected.
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  const served = { child, output, exit };
  started.push(served);
  return served;
}

async function ready({ output, exit }: Served): Promise<{ url: string; token: string }> {
  await Promise.race([vi.waitFor(() => expect(output.stdout).toContain('\n')), exit]);
  const lines = output.stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  const line = JSON.parse(lines[0] ?? '') as { event: string; url: string; token: string };
  expect(Object.keys(line)).toEqual(['event', 'url', 'token']);
  expect(line.event).toBe('ready');
  expect(line.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  return line;
}

async function daemons(): Promise<ControlResults['status']['daemons']> {
  const client = await SocketClient.connect(dir);
  const outcome = await client.request('status', {});
  client.close();
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.result.daemons;
}

async function running(...ids: string[]): Promise<ControlResults['status']['daemons']> {
  return await vi.waitFor(
    async () => {
      const all = await daemons();
      const up = all.filter(({ state }) => state === 'running').map(({ id }) => id);
      expect(up).toEqual(expect.arrayContaining(ids));
      return all;
    },
    { interval: 100 },
  );
}

test('prints one ready line, serves, and drains on SIGTERM with code 0', async () => {
  const served = serve('--autostart', 'ircd,relay');
  const { url, token } = await ready(served);
  expect((await fetch(new URL('/livez', url))).status).toBe(200);
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(new URL('/api/status', url), { method: 'POST', headers });
  expect(await response.json()).toMatchObject({ ok: true, result: { host: 'headless' } });
  // Who is let in, and who is not, is counted from the start.
  const metrics = await (await fetch(new URL('/metrics', url), { headers })).text();
  expect(metrics).toContain('limiter="http connections"');
  const watcher = new WebSocket(new URL('/control', url.replace('http', 'ws')), { headers });
  await once(watcher, 'open');
  const told = once(watcher, 'close');
  const all = await running('ircd', 'relay', 'recorder');
  for (const { id, listeners } of all) {
    if (id === 'ircd' || id === 'relay') expect(portOf(listeners[0])).toBeGreaterThan(0);
  }
  served.child.kill('SIGTERM');
  expect(await served.exit).toBe(0);
  for (const { pid } of all) expect(isAlive(pid)).toBe(false);
  expect(served.output.stdout.trimEnd().split('\n')).toHaveLength(1);
  const [code, reason] = (await told) as [number, Buffer];
  expect([code, reason.toString()]).toEqual([1001, 'Signalbox is closing']);
});

test('tells people where it is and where the token stands, and the service manager when it is ready and when it ends', async () => {
  const told = join(dir, 'told');
  const bin = join(dir, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'systemd-notify'), `#!/bin/sh\necho "$1 $2" >> ${told}\n`, { mode: 0o755 });
  const flags = serveFlags(dir, join(dir, 'signalbox.toml')).filter((flag) => flag !== '--json');
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, NOTIFY_SOCKET: '/run/x' };
  const served = start([ENTRY, ...flags], env);
  const words = async () => await readFile(told, 'utf8').catch(() => '');
  await expect.poll(words).toMatch(/^READY=1 STATUS=Ready at http:.+\n$/);
  const url = /http:\S+/.exec(await words())?.[0];
  expect(served.output.stdout).toBe(`Signalbox is ready at ${url} (token: ${join(dir, 'token')})\n`);
  served.child.kill('SIGTERM');
  expect(await served.exit).toBe(0);
  await expect.poll(words).toMatch(/\nSTOPPING=1 STATUS=Draining \(SIGTERM\)\n$/);
});

test('when it says that it is ready, what it was asked to start runs', async () => {
  await ready(serve('--autostart', 'relay'));
  expect((await daemons()).filter(({ state }) => state === 'running').map(({ id }) => id)).toEqual([
    'relay',
    'recorder',
  ]);
});

test('SIGTERM to the whole process group, as service managers send it, is a drain and no crash', async () => {
  const served = serve('--autostart', 'relay');
  await ready(served);
  const all = await running('relay', 'recorder');
  for (const { pid } of all) if (pid !== null) process.kill(pid, 'SIGTERM');
  served.child.kill('SIGTERM');
  expect(await served.exit).toBe(0);
  expect(served.output.stderr).not.toContain('crashed');
});

test('SIGTERM ends it although a browser has watched a daemon', async () => {
  const served = serve();
  const { url, token } = await ready(served);
  await running('recorder');
  const headers = { authorization: `Bearer ${token}` };
  const watcher = new WebSocket(new URL('/stream/recorder', url.replace('http', 'ws')), { headers });
  await once(watcher, 'message');
  served.child.kill('SIGTERM');
  expect(await served.exit).toBe(0);
});

test('a second Ctrl-C, later, ends it with 130 although a daemon hangs', async () => {
  const served = serve('--autostart', 'relay');
  await ready(served);
  const [relay] = (await running('relay')).filter(({ id }) => id === 'relay');
  process.kill(relay?.pid ?? 0, 'SIGSTOP');
  served.child.kill('SIGINT');
  await vi.waitFor(() => expect(served.output.stderr).toContain('stopping (SIGINT)'));
  await delay(CONTROL_LIMITS.interruptEchoMs + 100);
  served.child.kill('SIGINT');
  expect(await served.exit).toBe(130);
  await vi.waitFor(() => expect(isAlive(relay?.pid ?? null)).toBe(false));
});

test('the token stays the same over a restart', async () => {
  const first = serve();
  const { token } = await ready(first);
  first.child.kill('SIGINT');
  expect(await first.exit).toBe(0);
  expect((await ready(serve())).token).toBe(token);
});

test('a second instance is refused by name; after kill -9 the directory is taken over, and not even a daemon that hangs is left', async () => {
  const first = serve('--autostart', 'relay');
  await ready(first);
  const orphans = await running('relay', 'recorder');
  const second = serve();
  expect(await second.exit).toBe(1);
  await vi.waitFor(() =>
    expect(second.output.stderr).toContain(
      `Another Signalbox (headless, process ${first.child.pid}) uses ${dir}`,
    ),
  );
  process.kill(orphans.find(({ id }) => id === 'relay')?.pid ?? 0, 'SIGSTOP');
  first.child.kill('SIGKILL');
  await first.exit;
  await vi.waitFor(() => expect(orphans.filter(({ pid }) => isAlive(pid))).toEqual([]));
  await ready(serve());
});

test('a start while the one before drains waits for it, and gets folder and port', async () => {
  const first = run(HURRIED, ['--autostart', 'relay']);
  const { url } = await ready(first);
  const all = await running('relay');
  // It will have to be killed at its deadline, so that the drain lasts.
  process.kill(all.find(({ id }) => id === 'relay')?.pid ?? 0, 'SIGSTOP');
  first.child.kill('SIGTERM');
  await vi.waitFor(() => expect(first.output.stderr).toContain('stopping (SIGTERM)'));
  const second = serve('--port', new URL(url).port);
  await vi.waitFor(() =>
    expect(second.output.stderr).toContain(
      `The Signalbox (headless, process ${first.child.pid}) that uses ${dir} is ending (SIGTERM); waiting for it`,
    ),
  );
  expect((await ready(second)).url).toBe(url);
  expect(await first.exit).toBe(0);
});

test('a bad configuration ends it with 78 and names file, line and key of every mistake', async () => {
  await writeFile(join(dir, 'signalbox.toml'), '[relay]\nlisten = [{ port = "abc" }]\nmode = 1\n');
  const served = serve();
  expect(await served.exit).toBe(78);
  expect(served.output.stdout).toBe('');
  await vi.waitFor(() =>
    expect(served.output.stderr).toContain(
      `${join(dir, 'signalbox.toml')}:2: relay.listen[0].port: expected `,
    ),
  );
  expect(served.output.stderr).toContain(`\n  ${join(dir, 'signalbox.toml')}:3: relay.mode: expected `);
});

test('a token file that holds none ends it with 78, and is named in one sentence with what to do', async () => {
  await writeFile(join(dir, 'token'), '');
  const served = serve();
  expect(await served.exit).toBe(78);
  await vi.waitFor(() =>
    expect(served.output.stderr).toMatch(
      /holds no token; remove the file and start again to get a new one\.\n/,
    ),
  );
});

test('a data directory that cannot be one ends it with 78 and is named', async () => {
  const file = join(dir, 'signalbox.toml');
  const linked = join(dir, 'circle');
  await symlink(linked, linked);
  const cases: [string, string][] = [
    [file, `The data folder ${file} cannot be used: a file is in its place`],
    [join(file, 'below'), `cannot be used: a file is in its place at ${file}`],
    [join(linked, 'x'), `cannot be used: its links lead in a circle`],
  ];
  // Nobody can make a folder there, and Node's own way tries forever.
  if (process.platform === 'linux')
    cases.push(['/proc/signalbox', 'The data folder /proc/signalbox cannot be used: it is not there']);
  for (const [data, text] of cases) {
    const served = serve('--data', data);
    expect(await served.exit).toBe(78);
    await vi.waitFor(() => expect(served.output.stderr).toContain(text));
  }
});

test('a port in use, which may be free later, ends it with 1', async () => {
  const first = serve();
  const { port } = new URL((await ready(first)).url);
  const second = serve('--data', join(dir, 'second'), '--port', port);
  expect(await second.exit).toBe(1);
  await vi.waitFor(() => expect(second.output.stderr).toContain('EADDRINUSE'));
});

test('deleting the control socket lets no second instance in, and the first makes it again', async () => {
  const first = serve();
  await ready(first);
  // It cannot make the socket again before it goes on.
  first.child.kill('SIGSTOP');
  await rm(join(dir, 'control.sock'));
  const second = serve();
  expect(await second.exit).toBe(1);
  await vi.waitFor(() =>
    expect(second.output.stderr).toContain(
      `Another Signalbox (headless, process ${first.child.pid}) uses ${dir}`,
    ),
  );
  first.child.kill('SIGCONT');
  await running('recorder');
  await vi.waitFor(async () =>
    expect(await readFile(join(dir, 'logs/main.log'), 'utf8')).toContain('claim_renewed'),
  );
});

test('flags that it does not know end it with 2', async () => {
  const served = serve('--prot', '1');
  expect(await served.exit).toBe(2);
  await vi.waitFor(() => expect(served.output.stderr).toContain('--prot'));
});

test('SIGHUP reads the configuration again and says what came of it', async () => {
  const served = serve();
  const { url } = await ready(served);
  served.child.kill('SIGHUP');
  await vi.waitFor(() => expect(served.output.stderr).toContain('configuration reloaded'));
  await writeFile(join(dir, 'signalbox.toml'), 'oops');
  served.child.kill('SIGHUP');
  await vi.waitFor(() => expect(served.output.stderr).toContain('signalbox.toml:1: not valid TOML'));
  // It goes on with what it had.
  expect((await fetch(new URL('/livez', url))).status).toBe(200);
});

test('ends when the process that started it is gone', async () => {
  const served = serve();
  await ready(served);
  served.child.disconnect();
  expect(await served.exit).toBe(0);
});

test('a second Ctrl-C ends at once what does not drain; one that arrives twice is one', async () => {
  const served = serve('--autostart', 'relay');
  await ready(served);
  served.child.kill('SIGINT');
  served.child.kill('SIGINT');
  expect(await served.exit).toBe(0);
});

test('kill -9 of the recorder pauses history; what happens meanwhile is there afterwards, once', async () => {
  const served = serve();
  await ready(served);
  const [recorder] = (await running('recorder')).filter(({ id }) => id === 'recorder');
  const client = await SocketClient.connect(dir);
  process.kill(recorder?.pid ?? 0, 'SIGKILL');
  // Whoever watches the terminal sees what needs them, and nothing else.
  await expect
    .poll(() => served.output.stderr)
    .toBe('signalbox: recorder crashed: killed by signal SIGKILL\n');
  for (let n = 0; n < 3; n++) {
    expect(await client.request('daemon.start', { id: 'relay' })).toMatchObject({ ok: true });
    expect(await client.request('daemon.stop', { id: 'relay' })).toMatchObject({ ok: true });
  }
  await vi.waitFor(
    async () => {
      const status = await client.request('status', {});
      expect(status).toMatchObject({ ok: true, result: { history: { state: 'recording', dropped: 0 } } });
    },
    { interval: 100 },
  );
  const audit = await client.request('audit.query', { target: 'relay' });
  if (!audit.ok) throw new Error(audit.error.message);
  const actions = audit.result.entries.map(({ action }) => action).reverse();
  expect(actions).toEqual(Array.from({ length: 3 }, () => ['daemon.start', 'daemon.stop']).flat());
  client.close();
});

test('audit and metrics of a run are there in the next one', async () => {
  const first = serve('--autostart', 'relay');
  await ready(first);
  await running('relay', 'recorder');
  const client = await SocketClient.connect(dir);
  expect(await client.request('daemon.stop', { id: 'relay' })).toMatchObject({ ok: true });
  expect(await client.request('daemon.start', { id: 'relay' })).toMatchObject({ ok: true });
  client.close();
  first.child.kill('SIGTERM');
  expect(await first.exit).toBe(0);
  await ready(serve());
  await running('recorder');
  const again = await SocketClient.connect(dir);
  const audit = await again.request('audit.query', { target: 'relay' });
  expect(audit).toMatchObject({
    ok: true,
    result: {
      entries: [
        { action: 'daemon.stop', from: 'system', args: { reason: 'SIGTERM' } },
        { action: 'daemon.start', from: 'cli' },
        { action: 'daemon.stop', from: 'cli' },
        { action: 'daemon.start', from: 'system', args: { reason: 'autostart' } },
      ],
    },
  });
  const history = await again.request('history.query', {
    source: 'main',
    metrics: ['signalbox_main_resident_memory_bytes'],
    from: Date.now() / 1000 - 120,
    to: Date.now() / 1000,
  });
  if (!history.ok) throw new Error(history.error.message);
  const values = history.result.series[0]?.values.filter((value) => value !== null) ?? [];
  expect(values.length).toBeGreaterThan(0);
  again.close();
});

test('a recorder that cannot write at its start is back by itself when it can, and readiness tells', async () => {
  const { url } = await ready(serve('--autostart', 'relay'));
  const readiness = async () => {
    const response = await fetch(new URL('/readyz?verbose', url));
    return `${response.status} ${await response.text()}`;
  };
  await expect.poll(readiness).toMatch(/^200 /);
  const recorder = (await daemons()).find(({ id }) => id === 'recorder');
  await rm(join(dir, 'recorder'), { recursive: true });
  // As with a full disk, SQLite cannot open its file here.
  await writeFile(join(dir, 'recorder'), 'in the way');
  process.kill(recorder?.pid ?? 0, 'SIGKILL');
  const state = async () => (await daemons()).find(({ id }) => id === 'recorder')?.state;
  await expect.poll(readiness).toMatch(/^503 .*recorder backoff.*history paused/s);
  // Long enough for a crash loop to have been called one.
  await expect
    .poll(async () => (await daemons()).find(({ id }) => id === 'recorder')?.restarts)
    .toBeGreaterThan(3);
  expect(await state()).not.toBe('failed');
  await rm(join(dir, 'recorder'));
  await mkdir(join(dir, 'recorder'));
  await expect.poll(state).toBe('running');
  await expect.poll(readiness).toMatch(/^200 /);
});

test.runIf(process.platform === 'linux')('ends within its deadline where no log can be written', async () => {
  await mkdir(join(dir, 'logs'));
  for (const name of ['main', 'ircd', 'recorder'])
    await symlink('/dev/full', join(dir, 'logs', `${name}.log`));
  const served = serve('--autostart', 'ircd');
  await ready(served);
  served.child.kill('SIGTERM');
  expect(await Promise.race([served.exit, delay(20_000, 'still there')])).toBe(0);
  expect(served.output.stderr.match(/ENOSPC/g)).toHaveLength(1);
});
