/** Commands, checks and warnings, as main asks a daemon's process for them. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { SignalboxError } from '../../../contract/errors.ts';
import { defineCommand, defineManifest } from '../../../contract/manifest.ts';
import type { CommandHandler, DaemonDefinition } from './daemon-definition.ts';
import { DaemonHost } from './daemon-host.ts';

const manifest = defineManifest({
  id: 'echo',
  title: 'Echo',
  summary: '',
  config: z.object({ port: z.number().default(0), second: z.number().optional() }),
  metrics: [],
  commands: {
    say: defineCommand({
      summary: '',
      danger: 'safe',
      access: 'operate',
      args: z.object({ text: z.string(), times: z.number().default(1) }),
      result: 'json',
    }),
  },
  places: ({ port, second }) =>
    [port, second].flatMap((one, at) =>
      one === undefined ? [] : [{ host: '127.0.0.1', port: one, setting: ['listen', at] }],
    ),
});
type Definition = DaemonDefinition<(typeof manifest)['config'], (typeof manifest)['commands'], string>;
type Say = CommandHandler<{ readonly text: string; readonly times: number }>;
const outside = { listenersChanged: vi.fn(), requestLifecycle: vi.fn(), beginDeed: vi.fn() };
const call = {
  signal: new AbortController().signal,
  actor: { name: 'anna', from: 'cli', role: 'admin' },
} as const;

let host: DaemonHost<(typeof manifest)['config'], (typeof manifest)['commands'], string>;
afterEach(async () => {
  vi.useRealTimers();
  await host.close();
});

function make(say: Say, prepare: Definition['prepare'] = async () => 'prepared') {
  const starts: unknown[] = [];
  const warned: string[] = [];
  host = new DaemonHost({
    manifest,
    prepare,
    async start({ config, prepared, dataDir }) {
      starts.push({ config, prepared, dataDir });
      return { listeners: () => [], commands: { say }, drain: async () => {} };
    },
  });
  host.logger.subscribe(({ level, subsystem, event, message }) => {
    warned.push(`${level} ${subsystem} ${event} ${message}`);
  });
  const start = (config: unknown = {}) => host.start({ config, dataDir: '/data', instance: 1, outside });
  return { start, starts, warned };
}

const refusal = new SignalboxError('not_found', 'Nobody is called that.');

it('runs a command with its arguments and their defaults, for whoever asks', async () => {
  const run = vi.fn(() => 'said');
  const { start } = make({ run });
  await expect(host.runCommand('say', { text: 'x' }, call)).rejects.toMatchObject({
    code: 'not_running',
    message: 'echo is still starting.',
  });
  await start();
  expect(await host.runCommand('say', { text: 'x' }, call)).toBe('said');
  expect(run).toHaveBeenCalledExactlyOnceWith({ text: 'x', times: 1 }, call);
});

it('runs nothing that its check refuses, and says so when it is asked what it would do', async () => {
  const run = vi.fn();
  const impact = vi.fn();
  const check = vi.fn(() => {
    throw refusal;
  });
  const { start } = make({ run, check, impact });
  await start();
  await expect(host.runCommand('say', { text: 'x' }, call)).rejects.toBe(refusal);
  expect(() => host.impactOf('say', { text: 'x' })).toThrow(refusal);
  expect(check.mock.calls).toEqual([[{ text: 'x', times: 1 }], [{ text: 'x', times: 1 }]]);
  expect([run.mock.calls, impact.mock.calls]).toEqual([[], []]);
});

it('says what a command would do to users, null where it would do nothing or nobody says', async () => {
  const { start } = make({
    run: () => {},
    impact: ({ times }) => (times > 1 ? `says it ${times} times` : null),
  });
  await start();
  expect(host.impactOf('say', { text: 'x', times: 3 })).toBe('says it 3 times');
  expect(host.impactOf('say', { text: 'x' })).toBeNull();
});

it('names daemon, command and argument in what it refuses', async () => {
  const { start } = make({ run: () => {} });
  await start();
  const refused = (name: string, args: unknown) =>
    host.runCommand(name, args, call).catch(({ code, message }: SignalboxError) => ({ code, message }));
  expect(await refused('shout', {})).toEqual({
    code: 'unknown_command',
    message: 'echo has no command "shout".',
  });
  expect(await refused('toString', {})).toMatchObject({ code: 'unknown_command' });
  expect(await refused('say', { text: 5 })).toMatchObject({
    code: 'bad_request',
    message: expect.stringMatching(/^echo say: .*text/),
  });
});

it('calls a command without code a defect', async () => {
  host = new DaemonHost({
    manifest,
    start: async () => ({ listeners: () => [], commands: {} as { say: Say }, drain: async () => {} }),
  });
  await host.start({ config: {}, dataDir: '/data', instance: 1, outside });
  expect(() => host.impactOf('say', { text: 'x' })).toThrow(
    expect.objectContaining({ code: 'internal', message: 'echo declares say without a handler.' }),
  );
});

it('starts with the configuration as it was prepared, and logs what is odd about it', async () => {
  const { start, starts, warned } = make({ run: () => {} }, async ({ port }, { dataDir, warn }) => {
    warn('old_certificate', `of ${dataDir}`);
    return `files of ${port}`;
  });
  await start({ port: 7 });
  expect(starts).toEqual([{ config: { port: 7 }, prepared: 'files of 7', dataDir: '/data' }]);
  expect(warned).toContain('warn config old_certificate of /data');
});

it('refuses a configuration of another shape before anything is prepared, with the key', async () => {
  const prepare = vi.fn(async () => '');
  const { start, starts } = make({ run: () => {} }, prepare);
  const expected = {
    code: 'config_invalid',
    message: expect.stringMatching(/^The configuration of echo is not valid: .*port/),
  };
  await expect(start({ port: 'x' })).rejects.toMatchObject(expected);
  await expect(host.check({ port: 'x' }, '/data')).rejects.toMatchObject(expected);
  expect([prepare.mock.calls, starts, host.running, host.hub]).toEqual([[], [], null, null]);
});

it('checks a configuration without starting: mistakes, warnings and addresses that are held', async () => {
  const mistake = new SignalboxError('config_invalid', 'echo.tls: no such file', {
    detail: { key: 'echo.tls' },
  });
  const { starts, warned } = make({ run: () => {} }, async (_, { warn }) => {
    warn('odd', 'The certificate is old.');
    throw mistake;
  });
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  expect(await host.check({ port, second: 0 }, '/data')).toEqual({
    mistakes: [{ code: 'config_invalid', message: 'echo.tls: no such file', detail: { key: 'echo.tls' } }],
    warnings: ['The certificate is old.'],
    held: [{ host: '127.0.0.1', port, key: 'echo.listen[0]', own: false }],
  });
  other.close();
  expect([starts, warned]).toEqual([[], []]);
});

it('checks a daemon that listens nowhere and prepares nothing', async () => {
  const { places: _, ...bare } = manifest;
  host = new DaemonHost({
    manifest: bare,
    start: async () => ({ listeners: () => [], commands: { say: { run: () => {} } }, drain: async () => {} }),
  });
  expect(await host.check({}, '/data')).toEqual({ mistakes: [], warnings: [], held: [] });
});

it('shows its tables to windows from its start on, and ends their streams when it closes', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const rows = vi.fn(() => [[1]]);
  const table = { title: '', access: 'read', rowKey: 'n', columns: [] } as const;
  host = new DaemonHost({
    manifest: { ...manifest, tables: { things: table } },
    async start({ touchTable }) {
      touchTable('things');
      return {
        listeners: () => [],
        commands: { say: { run: () => {} } },
        tables: { things: { rows, total: () => 1 } },
        drain: async () => {},
      };
    },
  });
  await host.start({ config: {}, dataDir: '/data', instance: 9, outside });
  const sent: { readonly type: string }[] = [];
  const close = vi.fn();
  let say: (message: unknown) => void = () => {};
  host.hub!.attach(
    {
      send(message) {
        sent.push(message);
        return 0;
      },
      onMessage(listener) {
        say = listener;
      },
      onClose() {},
      close,
    },
    'viewer',
  );
  expect(sent).toMatchObject([{ type: 'hello', source: 'echo', instance: 9 }]);
  say({ type: 'watch', table: 'things', on: true });
  expect(sent.at(-1)).toMatchObject({ type: 'rows', rows: [[1]], total: 1 });
  say({ type: 'rate', hz: 1 });
  const frames = () => sent.filter(({ type }) => type === 'frame').length;
  const before = frames();
  vi.advanceTimersByTime(1_000);
  host.summarise();
  expect(frames()).toBe(before + 1);
  await host.close();
  expect(close).toHaveBeenCalledOnce();
});

it('has no timer and no open log any more once it is closed', async () => {
  vi.useFakeTimers();
  const { start } = make({ run: () => {} });
  await start();
  const closed = vi.fn(async () => {});
  host.logger.addSink({ write: () => {}, close: closed });
  expect(vi.getTimerCount()).toBeGreaterThan(0);
  await host.close();
  expect([vi.getTimerCount(), closed.mock.calls.length]).toEqual([0, 1]);
});
