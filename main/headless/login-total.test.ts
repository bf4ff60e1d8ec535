/** Wrong logins of all addresses together. */
import { expect, test } from 'vitest';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { LoginThrottle } from './login-throttle.ts';

const limits = {
  ...CONTROL_LIMITS,
  loginBurst: 2,
  loginRefillMs: 1_000,
  loginTotalBurst: 3,
  loginAddresses: 100,
};

test('all addresses together have so many, and get as many back in the time in which one address is full again', () => {
  const throttle = new LoginThrottle(limits, 0);
  const wrong = (address: number, now: number) => throttle.wrong(`192.0.2.${address}`, now);
  expect([1, 2, 3].map((address) => wrong(address, 0))).toEqual([null, null, null]);
  // 3 in 2 seconds: the next in 667 ms, said in whole seconds.
  expect(wrong(4, 0)).toBe(1);
  expect(wrong(4, 666)).toBe(1);
  expect(wrong(4, 667)).toBeNull();
  expect(wrong(5, 667)).toBe(1);
  expect([6, 7, 8].map((address) => wrong(address, 2_667))).toEqual([null, null, null]);
});

test('what was refused costs neither the address nor anybody else', () => {
  const throttle = new LoginThrottle(limits, 0);
  for (let n = 0; n < 2; n++) expect(throttle.wrong('192.0.2.1', 0)).toBeNull();
  for (let n = 0; n < 50; n++) expect(throttle.wrong('192.0.2.1', 0)).toBe(1);
  expect(throttle.wrong('192.0.2.2', 0)).toBeNull();
  expect(throttle.wrong('192.0.2.1', 1_000)).toBeNull();
});

test('the time that is said is that of whoever waits longer', () => {
  const throttle = new LoginThrottle({ ...limits, loginRefillMs: 10_000 }, 0);
  for (let n = 0; n < 2; n++) throttle.wrong('192.0.2.1', 0);
  expect(throttle.wrong('192.0.2.1', 0)).toBe(10);
  expect(throttle.wrong('192.0.2.1', 9_001)).toBe(1);
});
