import { afterEach, expect, test, vi } from 'vitest';
import { HostSession } from './host-session.ts';

afterEach(() => void vi.unstubAllGlobals());

function answers(status: number, body: unknown = {}) {
  const ask = vi.fn(async (_address: string, _init?: RequestInit) => Response.json(body, { status }));
  vi.stubGlobal('fetch', ask);
  return ask;
}

test('each session asks its own host, and the host of the page by a path alone', async () => {
  const ask = answers(200, { result: { name: 'mira', session: 's' } });
  expect(await new HostSession('').check()).toBe('signed-in');
  expect(await new HostSession('https://b.example').who()).toEqual({ name: 'mira', session: 's' });
  expect(await new HostSession('https://b.example').signOut()).toBe(true);
  expect(ask.mock.calls.map(([address]) => address)).toEqual([
    '/session',
    'https://b.example/session',
    'https://b.example/logout',
  ]);
});

test('signing in at one host tells other tabs of that host, and none of another', async () => {
  answers(200);
  const [here, there] = [vi.fn(), vi.fn()];
  const ends = [new HostSession(''), new HostSession('https://b.example')].map((session, i) =>
    session.onSignedInElsewhere(i === 0 ? here : there),
  );
  expect(await new HostSession('https://b.example').signIn('token', '')).toBe('signed-in');
  await vi.waitFor(() => expect(there).toHaveBeenCalledOnce());
  expect(here).not.toHaveBeenCalled();
  for (const end of ends) end();
});

test('the form says what was wrong: the token, the name, too many tries, or no host', async () => {
  const session = new HostSession('');
  for (const [status, result] of [
    [401, 'wrong-token'],
    [400, 'bad-name'],
    [429, 'too-many-tries'],
    [500, 'unreachable'],
  ] as const) {
    answers(status);
    expect(await session.signIn('token', 'name')).toBe(result);
  }
  answers(403);
  expect(await session.check()).toBe('signed-out');
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')));
  expect([await session.check(), await session.who(), await session.signOut()]).toEqual([
    'unreachable',
    null,
    false,
  ]);
});

test('signing in sends token and name in the body alone, by POST', async () => {
  const ask = answers(200);
  await new HostSession('https://b.example').signIn('secret', 'mira');
  expect(ask.mock.calls).toEqual([
    [
      'https://b.example/login',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"token":"secret","name":"mira"}',
      },
    ],
  ]);
});

test('whether there is a session is asked of the host each time, and ended by POST', async () => {
  const ask = answers(200);
  await new HostSession('').check();
  await new HostSession('').signOut();
  expect(ask.mock.calls).toEqual([
    ['/session', { cache: 'no-store' }],
    ['/logout', { method: 'POST' }],
  ]);
});

test('what the host answers says whether there is a session, and who it is of', async () => {
  const session = new HostSession('');
  for (const [status, check] of [
    [200, 'signed-in'],
    [401, 'signed-out'],
    [403, 'signed-out'],
    [404, 'unreachable'],
    [500, 'unreachable'],
  ] as const) {
    answers(status, { result: { name: 'mira', session: null } });
    expect(await session.check()).toBe(check);
    expect(await session.who()).toEqual(status === 200 ? { name: 'mira', session: null } : null);
    expect(await session.signOut()).toBe(status === 200);
  }
});

test('who is not let in tells no other tab, and a host that is away is told from one that refuses', async () => {
  const session = new HostSession('');
  const heard = vi.fn();
  const end = session.onSignedInElsewhere(heard);
  for (const [status, result] of [
    [403, 'wrong-token'],
    [499, 'wrong-token'],
    [502, 'unreachable'],
  ] as const) {
    answers(status);
    expect(await session.signIn('token', '')).toBe(result);
  }
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')));
  expect(await session.signIn('token', '')).toBe('unreachable');
  answers(200);
  const other = vi.fn();
  const endOther = session.onSignedInElsewhere(other);
  end();
  await session.signIn('token', '');
  await vi.waitFor(() => expect(other).toHaveBeenCalledTimes(1));
  expect(heard).not.toHaveBeenCalled();
  endOther();
});
