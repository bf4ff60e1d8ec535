/** What a session holds, and that all of it ends with the session. */
import { beforeEach, expect, test, vi } from 'vitest';
import { SessionRegistry } from './session-registry.ts';

const owner = {
  actor: { name: 'Anna', from: 'cli', role: 'admin' },
  address: null,
  since: 5,
  expiresAt: null,
} as const;
const changed = vi.fn();
let registry: SessionRegistry;

beforeEach(() => {
  changed.mockClear();
  registry = new SessionRegistry(changed);
});

test('ending a session closes its connections and streams at once, and it is gone', async () => {
  const session = registry.open(owner);
  const closed: string[] = [];
  session.hold('connection', () => closed.push('connection'));
  session.hold('stream', () => closed.push('stream'));
  expect(registry.list(session.id)).toMatchObject([
    { id: session.id, name: 'Anna', from: 'cli', role: 'admin', connections: 1, streams: 1, current: true },
  ]);
  await registry.end(session.id);
  expect(closed).toEqual(['connection', 'stream']);
  expect(registry.list(null)).toEqual([]);
  expect(registry.find(session.id)).toBeNull();
  expect(changed).toHaveBeenCalledTimes(2);
});

test('a session goes with its last connection or stream, whichever that is', () => {
  const session = registry.open(owner);
  const release = session.hold('connection', () => {});
  const closed = session.hold('stream', () => {});
  release();
  release();
  expect(registry.list(null)).toMatchObject([{ connections: 0, streams: 1, current: false }]);
  closed();
  expect(registry.list(null)).toEqual([]);
});

test('a login outlives its connections, until it is revoked', async () => {
  const revoke = vi.fn(async () => {});
  const login = registry.open({ ...owner, id: 'abcd1234', revoke });
  login.hold('connection', () => {})();
  expect(registry.list(null)).toMatchObject([{ id: 'abcd1234', connections: 0 }]);
  await registry.end('abcd1234');
  expect(revoke).toHaveBeenCalledOnce();
  expect(registry.list(null)).toEqual([]);
});

test('whoever comes with the same key shares the session while it is open', async () => {
  const first = registry.open({ ...owner, key: 'token from ::1' });
  const release = first.hold('connection', () => {});
  expect(registry.open({ ...owner, key: 'token from ::1' })).toBe(first);
  expect(registry.open({ ...owner, key: 'token from ::2' })).not.toBe(first);
  release();
  expect(registry.open({ ...owner, key: 'token from ::1' })).not.toBe(first);
});

test('what is tied to a session that has ended is closed at once', async () => {
  const session = registry.open(owner);
  await registry.end(session.id);
  const end = vi.fn();
  session.hold('stream', end);
  expect(end).toHaveBeenCalledOnce();
});

test('ending what is not there is fine', async () => {
  await registry.end('nope');
  expect(changed).not.toHaveBeenCalled();
});

test('a session has an id of its own, and says all that is known of it', () => {
  const first = registry.open(owner);
  const second = registry.open({
    ...owner,
    actor: { ...owner.actor, where: 'pts/3' },
    address: '192.0.2.7',
    since: 6,
    expiresAt: 9,
  });
  expect(first.id).toMatch(/^[0-9a-f]{8}$/);
  expect(second.id).not.toBe(first.id);
  expect(registry.find(second.id)).toBe(second);
  const nothing = { connections: 0, streams: 0, current: false };
  const anna = { name: 'Anna', from: 'cli', role: 'admin' };
  expect(registry.list('another')).toEqual([
    { id: first.id, ...anna, address: null, where: null, since: 5, expiresAt: null, ...nothing },
    { id: second.id, ...anna, address: '192.0.2.7', where: 'pts/3', since: 6, expiresAt: 9, ...nothing },
  ]);
});

test('a session without a key is nobody else’s, and what a caller says of itself becomes the session’s', () => {
  const [first, second] = [registry.open(owner), registry.open(owner)];
  expect(second).not.toBe(first);
  first.isOf({ name: 'Bob', from: 'browser', role: 'viewer' }, '192.0.2.7');
  expect(registry.list(null)[0]).toMatchObject({
    name: 'Bob',
    role: 'viewer',
    address: '192.0.2.7',
    since: 5,
  });
});

test('a session that holds two connections goes with the second, whichever that is', () => {
  const session = registry.open(owner);
  const releases = [session.hold('connection', () => {}), session.hold('connection', () => {})];
  expect(session.count('connection')).toBe(2);
  releases[1]?.();
  expect(registry.find(session.id)).toBe(session);
  expect(changed).toHaveBeenCalledTimes(1);
  releases[0]?.();
  expect(registry.find(session.id)).toBeNull();
  expect(changed).toHaveBeenCalledTimes(2);
  expect(session.ended).toBe(false);
});

test('ending twice closes once, and a login that replaced one of its id is not touched', async () => {
  const end = vi.fn();
  const session = registry.open({ ...owner, id: 'same' });
  const release = session.hold('connection', end);
  session.end();
  session.end();
  release();
  expect(end).toHaveBeenCalledOnce();
  expect(session.ended).toBe(true);
  expect(changed).toHaveBeenCalledTimes(2);
  const next = registry.open({ ...owner, id: 'same' });
  release();
  expect(registry.find('same')).toBe(next);
});
