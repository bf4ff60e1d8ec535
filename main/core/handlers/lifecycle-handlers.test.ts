/** Start, stop and restart as people ask for them. */
import { afterEach, expect, test } from 'vitest';
import type { Outcome } from '../../../contract/errors.ts';
import { type FakeHost, startFakeHost } from '../fake-host.ts';
import { CONTROL_LIMITS } from '../limits.ts';

let host: FakeHost;
afterEach(() => host.close());

async function start(impact?: Outcome<unknown>): Promise<void> {
  host = await startFakeHost({
    answer: (request) => (request.type === 'impact' ? impact : undefined),
  });
  await host.plane.started;
  host.events.length = 0;
}

const entries = () =>
  host.events.flatMap((event) =>
    event.type === 'audit' ? [`${event.entry.action} ${event.entry.target}`] : [],
  );
const state = () => host.plane.snapshots()[0]?.state;
const UNKNOWN = {
  ok: false,
  error: { code: 'unknown_daemon', message: expect.stringContaining('No daemon is called "nope".') },
};

test('a daemon is stopped, started and restarted, and each is in the trail', async () => {
  await start();
  expect(await host.ask('daemon.stop', { id: 'chat' })).toMatchObject({
    ok: true,
    result: { id: 'chat', state: 'stopped' },
  });
  expect(await host.ask('daemon.start', { id: 'chat' })).toMatchObject({
    ok: true,
    result: { id: 'chat', state: 'running' },
  });
  expect(await host.ask('daemon.restart', { id: 'chat' })).toMatchObject({
    ok: true,
    result: { state: 'running', instance: 3 },
  });
  expect(entries()).toEqual(['daemon.stop chat', 'daemon.start chat', 'daemon.restart chat']);
});

test('a start that is refused is in the trail too; of a daemon that does not exist there is none', async () => {
  await start();
  expect(await host.ask('daemon.start', { id: 'chat' })).toMatchObject({
    ok: false,
    error: { code: 'already_running' },
  });
  expect(entries()).toEqual(['daemon.start chat']);
  for (const name of ['daemon.start', 'daemon.stop', 'daemon.restart', 'daemon.stopImpact'])
    expect(await host.ask(name, { id: 'nope' })).toMatchObject(UNKNOWN);
  expect(entries()).toEqual(['daemon.start chat']);
});

test.each([
  ['daemon.stop', 'Stopping'],
  ['daemon.restart', 'Restarting'],
])(
  '%s asks first where somebody would be disconnected, and does it once that is confirmed',
  async (name, verb) => {
    await start({ ok: true, result: 'disconnects 3 clients' });
    const refused = {
      ok: false,
      error: {
        code: 'confirmation_required',
        message: `${verb} chat disconnects 3 clients. It must be confirmed: ask again with "confirmed": true.`,
        detail: { impact: 'disconnects 3 clients' },
      },
    };
    expect(await host.ask(name, { id: 'chat' })).toEqual(refused);
    expect(await host.ask(name, { id: 'chat', confirmed: false })).toEqual(refused);
    expect(state()).toBe('running');
    expect(entries()).toEqual([]);
    expect(await host.ask('daemon.stopImpact', { id: 'chat' })).toEqual({
      ok: true,
      result: { text: 'disconnects 3 clients' },
    });
    expect(await host.ask(name, { id: 'chat', confirmed: true })).toMatchObject({ ok: true });
    expect(entries()).toEqual([`${name} chat`]);
  },
);

test('where nobody can say how many would be disconnected, that is said', async () => {
  await start({ ok: false, error: { code: 'timeout', message: 'no answer came.' } });
  const text = 'disconnects everybody who is connected; how many cannot be told (no answer came)';
  expect(await host.ask('daemon.stopImpact', { id: 'chat' })).toEqual({ ok: true, result: { text } });
});

test('a daemon that runs for nobody, or not at all, is stopped without a question', async () => {
  await start({ ok: true, result: '' });
  expect(await host.ask('daemon.stopImpact', { id: 'chat' })).toEqual({ ok: true, result: { text: null } });
  expect(await host.ask('daemon.stop', { id: 'chat' })).toMatchObject({ ok: true });
  const asked = host.launcher.newest('chat').inbox.filter((type) => type === 'impact').length;
  expect(await host.ask('daemon.stop', { id: 'chat' })).toMatchObject({
    ok: true,
    result: { state: 'stopped' },
  });
  expect(await host.ask('daemon.stopImpact', { id: 'chat' })).toEqual({ ok: true, result: { text: null } });
  expect(host.launcher.newest('chat').inbox.filter((type) => type === 'impact')).toHaveLength(asked);
});

test('a daemon that ends while it is asked disturbs nobody any more', async () => {
  await start();
  const chat = host.launcher.newest('chat');
  const { send } = chat;
  chat.send = (message) => {
    if (message.type === 'impact') chat.end({ exitCode: 1 });
    else send.call(chat, message);
  };
  expect(await host.ask('daemon.stopImpact', { id: 'chat' })).toEqual({ ok: true, result: { text: null } });
});

test('the question is not waited for longer than a person would', async () => {
  await start();
  const chat = host.launcher.newest('chat');
  const { send } = chat;
  chat.send = (message) => {
    if (message.type !== 'impact') send.call(chat, message);
  };
  const asking = host.ask('daemon.stopImpact', { id: 'chat' });
  await host.clock.advance(CONTROL_LIMITS.impactMs + CONTROL_LIMITS.requestSlackMs);
  expect(await asking).toMatchObject({
    ok: true,
    result: { text: expect.stringContaining('cannot be told') },
  });
});
