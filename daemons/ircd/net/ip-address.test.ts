import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cidrContains, networkKey, parseAddress, parseCidr, plainAddress } from './ip-address.ts';

function contains(block: string, address: string): boolean {
  const parsed = parseCidr(block);
  const groups = parseAddress(address);
  if (parsed === null || groups === null) throw new Error(`bad input ${block} ${address}`);
  return cidrContains(parsed, groups);
}

describe('addresses', () => {
  test('the forms of IPv6 give the same address', () => {
    expect(parseAddress('2001:db8::1')).toEqual(parseAddress('2001:0DB8:0:0:0:0:0:1'));
    expect(parseAddress('::ffff:192.0.2.1')).toEqual(parseAddress('192.0.2.1'));
    expect(parseAddress('::ffff:c000:201')).toEqual(parseAddress('192.0.2.1'));
    expect(parseAddress('fe80::1%eth0')).toEqual(parseAddress('fe80::1'));
    expect(parseAddress('::')).toEqual(new Uint16Array(8));
  });

  test('what is no address or block is refused', () => {
    for (const text of ['', 'x', '1.2.3', '1.2.3.256', '::1::', '1.2.3.4.5']) {
      expect(parseAddress(text)).toBeNull();
    }
    for (const text of ['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/x', '10.0.0.0/-1', 'host/8']) {
      expect(parseCidr(text)).toBeNull();
    }
  });

  test('loopback in every notation is in its block', () => {
    expect(contains('127.0.0.0/8', '127.0.0.1')).toBe(true);
    expect(contains('127.0.0.0/8', '::ffff:127.9.8.7')).toBe(true);
    expect(contains('127.0.0.0/8', '128.0.0.1')).toBe(false);
    expect(contains('::1', '::1')).toBe(true);
    expect(contains('::1', '::2')).toBe(false);
    expect(contains('::/0', '192.0.2.1')).toBe(true);
  });

  test('IPv4-mapped addresses are shown as IPv4 and a /64 is one network', () => {
    expect(plainAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(plainAddress('2001:db8::1')).toBe('2001:db8::1');
    expect(networkKey('2001:db8:1:2:3::1')).toBe(networkKey('2001:db8:1:2:ffff::9'));
    expect(networkKey('2001:db8:1:2::1')).not.toBe(networkKey('2001:db8:1:3::1'));
    expect(networkKey('192.0.2.1')).not.toBe(networkKey('192.0.2.2'));
  });

  test('agrees with the BlockList of Node on random blocks', () => {
    const near = (address: string, flip: number, family: 'ipv4' | 'ipv6') => {
      // An address that differs from the block in one bit, which is where prefix lengths go wrong.
      const groups = parseAddress(address) as Uint16Array;
      const bit = family === 'ipv4' ? 96 + (flip % 32) : flip % 128;
      groups[bit >> 4] = (groups[bit >> 4] as number) ^ (0x8000 >>> (bit & 15));
      return family === 'ipv4'
        ? `${(groups[6] as number) >> 8}.${(groups[6] as number) & 255}.${(groups[7] as number) >> 8}.${(groups[7] as number) & 255}`
        : [...groups].map((group) => group.toString(16)).join(':');
    };
    fc.assert(
      fc.property(
        fc.constantFrom('ipv4' as const, 'ipv6' as const),
        fc.ipV4(),
        fc.ipV6(),
        fc.nat(128),
        fc.nat(127),
        (family, v4, v6, length, flip) => {
          const network = family === 'ipv4' ? v4 : v6;
          const bits = family === 'ipv4' ? length % 33 : length;
          const other = near(network, flip, family);
          const oracle = new BlockList();
          oracle.addSubnet(network, bits, family);
          expect(contains(`${network}/${bits}`, network)).toBe(true);
          expect(contains(`${network}/${bits}`, other)).toBe(oracle.check(other, family));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
