/** Stopping and restarting what people use is asked first, whichever way the request comes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Outcome } from '../../contract/errors.ts';
import { SocketClient } from '../cli/socket-client.ts';
import { Auth } from './auth.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';

const TOKEN = 'a-token-for-this-test';
const CLI = join(import.meta.dirname, 'test-fixtures/cli-entry.ts');
const authorization = `Bearer ${TOKEN}`;
let host: TestHost;
let server: HttpServer;

beforeAll(async () => {
  host = await startTestHost();
  const options = { plane: host.plane, auth: new Auth(TOKEN), windowDir: '/nowhere', port: 0 };
  server = await startHttpServer({ ...options, host: '127.0.0.1' });
});
afterAll(async () => {
  await server.close();
  await host.close();
});
beforeEach(async () => {
  if (host.snapshot().state !== 'running') await host.ask('daemon.start', { id: 'tiny' });
  await host.ask('command.run', { daemon: 'tiny', command: 'poke', args: { name: 'ann', times: 3 } });
});

type Ask = (name: string, args: Readonly<Record<string, unknown>>) => Promise<Outcome<unknown>>;

const overHttp: Ask = async (name, args) => {
  const headers = { authorization, 'content-type': 'application/json' };
  const response = await fetch(`${server.url}api/${name}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(args),
  });
  return (await response.json()) as Outcome<unknown>;
};

const overWebSocket: Ask = async (name, args) => {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}control`, { headers: { authorization } });
  await once(socket, 'open');
  const answered = new Promise<Outcome<unknown>>((resolve) => {
    socket.on('message', (data) => {
      const message = JSON.parse(data.toString()) as { id?: number; outcome: Outcome<unknown> };
      if (message.id === 1) resolve(message.outcome);
    });
  });
  socket.send(JSON.stringify({ id: 1, name, args }));
  const outcome = await answered;
  socket.close();
  return outcome;
};

const overLocalSocket: Ask = async (name, args) => {
  const client = await SocketClient.connect(host.dataDir);
  const outcome = await client.request(name as 'daemon.stop', args as { id: string });
  client.close();
  return outcome;
};

describe.each<[string, Ask]>([
  ['HTTP', overHttp],
  ['the WebSocket of a window', overWebSocket],
  ['the local socket', overLocalSocket],
])('over %s', (_, ask) => {
  test.each(['daemon.stop', 'daemon.restart'])(
    '%s says whom it disturbs, does nothing, and is done when confirmed',
    async (name) => {
      const { pid } = host.snapshot();
      const refused = await ask(name, { id: 'tiny' });
      expect(refused).toMatchObject({
        ok: false,
        error: {
          code: 'confirmation_required',
          message: expect.stringMatching(/ing tiny forgets \d+ pokes\. It must be confirmed/),
          detail: { impact: expect.stringMatching(/^forgets \d+ pokes$/) },
        },
      });
      expect(host.snapshot()).toMatchObject({ state: 'running', pid });
      expect(await ask(name, { id: 'tiny', confirmed: true })).toMatchObject({ ok: true });
      expect(host.snapshot().pid).not.toBe(pid);
    },
  );

  test('a disruptive command says what it would do in the detail of its refusal', async () => {
    const outcome = await ask('command.run', { daemon: 'tiny', command: 'reset', args: {} });
    expect(outcome).toMatchObject({
      error: {
        code: 'confirmation_required',
        detail: { danger: 'disruptive', impact: expect.stringMatching(/^forgets \d+ pokes$/) },
      },
    });
  });
});

test('what disturbs nobody is not asked', async () => {
  await host.ask('daemon.restart', { id: 'tiny', confirmed: true });
  expect(await host.ask('daemon.restart', { id: 'tiny' })).toMatchObject({ ok: true });
  expect(await host.ask('daemon.stop', { id: 'tiny' })).toMatchObject({ ok: true });
  expect(await host.ask('daemon.stop', { id: 'tiny' })).toMatchObject({ ok: true });
});

test('a daemon that cannot say how many it would disconnect is not stopped without a question either', async () => {
  const hanging = await startTestHost('[tiny]\nbehaviour = "spin"\n', { impactMs: 300, stopMs: 300 });
  try {
    await hanging.ask('daemon.start', { id: 'tiny' });
    const everybody = expect.stringContaining('everybody');
    await vi.waitFor(async () => {
      const impact = await hanging.ask('daemon.stopImpact', { id: 'tiny' });
      expect(impact).toMatchObject({ ok: true, result: { text: everybody } });
    });
    expect(await hanging.ask('daemon.stop', { id: 'tiny' })).toMatchObject({
      error: { code: 'confirmation_required', detail: { impact: everybody } },
    });
    expect(await hanging.ask('daemon.stop', { id: 'tiny', confirmed: true })).toMatchObject({ ok: true });
  } finally {
    await hanging.close();
  }
});

test('a signal to the process of a daemon is a decision, not a question', async () => {
  process.kill(host.snapshot().pid ?? 0, 'SIGTERM');
  await host.reached('stopped');
});

describe('the command line', () => {
  const run = async (command: string, args: readonly string[]) => {
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    let text = '';
    const answer = (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('Go on? [y/N]') && !child.stdin.writableEnded) child.stdin.end('y\n');
    };
    child.stdout.on('data', answer);
    child.stderr.on('data', answer);
    const [code] = await once(child, 'close');
    return { code, text };
  };
  const words = (...more: string[]) => [CLI, ...more, '--data', host.dataDir];

  test.each(['stop', 'restart'])('%s without a terminal is refused and names --yes', async (command) => {
    const { pid } = host.snapshot();
    const refused = await run(process.execPath, words(command, 'tiny'));
    expect(refused.code).toBe(1);
    expect(refused.text).toMatch(/^signalbox: \w+ing tiny forgets \d+ pokes\. Add --yes to confirm it\.\n$/);
    expect(host.snapshot().pid).toBe(pid);
    expect(await run(process.execPath, words(command, 'tiny', '--yes'))).toMatchObject({ code: 0 });
    expect(host.snapshot().pid).not.toBe(pid);
  });

  test('stop on a terminal asks, and does it on yes', async () => {
    // util-linux's `script` gives the program a terminal.
    const line = [process.execPath, ...words('stop', 'tiny')].map((word) => `'${word}'`).join(' ');
    const { text } = await run('script', ['-qec', line, '/dev/null']);
    expect(text).toMatch(/stop tiny: forgets \d+ pokes\r?\n/);
    expect(text).toContain('tiny is stopped');
    expect(host.snapshot().state).toBe('stopped');
  });
});
