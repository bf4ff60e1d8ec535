import { expect, it } from 'vitest';
import { hashPassword, PasswordChecker, PasswordQueueFull } from './passwords.ts';

it('accepts the password of a hash and nothing else', async () => {
  const hash = await hashPassword('sesame');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  const checker = new PasswordChecker();
  expect(await checker.check(hash, 'sesame', 'a')).toBe(true);
  expect(await checker.check(hash, 'Sesame', 'a')).toBe(false);
  expect(await checker.check(null, 'sesame', 'a')).toBe(false);
});

it('refuses when too many wait, and works again afterwards', async () => {
  const checker = new PasswordChecker();
  const room = 2 + 200;
  const checks = [];
  for (let i = 0; i < room + 3; i++) checks.push(checker.check('$argon2id$not a hash', 'x', 'a'));
  const outcomes = await Promise.allSettled(checks);
  const full = outcomes.filter((o) => o.status === 'rejected' && o.reason instanceof PasswordQueueFull);
  expect(full).toHaveLength(3);
  expect(await checker.check(await hashPassword('y'), 'y', 'a')).toBe(true);
});

it("checks whoever comes from elsewhere soon, and refuses them nothing, while one address's guesses fill the line", async () => {
  const checker = new PasswordChecker();
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
