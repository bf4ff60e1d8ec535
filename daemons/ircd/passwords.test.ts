import { afterEach, expect, it } from 'vitest';
import { hashPassword, isDamagedHash, PasswordChecker, PasswordQueueFull } from './passwords.ts';

const checkers: PasswordChecker[] = [];
afterEach(async () => {
  await Promise.all(checkers.splice(0).map((checker) => checker.close()));
});

function makeChecker(): PasswordChecker {
  const checker = new PasswordChecker();
  checkers.push(checker);
  return checker;
}

it('accepts the password of a hash and nothing else', async () => {
  const hash = await hashPassword('sesame');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  const checker = makeChecker();
  expect(await checker.check(hash, 'sesame', 'a')).toBe(true);
  expect(await checker.check(hash, 'Sesame', 'a')).toBe(false);
  expect(await checker.check(null, 'sesame', 'a')).toBe(false);
});

it('refuses when too many wait, and works again afterwards', async () => {
  const checker = makeChecker();
  const room = 2 + 200;
  const checks = [];
  for (let i = 0; i < room + 3; i++) checks.push(checker.check('$argon2id$not a hash', 'x', 'a'));
  const outcomes = await Promise.allSettled(checks);
  const full = outcomes.filter((o) => o.status === 'rejected' && o.reason instanceof PasswordQueueFull);
  expect(full).toHaveLength(3);
  expect(await checker.check(await hashPassword('y'), 'y', 'a')).toBe(true);
});

it("checks whoever comes from elsewhere soon, and refuses them nothing, while one address's guesses fill the line", async () => {
  const checker = makeChecker();
  const ended: string[] = [];
  const check = (network: string) =>
    checker.check('$argon2id$not a hash', 'x', network).catch((error: unknown) => {
      ended.push(error instanceof PasswordQueueFull ? `${network} refused` : network);
    });
  const room = 2 + 200;
  const guesses = Array.from({ length: room }, () => check('guesser'));
  await Promise.all([...guesses, check('operator')]);
  expect(ended.filter((who) => who === 'guesser refused')).toHaveLength(1);
  expect(ended).not.toContain('operator refused');
  const before = ended.slice(0, ended.indexOf('operator')).filter((who) => who === 'guesser');
  expect(before.length).toBeLessThanOrEqual(4);
});

it('has no thread before the first password, and says of a hash that it is none', async () => {
  const checker = makeChecker();
  expect(checker.pool.stats()).toMatchObject({ active: 0, idle: 0, capacity: 202 });
  const error = await checker.check('$argon2id$not a hash', 'x', 'a').catch((thrown: unknown) => thrown);
  expect(isDamagedHash(error)).toBe(true);
  expect(isDamagedHash(new PasswordQueueFull())).toBe(false);
  expect(checker.pool.stats()).toMatchObject({ submitted: 1, failed: 1, idle: 1 });
});

it('refuses a check that waits when the server stops', async () => {
  const checker = makeChecker();
  await checker.close();
  await expect(checker.check(null, 'x', 'a')).rejects.toMatchObject({ code: 'refused' });
});
