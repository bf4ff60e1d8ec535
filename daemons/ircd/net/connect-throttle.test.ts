import { describe, expect, test } from 'vitest';
import { ConnectThrottle } from './connect-throttle.ts';

describe('ConnectThrottle', () => {
  let nowMs = 1000;
  const make = () => new ConnectThrottle({ burst: 3, refillSeconds: 2 }, () => nowMs);

  test('an address may open its burst, then one connection a refill time', () => {
    const throttle = make();
    for (let i = 0; i < 3; i++) expect(throttle.admit('192.0.2.1')).toBe(0);
    expect(throttle.admit('192.0.2.1')).toBe(2000);
    nowMs += 500;
    expect(throttle.admit('192.0.2.1')).toBe(1500);
    nowMs += 1500;
    expect(throttle.admit('192.0.2.1')).toBe(0);
    expect(throttle.admit('192.0.2.1')).toBe(2000);
  });

  test('addresses do not pay for each other, but a /64 is one customer', () => {
    const throttle = make();
    for (let i = 0; i < 3; i++) expect(throttle.admit(`2001:db8::${i}`)).toBe(0);
    expect(throttle.admit('2001:db8::99')).toBeGreaterThan(0);
    expect(throttle.admit('2001:db8:0:1::99')).toBe(0);
    expect(throttle.admit('192.0.2.1')).toBe(0);
  });

  test('an operator sees who is remembered and can forgive one or all', () => {
    const throttle = make();
    for (let i = 0; i < 4; i++) throttle.admit('192.0.2.1');
    throttle.admit('192.0.2.2');
    expect(throttle.entries()).toEqual([
      { network: '192.0.2.2', recoversInMs: 2000 },
      { network: '192.0.2.1', recoversInMs: 6000 },
    ]);
    expect(throttle.reset('192.0.2.1')).toBe(1);
    expect(throttle.admit('192.0.2.1')).toBe(0);
    expect(throttle.reset()).toBe(2);
    expect(throttle.entries()).toEqual([]);
  });

  test('an address that stays away is forgotten', () => {
    const throttle = make();
    for (let i = 0; i < 4; i++) throttle.admit('192.0.2.1');
    nowMs += 10_000;
    expect(throttle.entries()).toEqual([]);
    for (let i = 0; i < 3; i++) expect(throttle.admit('192.0.2.1')).toBe(0);
  });
});
