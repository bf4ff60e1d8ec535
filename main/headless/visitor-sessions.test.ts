/** Whose session a visitor has. */
import { expect, test } from 'vitest';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { SessionRegistry } from '../core/sessions/session-registry.ts';
import { Auth } from './auth.ts';
import { VisitorSessions } from './visitor-sessions.ts';

const token = 'a'.repeat(43);
const address = '192.0.2.7';

function make() {
  const auth = new Auth(token, { limits: CONTROL_LIMITS, now: () => 1_000 });
  const registry = new SessionRegistry();
  return { auth, registry, sessions: new VisitorSessions(registry, auth) };
}

test('a login is a session of its own, seen and ended also while its browser is closed', async () => {
  const { auth, registry, sessions } = make();
  const { session } = auth.sessions.begin('Anna', address, 'operator');
  const live = sessions.begin(session);
  expect(registry.list(null)).toEqual([
    {
      id: session.id,
      name: 'Anna',
      from: 'browser',
      role: 'operator',
      address,
      where: `session ${session.id} from ${address}`,
      since: 1_000,
      expiresAt: 1_000 + CONTROL_LIMITS.sessionSeconds * 1_000,
      connections: 0,
      streams: 0,
      current: false,
    },
  ]);
  const actor = { name: 'Anna', from: 'browser', role: 'operator' } as const;
  expect(sessions.of({ actor, session }, address)).toBe(live);
  await registry.end(session.id);
  expect(auth.sessions.all).toEqual([]);
  expect(live.ended).toBe(true);
});

test('a login that ends ends its session, and those that were open at the start are known', async () => {
  const auth = new Auth(token, { limits: CONTROL_LIMITS, now: () => 1_000 });
  const { session } = auth.sessions.begin('Anna', address, 'admin');
  const registry = new SessionRegistry();
  new VisitorSessions(registry, auth);
  expect(registry.find(session.id)).not.toBeNull();
  await auth.sessions.end(session);
  expect(registry.find(session.id)).toBeNull();
});

test('programs with the token share a session for each address', () => {
  const { registry, sessions } = make();
  const actor = { name: 'admin', from: 'api', role: 'admin', where: address } as const;
  const visitor = { actor, session: null };
  const before = Date.now();
  const first = sessions.of(visitor, address);
  first.hold('connection', () => {});
  expect(sessions.of(visitor, address)).toBe(first);
  const other = sessions.of(visitor, '192.0.2.8');
  expect(other).not.toBe(first);
  expect(registry.list(null)[0]).toMatchObject({ name: 'admin', from: 'api', address, expiresAt: null });
  expect(first.owner.since).toBeGreaterThanOrEqual(before);
});
