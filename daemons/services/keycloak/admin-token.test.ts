import { expect, it } from 'vitest';
import type { SignalboxError } from '../../../contract/errors.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { limits } from '../limits.ts';
import { AdminToken, type FreshToken } from './admin-token.ts';
import { KeycloakError } from './keycloak-error.ts';

function made() {
  const clock = new FakeClock();
  const asked: { answer: (token: FreshToken) => void; fail: (error: Error) => void }[] = [];
  const token = new AdminToken(clock, () => new Promise((answer, fail) => asked.push({ answer, fail })));
  return { clock, token, asked };
}

const codeOf = (call: Promise<string>) =>
  call.then(
    (value) => value,
    (error: SignalboxError) => error.code,
  );

it('is asked for once, for all who wait, and refused to more than may', async () => {
  const { token, asked, clock } = made();
  const most = limits.keycloakTokenWaiters.default;
  const waiting = Array.from({ length: most }, () => codeOf(token.get()));
  expect([token.waiting, asked.length, token.expiresAt]).toEqual([most, 1, null]);
  expect(await codeOf(token.get())).toBe('limit_reached');
  asked[0]!.answer({ token: 'one', lastsSeconds: 300 });
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['one']));
  expect([token.waiting, token.expiresAt]).toEqual([0, clock.now() + 300_000]);
  expect(await token.get()).toBe('one');
  expect(asked).toHaveLength(1);
});

it('is renewed a minute before it runs out while the old one is used, and waited for once it has', async () => {
  const { token, asked, clock } = made();
  token.hold({ token: 'one', lastsSeconds: 300 });
  await clock.advance(239_999);
  await token.get();
  expect(asked).toHaveLength(0);
  await clock.advance(1);
  expect([await token.get(), await token.get(), asked.length]).toEqual(['one', 'one', 1]);
  // Nobody has waited for it: nobody is told.
  asked[0]!.fail(new Error('no'));
  await clock.advance(60_000);
  const late = token.get();
  expect([asked.length, token.waiting]).toEqual([2, 1]);
  asked[1]!.answer({ token: 'two', lastsSeconds: 300 });
  expect(await late).toBe('two');
  // One that lasts shorter than the minute is renewed at half of its time.
  token.hold({ token: 'short', lastsSeconds: 30 });
  await clock.advance(14_999);
  expect([await token.get(), asked.length]).toEqual(['short', 2]);
  await clock.advance(1);
  expect([await token.get(), asked.length]).toEqual(['short', 3]);
});

it('tells a failure to everybody who waits, as one that was counted already, and forgets what was refused', async () => {
  const { token, asked } = made();
  const all = [token.get(), token.get()].map((call) => call.catch((error: KeycloakError) => error));
  asked[0]!.fail(new KeycloakError('unauthorized', 'wrong secret', { status: 401, says: 'fault' }));
  for (const error of await Promise.all(all))
    expect(error).toMatchObject({ code: 'unauthorized', status: 401, says: 'nothing', passes: false });
  token.hold({ token: 'one', lastsSeconds: 300 });
  token.forget('another');
  expect(await token.get()).toBe('one');
  token.forget('one');
  void token.get().catch(() => {});
  expect([token.expiresAt, asked.length]).toEqual([null, 2]);
});
