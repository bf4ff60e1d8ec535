import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalCidr } from './canonical-address.ts';
import { parseAddress, parseCidr } from './ip-address.ts';

function canonical(text: string): string {
  const block = parseCidr(text);
  if (block === null) throw new Error(`no block: ${text}`);
  return canonicalCidr(block);
}

it('writes every spelling of an address or network in one way', () => {
  for (const [wanted, ...spellings] of [
    ['::1', '0::1', '0:0:0:0:0:0:0:1', '::0001', '::1/128'],
    ['127.0.0.1', '127.0.0.1/32', '::ffff:127.0.0.1', '::FFFF:7f00:1', '::ffff:127.0.0.1/128'],
    ['10.0.0.0/8', '10.1.2.3/8', '::ffff:10.1.2.3/104'],
    ['2001:db8::/32', '2001:DB8::/32', '2001:db8:1:2::3/32', '2001:0db8:0::/32'],
    ['2001:db8::1:0:0:1', '2001:db8:0:0:1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8::1:1:1:1:1'],
    ['fe80::1', 'fe80:0:0:0:0:0:0:1', 'FE80::1'],
    ['0.0.0.0/0', '1.2.3.4/0', '::ffff:1.2.3.4/96'],
    ['::/0', 'ffff::/0'],
    ['::fffe:0:0/95', '::ffff:1.2.3.4/95'],
  ] as const) {
    for (const spelling of [wanted, ...spellings]) expect(canonical(spelling), spelling).toBe(wanted);
  }
});

it('names the same addresses as what was written, and is its own canonical form', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(128), (address, length) => {
      const text = address.includes(':') ? `${address}/${length}` : `${address}/${length % 33}`;
      const block = parseCidr(text);
      if (block === null) throw new Error(text);
      const written = canonicalCidr(block);
      expect(canonical(written)).toBe(written);
      expect(parseCidr(written)?.bits).toBe(block.bits);
      if (block.bits === 128) expect(parseAddress(written)).toEqual(block.groups);
    }),
  );
});
