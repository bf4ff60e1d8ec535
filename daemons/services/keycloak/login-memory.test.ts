import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { limits } from '../limits.ts';
import { LoginMemory } from './login-memory.ts';

const ALICE = { user: 'id-1', username: 'alice' };

it('knows the newest good password of a name for an hour, and bad ones for a minute', async () => {
  const clock = new FakeClock();
  const memory = new LoginMemory(clock);
  expect(memory.look('alice', 'right')).toBeNull();
  memory.succeeded('Alice', 'right', ALICE);
  memory.failed('alice', 'wrong');
  expect(memory.look('ALICE', 'right')).toEqual(ALICE);
  expect(memory.look('alice', 'wrong')).toBe('failed');
  expect(memory.look('alice', 'other')).toBeNull();
  expect(memory.look('bob', 'right')).toBeNull();
  await clock.advance(limits.keycloakFailedLoginMs.default + 1);
  expect(memory.look('alice', 'wrong')).toBeNull();
  expect(memory.look('alice', 'right')).toEqual(ALICE);
  memory.succeeded('alice', 'newer', ALICE);
  expect(memory.look('alice', 'right')).toBeNull();
  await clock.advance(limits.keycloakGoodLoginMs.default + 1);
  expect(memory.look('alice', 'newer')).toBeNull();
  expect(memory.goodStats).toMatchObject({ hits: 2, depth: 0, expired: 1 });
  expect(memory.failedStats).toMatchObject({ hits: 1, expired: 1 });
});

it('forgets a good password that is refused now, and everything of a user who may be another', () => {
  const memory = new LoginMemory(new FakeClock());
  memory.succeeded('alice', 'right', ALICE);
  memory.failed('alice', 'right');
  expect(memory.look('alice', 'right')).toBe('failed');
  memory.succeeded('alice', 'newer', ALICE);
  memory.succeeded('bob', 'his', { user: 'id-2', username: 'bob' });
  // Under a name of before, and by a password that was right after another.
  memory.succeeded('alicia', 'older', ALICE);
  memory.succeeded('alicia', 'newer', ALICE);
  memory.forget('id-1');
  expect(['alice', 'alicia'].map((name) => memory.look(name, 'newer'))).toEqual([null, null]);
  expect(memory.look('alice', 'right')).toBeNull();
  expect(memory.look('bob', 'his')).toMatchObject({ user: 'id-2' });
  memory.clear();
  expect(memory.look('bob', 'his')).toBeNull();
});

it('holds no password, and no more entries than it may', () => {
  const memory = new LoginMemory(new FakeClock());
  memory.succeeded('alice', 'a-secret-word', ALICE);
  memory.failed('alice', 'another-secret-word');
  expect(inspect(memory, { depth: 9, showHidden: true })).not.toContain('secret-word');
  for (let i = 0; i < limits.keycloakLoginsCached.default + 5; i++) memory.failed(`user${i}`, 'x');
  expect(memory.failedStats).toMatchObject({ depth: limits.keycloakLoginsCached.default, evicted: 6 });
});
