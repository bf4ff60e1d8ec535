/** Admin commands from a request to the daemon and back. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Outcome } from '../../../contract/errors.ts';
import { createCaller } from '../caller.ts';
import { type Answering, browser, type FakeHost, startFakeHost } from '../fake-host.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import type { FakeProcess } from '../supervision/fake-launcher.ts';

let host: FakeHost;
let answer: Answering;
let chat: FakeProcess;

beforeEach(async () => {
  answer = () => undefined;
  host = await startFakeHost({ answer: (request, process) => answer(request, process) });
  await host.plane.started;
  chat = host.launcher.newest('chat');
  host.events.length = 0;
});
afterEach(async () => {
  answer = () => undefined;
  await host.close();
});

const run = (command: string, args: unknown = {}, more: Record<string, unknown> = {}, caller = host.caller) =>
  host.ask('command.run', { daemon: 'chat', command, args, ...more }, caller);
const impact = (command: string, args: unknown = {}) =>
  host.ask('command.impact', { daemon: 'chat', command, args });
const entries = () => host.events.flatMap((event) => (event.type === 'audit' ? [event.entry] : []));
const refusal = (code: string, message: string | RegExp, detail?: unknown) => ({
  ok: false,
  error: {
    code,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
    ...(detail === undefined ? {} : { detail }),
  },
});
const fail = (code: 'timeout' | 'internal' | 'refused', message: string): Outcome<unknown> => ({
  ok: false,
  error: { code, message },
});

test('a command goes to its daemon as it was asked, with who asks and its deadline, and its result comes back', async () => {
  const outcome = await run('list', { room: 'a' });
  expect(outcome).toEqual({ ok: true, result: { result: { did: 'list' }, durationMs: 0 } });
  expect(chat.last('command')).toEqual({
    type: 'command',
    requestId: expect.any(Number),
    name: 'list',
    // The daemon fills in defaults itself.
    args: { room: 'a' },
    timeoutMs: 4_000,
    actor: browser('admin'),
  });
  expect(entries()).toMatchObject([
    { actor: 'ann', action: 'command', target: 'chat', command: 'list', args: { room: 'a' }, ok: true },
  ]);
  await run('login', { user: 'bob', password: 'hunter2' });
  expect(chat.last('command')).toMatchObject({
    timeoutMs: 10_000,
    args: { user: 'bob', password: 'hunter2' },
  });
  expect(entries()[1]?.args).toEqual({ user: 'bob', password: '[redacted]' });
});

test('a field of a result that is a secret comes back to who asked, and stands masked in the trail', async () => {
  answer = ({ type }) =>
    type === 'command' ? { ok: true, result: { user: 'bob', key: 'hunter3' } } : undefined;
  expect(await run('login', { user: 'bob', password: 'hunter2' })).toMatchObject({
    ok: true,
    result: { result: { user: 'bob', key: 'hunter3' } },
  });
  expect(entries().map(({ outcome }) => outcome)).toEqual(['{"user":"bob","key":"[redacted]"}']);
});

test('how long it took is told in milliseconds with three digits', async () => {
  answer = () => {
    vi.spyOn(host.clock, 'monotonic').mockReturnValue(12.34567);
    return undefined;
  };
  expect(await run('list')).toMatchObject({ ok: true, result: { durationMs: 12.346 } });
  vi.restoreAllMocks();
});

test('what the daemon refuses is thrown as it said it, and is in the trail', async () => {
  answer = () => fail('refused', 'not today');
  expect(await run('list')).toEqual(refusal('refused', 'not today'));
  expect(entries()).toMatchObject([{ ok: false, outcome: 'refused: not today' }]);
});

test.each<[string, unknown, string | RegExp, string]>([
  [
    'an argument that is unknown',
    { rom: 'a' },
    'chat list has no argument "rom"; it takes most, room.',
    'rom',
  ],
  ['an argument of another kind', { most: 'x' }, /^chat list: most: /, 'most'],
  ['an argument beyond its bounds', { most: 0 }, /^chat list: most: .*1/, 'most'],
])('%s is refused before anything is sent or written down', async (_, args, message, argument) => {
  expect(await run('list', args)).toEqual(refusal('bad_request', message, { argument }));
  expect(await impact('list', args)).toEqual(refusal('bad_request', message, { argument }));
  expect(chat.inbox).not.toContain('command');
  expect(chat.inbox).not.toContain('impact');
  expect(entries()).toEqual([]);
});

test('a command without arguments says so, one that lacks an argument says which', async () => {
  expect(await run('drop', { all: true })).toMatchObject(
    refusal('bad_request', 'chat drop has no argument "all"; it takes no arguments.'),
  );
  expect(await run('login', { user: 'bob' })).toEqual(
    refusal('bad_request', /^chat login: password: /, { argument: 'password' }),
  );
});

test.each([
  [
    'another daemon',
    { daemon: 'nope', command: 'list' },
    'unknown_daemon',
    'No daemon is called "nope". There are: chat, archive.',
  ],
  [
    'another command',
    { daemon: 'chat', command: 'nope' },
    'unknown_command',
    'chat has no command "nope". It has: list, login, drop.',
  ],
  [
    'one for Signalbox alone',
    { daemon: 'chat', command: 'hidden' },
    'unknown_command',
    'chat has no command "hidden". It has: list, login, drop.',
  ],
  [
    'a word that every object knows',
    { daemon: 'chat', command: 'constructor' },
    'unknown_command',
    'chat has no command "constructor". It has: list, login, drop.',
  ],
  [
    'a daemon without commands',
    { daemon: 'archive', command: 'list' },
    'unknown_command',
    'archive has no command "list". It has: none.',
  ],
  ['an old name', { daemon: 'chat', command: 'show' }, 'renamed_command', expect.stringContaining('list')],
])('%s is refused with what there is', async (_, call, code, message) => {
  for (const name of ['command.run', 'command.impact'])
    expect(await host.ask(name, { ...call, args: {} })).toMatchObject({
      ok: false,
      error: { code, message },
    });
  expect(chat.inbox).not.toContain('command');
});

test.each<[string, Outcome<unknown>, string, string | null]>([
  [
    'in the daemon’s words',
    { ok: true, result: 'disconnects 3 clients' },
    'disconnects 3 clients',
    'disconnects 3 clients',
  ],
  ['by its summary where it would disturb nobody', { ok: true, result: null }, 'Drops all clients', null],
  ['by its summary where the daemon has no words', { ok: true, result: '' }, 'Drops all clients', null],
  ['by its summary where the daemon does not answer', fail('timeout', 'late'), 'Drops all clients', null],
  ['by its summary where the daemon cannot tell', fail('internal', 'defect'), 'Drops all clients', null],
])('what disturbs users must be confirmed, and is named %s', async (_, outcome, words, text) => {
  answer = (request) => (request.type === 'impact' ? outcome : undefined);
  expect(await run('drop')).toEqual(
    refusal(
      'confirmation_required',
      `chat drop is disruptive: ${words}. It must be confirmed: ask again with "confirmed": true.`,
      {
        danger: 'disruptive',
        impact: text,
      },
    ),
  );
  expect(await run('drop', {}, { confirmed: false })).toMatchObject(refusal('confirmation_required', /./));
  expect(chat.inbox).not.toContain('command');
  expect(entries()).toEqual([]);
  expect(await run('drop', {}, { confirmed: true })).toMatchObject({ ok: true });
});

test('nobody is asked to confirm what the daemon would refuse', async () => {
  answer = (request) => (request.type === 'impact' ? fail('refused', 'there are none') : undefined);
  expect(await run('drop')).toEqual(refusal('refused', 'there are none'));
  expect(await impact('drop')).toEqual(refusal('refused', 'there are none'));
});

test('what a command would do can be asked beforehand, within the time in which a person waits', async () => {
  answer = (request) =>
    request.type === 'impact' ? { ok: true, result: 'disconnects 3 clients' } : undefined;
  expect(await impact('drop')).toEqual({ ok: true, result: { text: 'disconnects 3 clients' } });
  expect(chat.last('impact')).toMatchObject({ name: 'drop', args: {} });
  const { send } = chat;
  chat.send = (message) => void (message.type === 'cancel' && send.call(chat, message));
  const late = impact('drop');
  await host.clock.advance(CONTROL_LIMITS.impactMs + CONTROL_LIMITS.requestSlackMs);
  expect(await late).toMatchObject(refusal('timeout', /the question what drop would do/));
  chat.send = send;
});

test('what the command does to the metrics that it declares is measured', async () => {
  const measured = (clients: number) =>
    chat.say({
      type: 'summary',
      summary: { time: 5, revision: 1, values: new Float64Array([clients]), intervals: [] },
    });
  measured(3);
  await run('drop', {}, { confirmed: true });
  measured(0);
  await vi.waitFor(() =>
    expect(entries().at(-1)?.effects).toEqual([{ metric: 'signalbox_chat_clients', before: 3, after: 0 }]),
  );
});

test('a command that is under way can be cancelled by its ticket, by whoever began it', async () => {
  const { send } = chat;
  chat.send = (message) => {
    if (message.type === 'command') chat.received.push(message);
    else send.call(chat, message);
  };
  const other = createCaller(browser('admin'), () => {});
  const cancel = (ticket: string, caller = host.caller) => host.ask('command.cancel', { ticket }, caller);
  const running = run('list', {}, { ticket: 'mine' });
  await vi.waitFor(() => expect(chat.inbox).toContain('command'));
  expect(await run('list', {}, { ticket: 'mine' })).toEqual(
    refusal('conflict', 'The ticket "mine" belongs to a command under way.'),
  );
  expect(await cancel('mine', other)).toEqual({ ok: true, result: { cancelled: false } });
  expect(await cancel('another')).toEqual({ ok: true, result: { cancelled: false } });
  expect(await cancel('mine')).toEqual({ ok: true, result: { cancelled: true } });
  expect(await running).toEqual(refusal('cancelled', /./));
  expect(chat.last('cancel').requestId).toBe(chat.last('command').requestId);
  // It is over: the ticket can be had again.
  expect(await cancel('mine')).toEqual({ ok: true, result: { cancelled: false } });
  const again = run('list', {}, { ticket: 'mine' });
  await vi.waitFor(() => expect(chat.inbox.filter((type) => type === 'command')).toHaveLength(2));
  await cancel('mine');
  await again;
  chat.send = send;
});

test('commands without a ticket may be under way together, and all end when nobody is left to read the results', async () => {
  const { send } = chat;
  chat.send = (message) => {
    if (message.type === 'command') chat.received.push(message);
    else send.call(chat, message);
  };
  const caller = createCaller(browser('admin'), () => {});
  const both = [run('list', {}, {}, caller), run('list', {}, {}, caller)];
  await vi.waitFor(() => expect(chat.inbox.filter((type) => type === 'command')).toHaveLength(2));
  caller.close();
  expect(await Promise.all(both)).toEqual([refusal('cancelled', /./), refusal('cancelled', /./)]);
  chat.send = send;
});

test('a command of a daemon that does not run is refused with its state', async () => {
  await host.ask('daemon.stop', { id: 'chat' });
  expect(await run('list')).toEqual(refusal('not_running', 'chat is not running (stopped).'));
});
