import { expect, it } from 'vitest';
import { limits } from './limits.ts';
import { hashPassword, PasswordChecker, PasswordQueueFull } from './passwords.ts';

it('accepts the password of a hash and nothing else', async () => {
  const hash = await hashPassword('sesame');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  const checker = new PasswordChecker();
  expect(await checker.check(hash, 'sesame')).toBe(true);
  expect(await checker.check(hash, 'Sesame')).toBe(false);
  expect(await checker.check(null, 'sesame')).toBe(false);
});

it('refuses when too many wait, and works again afterwards', async () => {
  const checker = new PasswordChecker();
  const room = limits.passwordChecks.default + limits.passwordChecksWaiting.default;
  const checks = [];
  for (let i = 0; i < room + 3; i++) checks.push(checker.check('$argon2id$not a hash', 'x'));
  const outcomes = await Promise.allSettled(checks);
  const full = outcomes.filter((o) => o.status === 'rejected' && o.reason instanceof PasswordQueueFull);
  expect(full).toHaveLength(3);
  expect(await checker.check(await hashPassword('y'), 'y')).toBe(true);
});
