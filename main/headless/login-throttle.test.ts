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
