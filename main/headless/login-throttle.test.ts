/** Who is slowed down by whose wrong logins. */
import { expect, it } from 'vitest';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { LoginThrottle } from './login-throttle.ts';

it('counts the wrong logins of a /64 of IPv6 together, and those of two IPv4 addresses apart', () => {
  const throttle = new LoginThrottle(CONTROL_LIMITS, 0);
  for (let n = 0; n < CONTROL_LIMITS.loginBurst; n++) {
    expect(throttle.wrong(`2001:db8::${n.toString(16)}`, 0)).toBeNull();
    expect(throttle.wrong('192.0.2.1', 0)).toBeNull();
  }
  expect(throttle.wrong('2001:db8::ffff', 0)).toBeGreaterThan(0);
  expect(throttle.wrong('2001:db8:0:1::1', 0)).toBeNull();
  expect(throttle.wrong('192.0.2.2', 0)).toBeNull();
});

it('says how long to wait, lets one more through after it, and is not confused by a clock that is set back', () => {
  const { loginBurst, loginRefillMs } = CONTROL_LIMITS;
  const start = 1_700_000_000_000;
  const throttle = new LoginThrottle(CONTROL_LIMITS, start);
  for (let n = 0; n < loginBurst; n++) throttle.wrong('192.0.2.1', start);
  expect(throttle.wrong('192.0.2.1', start)).toBe(loginRefillMs / 1_000);
  const setBack = start - 86_400_000;
  expect(throttle.wrong('192.0.2.1', setBack)).toBe(loginRefillMs / 1_000);
  expect(throttle.wrong('192.0.2.1', setBack + loginRefillMs)).toBeNull();
  expect(throttle.wrong('192.0.2.1', setBack + loginRefillMs)).toBe(loginRefillMs / 1_000);
});
