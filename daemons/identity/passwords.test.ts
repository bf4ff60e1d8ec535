/** Passwords that are proved without SASL: GHOST and REGAIN by password, and the owner who takes another one. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from './limits.ts';
import { AWAY, HOME, TestKeeper } from './test-keeper.ts';

let test: TestKeeper;
beforeEach(async () => {
  test = await TestKeeper.open();
  await test.register('Ann');
  await test.ask('groupNick', { account: 'ann', nick: 'annie', add: true });
});
afterEach(() => test.close());

const identify = (nick: string, password: string, origin = HOME) =>
  test.ask('identify', { nick, password, origin });
const change = (password: string, next: string, origin = HOME) =>
  test.ask('changePassword', { account: 'ann', password, next, origin });

const WRONG = { kind: 'refused', why: 'credentials' };

describe('by a nick', () => {
  it('logs in to the account that owns it, and tells of the failures since', async () => {
    expect(await identify('ANNIE', 'correct-horse')).toEqual({
      kind: 'success',
      login: { account: 'Ann', failures: null },
    });
    expect(await identify('annie', 'wrong', AWAY)).toMatchObject(WRONG);
    expect(await identify('ann', 'correct-horse')).toMatchObject({ login: { failures: { count: 1 } } });
    expect(await identify('nobody', 'correct-horse')).toMatchObject(WRONG);
    expect(await identify('annie', '\u0000')).toMatchObject({ why: 'malformed', account: 'Ann' });
    expect(await identify('annie', 'x'.repeat(601))).toMatchObject({ why: 'malformed' });
    expect(await identify('annie', 'x'.repeat(600))).toMatchObject(WRONG);
  });

  it('lets nobody in to a suspended account', async () => {
    await test.ask('suspend', { account: 'ann', by: 'eve', reason: 'spam' });
    expect(await identify('annie', 'correct-horse')).toMatchObject({ kind: 'refused', why: 'suspended' });
  });
});

describe('another password', () => {
  it('takes the place of the old one for every mechanism', async () => {
    expect(await change('correct-horse', 'battery-staple')).toEqual({ kind: 'done' });
    expect(await test.plain('ann', 'correct-horse')).toMatchObject(WRONG);
    expect((await test.scram('ann', 'battery-staple')).at(-1)).toMatchObject({ kind: 'success' });
    expect(await identify('annie', 'battery-staple')).toMatchObject({ kind: 'success' });
  });

  it.each([
    ['too short', 'correct-horse', 'short', 'weak'],
    ['the name of the account', 'correct-horse', 'ann', 'weak'],
    ['longer than may be', 'correct-horse', 'x'.repeat(601), 'bad_password'],
    ['set by somebody with a wrong old one', 'wrong', 'battery-staple', 'credentials'],
    ['set by somebody with no possible old one', 'x'.repeat(601), 'battery-staple', 'malformed'],
  ])('that is %s changes nothing', async (_what, password, next, why) => {
    expect(await change(password, next)).toEqual({ kind: 'refused', why, retrySeconds: 0 });
    expect(await test.plain('ann', 'correct-horse')).toMatchObject({ kind: 'success' });
  });

  it('is not set where it cannot be written', async () => {
    test.database.pragma('query_only = ON');
    expect(await change('correct-horse', 'battery-staple')).toMatchObject({ why: 'unavailable' });
    test.database.pragma('query_only = OFF');
    expect(await test.plain('ann', 'correct-horse')).toMatchObject({ kind: 'success' });
  });
});

describe.each([
  ['by a nick', (password: string, origin: typeof HOME) => identify('annie', password, origin)],
  [
    'for another password',
    (password: string, origin: typeof HOME) => change(password, 'battery-staple', origin),
  ],
])('guessing %s', (_way, attempt) => {
  it('has to wait as at a login, longer with each failure, whoever is meant', async () => {
    for (let i = 0; i < limits.guessesPerAddress.default; i++)
      expect(await attempt('wrong', AWAY)).toMatchObject(WRONG);
    const checked = test.passwords.checked;
    expect(await attempt('correct-horse', AWAY)).toMatchObject({ why: 'throttled', retrySeconds: 2 });
    // The same account for logins, and the same address for every other account.
    expect(await test.plain('bob', 'whatever', AWAY)).toMatchObject({ why: 'throttled' });
    expect(test.passwords.checked).toBe(checked);
    await test.clock.advance(2_000);
    expect(await attempt('wrong', AWAY)).toMatchObject(WRONG);
    expect(await attempt('wrong', AWAY)).toMatchObject({ why: 'throttled', retrySeconds: 4 });
    expect(test.news).toContainEqual({ kind: 'guessed', account: 'Ann', count: 1, address: AWAY.address });
  });

  it('from many addresses waits by account, and is forgotten at the word of an administrator', async () => {
    for (let i = 0; i < limits.guessesPerAccount.default; i++)
      await attempt('wrong', { address: `198.51.100.${i}`, fingerprint: null });
    expect(await attempt('wrong', AWAY)).toMatchObject({ why: 'throttled' });
    const { rows } = await test.ask('guessers', {});
    expect(rows[0]).toMatchObject({ kind: 'account', who: 'ann', failures: 10 });
    expect(await test.ask('resetGuessing', { who: 'ANN' })).toEqual({ reset: 1 });
    expect(await attempt('correct-horse', AWAY)).not.toMatchObject({ kind: 'refused' });
  });

  it('many at once is no faster', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        attempt('wrong', { address: `203.0.113.${i}`, fingerprint: null }),
      ),
    );
    expect(test.passwords.checked).toBeLessThanOrEqual(limits.guessesPerAccount.default + 1);
    expect(answers.filter((answer) => 'why' in answer && answer.why === 'throttled').length).toBeGreaterThan(
      15,
    );
  });
});
