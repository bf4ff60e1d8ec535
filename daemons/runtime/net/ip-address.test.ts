import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AddressRanges,
  cidrContains,
  dottedIPv4,
  isMappedIPv4,
  networkKey,
  parseAddress,
  parseCidr,
  plainAddress,
} from './ip-address.ts';

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
    for (const text of [
      '',
      '10.0.0.0/33',
      '10.0.0/8',
      '::/129',
      '10.0.0.0/',
      '10.0.0.0/x',
      '10.0.0.0/-1',
      'host/8',
    ]) {
      expect(parseCidr(text)).toBeNull();
    }
  });

  test('a block keeps address and prefix as they were written', () => {
    expect(parseCidr('10.0.0.0/8')).toMatchObject({ address: '10.0.0.0', prefix: 8, bits: 104 });
    expect(parseCidr('192.0.2.1')).toMatchObject({ address: '192.0.2.1', prefix: 32, bits: 128 });
    expect(parseCidr('::1')).toMatchObject({ address: '::1', prefix: 128, bits: 128 });
  });

  test('a set of ranges holds what any of its blocks holds', () => {
    const ranges = new AddressRanges([parseCidr('10.0.0.0/8')!, parseCidr('2001:db8::/32')!]);
    expect(ranges.has('10.200.0.1')).toBe(true);
    expect(ranges.has('2001:db8::1')).toBe(true);
    expect(ranges.has('11.0.0.1')).toBe(false);
    expect(ranges.has('host')).toBe(false);
    expect(new AddressRanges([]).has('10.0.0.1')).toBe(false);
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
    expect(plainAddress('::ffff:10.1.2.3')).toBe('10.1.2.3');
    expect(plainAddress('2001:db8::1')).toBe('2001:db8::1');
    expect(networkKey('2001:db8:1:2:3::1')).toBe(networkKey('2001:db8:1:2:ffff::9'));
    expect(networkKey('2001:db8:1:2::1')).not.toBe(networkKey('2001:db8:1:3::1'));
    expect(networkKey('::1')).toBe('0:0:0:0::/64');
    expect(networkKey('10.0.0.1')).toBe('10.0.0.1');
    expect(networkKey('::ffff:10.0.0.1')).toBe('10.0.0.1');
    expect(networkKey('::ffff:a00:1')).toBe('10.0.0.1');
    expect(networkKey('192.0.2.1')).not.toBe(networkKey('192.0.2.2'));
  });

  test('agrees with the BlockList of Node on random blocks', () => {
    const near = (address: string, flip: number, family: 'ipv4' | 'ipv6') => {
      // An address that differs from the block in one bit, which is where prefix lengths go wrong.
      const groups = parseAddress(address) as Uint16Array;
      const bit = family === 'ipv4' ? 96 + (flip % 32) : flip % 128;
      groups[bit >> 4] = groups[bit >> 4]! ^ (0x8000 >>> (bit & 15));
      return family === 'ipv4'
        ? `${groups[6]! >> 8}.${groups[6]! & 255}.${groups[7]! >> 8}.${groups[7]! & 255}`
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

test.each([
  ['::1.2.3.4', '::102:304'],
  ['::ffff:255.255.255.255', '255.255.255.255'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ['1:2:3:4:5:6:7.8.9.10', '1:2:3:4:5:6:708:90a'],
  ['1::', '1:0:0:0:0:0:0:0'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
  ['fe80::1%lo.0', 'fe80::1'],
  ['1::8', '1:0:0:0:0:0:0:8'],
])('%s is %s', (text, same) => {
  expect(parseAddress(text)).toEqual(parseAddress(same));
  expect(parseAddress(text)).not.toBeNull();
});

test('a length is one to three digits, and at most what the family has', () => {
  const bits = (text: string) => parseCidr(text)?.bits ?? null;
  expect(['10.0.0.0/0', '10.0.0.0/32', '10.0.0.0/032', '::/0', '::/128'].map(bits)).toEqual([
    96, 128, 128, 0, 128,
  ]);
  expect(['10.0.0.0/0032', 'x10.0.0.0/8', '10.0.0.0/8x', '10.0.0.0/ 8', '::/0128'].map(bits)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});

test('only the mapped form of IPv4 is shown as IPv4', () => {
  expect(plainAddress('::ffff:1:2')).toBe('::ffff:1:2');
  expect(plainAddress('x::ffff:1.2.3.4')).toBe('x::ffff:1.2.3.4');
  const mapped = ['::ffff:1.2.3.4', '1::ffff:1.2.3.4', '0:1::ffff:1.2.3.4', '0:0:1::ffff:1.2.3.4'];
  const further = ['0:0:0:1:0:ffff:1.2.3.4', '0:0:0:0:1:ffff:1.2.3.4', '::fffe:1.2.3.4'];
  expect([...mapped, ...further].map((text) => isMappedIPv4(parseAddress(text)!))).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
  expect(dottedIPv4(parseAddress('::ffff:1.20.255.4')!)).toBe('1.20.255.4');
});
