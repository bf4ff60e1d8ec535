/** Hosts that hide addresses: what one can tell from them, and what not. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CLOAK_BYTES, Cloaks } from './cloak.ts';

const KEY = Buffer.alloc(32, 1);
const OLD = Buffer.alloc(32, 2);
const cloaks = new Cloaks([KEY], 'users.test');
const cloakOf = (address: string) => cloaks.all(address)[0]!;
const partsOf = (address: string) => cloakOf(address).split('.');

it('is a host of three parts and the suffix', () => {
  for (const address of ['192.0.2.7', '2001:db8::7', '::1', '127.0.0.1']) {
    expect(cloakOf(address)).toMatch(/^[a-z2-7]{8}\.[a-z2-7]{8}\.[a-z2-7]{8}\.users\.test$/);
    expect(cloakOf(address)).toHaveLength(CLOAK_BYTES + 'users.test'.length);
  }
});

it.each([
  ['the same address', '192.0.2.7', '192.0.2.7', 3],
  ['its mapped form', '192.0.2.7', '::ffff:192.0.2.7', 3],
  ['one /24', '192.0.2.7', '192.0.2.8', 2],
  ['one /16', '192.0.2.7', '192.0.3.7', 1],
  ['another /16', '192.0.2.7', '192.1.2.7', 0],
  ['one /64, which is one customer', '2001:db8::7', '2001:db8::ffff:ffff:ffff:8', 3],
  ['one /48', '2001:db8::7', '2001:db8:0:1::7', 2],
  ['one /32', '2001:db8::7', '2001:db8:1::7', 1],
  ['another /32', '2001:db8::7', '2001:db9::7', 0],
])('of %s as many parts are the same, so that a ban covers it (%s, %s)', (_what, one, other, same) => {
  const [a, b] = [partsOf(one), partsOf(other)];
  expect([0, 1, 2].map((part) => a[part] === b[part])).toEqual([2, 1, 0].map((left) => left < same));
});

it('shows nothing of an address, and is another one with another key', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      const [cloak, before] = new Cloaks([KEY, OLD], 'x').all(address) as [string, string];
      expect(cloak).not.toBe(before);
      expect(before).toBe(new Cloaks([OLD], 'x').all(address)[0]);
      expect(
        cloak
          .split('.')
          .slice(0, 3)
          .filter((part, i) => part === before.split('.')[i]),
      ).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

it('gives different addresses different cloaks', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.ipV4(), { minLength: 2, maxLength: 8 }), (addresses) => {
      expect(new Set(addresses.map(cloakOf)).size).toBe(addresses.length);
    }),
    { numRuns: 100 },
  );
});
