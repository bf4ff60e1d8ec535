import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ConnectRate, ConnectThrottle } from './connect-throttle.ts';

const RATE = { connectBurst: 3, connectsPerSecond: 0.5 };
let nowMs = 0;

function throttleOf(maxAddresses = 100) {
  nowMs = 1_000;
  const throttle = new ConnectThrottle(
    () => maxAddresses,
    () => nowMs,
  );
  const connect = (address: string, rate: ConnectRate = RATE) =>
    throttle.attempt(throttle.visitor(address), rate);
  return { throttle, connect };
}

it('lets an address open its burst, then one connection each time its rate allows', () => {
  const { connect } = throttleOf();
  for (let i = 0; i < 3; i++) expect(connect('192.0.2.1')).toBe(0);
  expect(connect('192.0.2.1')).toBe(2_000);
  nowMs += 500;
  expect(connect('192.0.2.1')).toBe(1_500);
  nowMs += 1_500;
  expect(connect('192.0.2.1')).toBe(0);
  expect(connect('192.0.2.1')).toBe(2_000);
});

it('lets addresses not pay for each other, but takes a /64 for one customer', () => {
  const { connect } = throttleOf();
  for (let i = 0; i < 3; i++) expect(connect(`2001:db8::${i}`)).toBe(0);
  expect(connect('2001:db8::99')).toBeGreaterThan(0);
  expect(connect('2001:db8:0:1::99')).toBe(0);
  expect(connect('192.0.2.1')).toBe(0);
});

it('shows an operator who waits and who is here, and forgives one or all', () => {
  const { throttle, connect } = throttleOf();
  for (let i = 0; i < 4; i++) connect('192.0.2.1');
  connect('192.0.2.2');
  throttle.enter(throttle.visitor('192.0.2.2'));
  expect(throttle.entries()).toEqual([
    { network: '192.0.2.1', open: 0, recoversInMs: 6_000 },
    { network: '192.0.2.2', open: 1, recoversInMs: 2_000 },
  ]);
  expect(throttle.reset('192.0.2.1')).toBe(1);
  expect(throttle.reset('192.0.2.9')).toBe(0);
  expect(connect('192.0.2.1')).toBe(0);
  expect(throttle.reset()).toBe(2);
  expect(throttle.entries()).toEqual([]);
  expect(throttle.visitor('192.0.2.2').open).toBe(1);
});

it('forgets an address that stays away, and the least recent where there are too many, but none with connections', () => {
  const { throttle, connect } = throttleOf(2);
  connect('10.0.0.1');
  const here = throttle.visitor('10.0.0.1');
  throttle.enter(here);
  for (const last of [2, 3, 4]) connect(`10.0.0.${last}`);
  expect(throttle.entries().map(({ network }) => network)).toEqual(['10.0.0.1', '10.0.0.3', '10.0.0.4']);
  nowMs += 60_000;
  connect('10.0.0.5');
  expect(throttle.size).toBe(2);
  throttle.leave(here);
  expect(throttle.size).toBe(1);
});

it('counts the open connections of an address whatever comes and goes in between, and keeps to its bound', () => {
  const step = fc.record({
    address: fc.integer({ min: 1, max: 6 }),
    enter: fc.boolean(),
    passMs: fc.nat(3_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const { throttle, connect } = throttleOf(2);
      const open = new Map<string, number>();
      for (const { address, enter, passMs } of steps) {
        nowMs += passMs;
        const text = `10.0.0.${address}`;
        const before = open.get(text) ?? 0;
        if (enter && connect(text) === 0) {
          throttle.enter(throttle.visitor(text));
          open.set(text, before + 1);
        } else if (!enter && before > 0) {
          throttle.leave(throttle.visitor(text));
          open.set(text, before - 1);
        }
        expect(throttle.visitor(text).open).toBe(open.get(text) ?? 0);
        expect(throttle.size).toBeLessThanOrEqual([...open.values()].filter((count) => count > 0).length + 2);
      }
    }),
  );
});

it('forgives a /64 of IPv6 by its row as well as by an address in it', () => {
  const { throttle, connect } = throttleOf();
  connect('2001:db8::1');
  const [entry] = throttle.entries();
  expect(entry?.network).toBe('2001:db8:0:0::/64');
  expect(throttle.reset(entry?.network)).toBe(1);
  connect('2001:db8::1');
  expect([throttle.reset('2001:db8::ffff'), throttle.reset('2001:db8::ffff')]).toEqual([1, 0]);
});

it('counts the attempts that were too many, until one is not', () => {
  const { throttle } = throttleOf();
  const visitor = throttle.visitor('192.0.2.1');
  const refused = () => {
    throttle.attempt(visitor, RATE);
    return visitor.refused;
  };
  expect([refused(), refused(), refused(), refused(), refused()]).toEqual([0, 0, 0, 1, 2]);
  nowMs += 2_000;
  expect([refused(), refused()]).toEqual([0, 1]);
});

it('forgets two that have recovered for each that comes, so that they do not pile up', () => {
  const { throttle, connect } = throttleOf();
  for (let n = 1; n <= 6; n++) connect(`10.0.0.${n}`);
  expect(throttle.size).toBe(6);
  nowMs += 2_000;
  connect('10.0.1.1');
  expect(throttle.size).toBe(5);
  connect('10.0.1.2');
  expect(throttle.size).toBe(4);
});

it('remembers nothing of an address that left with its whole allowance', () => {
  const { throttle, connect } = throttleOf();
  connect('192.0.2.1');
  const visitor = throttle.visitor('192.0.2.1');
  throttle.enter(visitor);
  throttle.enter(visitor);
  nowMs += 2_000;
  throttle.leave(visitor);
  expect([throttle.size, visitor.open]).toEqual([1, 1]);
  throttle.leave(visitor);
  expect([throttle.size, visitor.open]).toEqual([0, 0]);
  expect(throttle.entries()).toEqual([]);
});

it('goes by the rate of the class that an address is in now', () => {
  const { connect } = throttleOf();
  for (let n = 0; n < 3; n++) connect('192.0.2.1');
  expect(connect('192.0.2.1')).toBe(2_000);
  // What was used is used; the other class gives back faster.
  expect(connect('192.0.2.1', { connectBurst: 10, connectsPerSecond: 10 })).toBe(100);
});
