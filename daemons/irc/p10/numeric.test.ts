import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../runtime/net/ip-address.ts';
import { decodeAddress, encodeAddress, isAddressAt } from './address.ts';
import {
  fromBase64,
  isServerNumeric,
  isUserNumeric,
  MAX_SERVER_NUMERIC,
  MAX_USERS,
  serverNumeric,
  serverOf,
  toBase64,
  userNumeric,
} from './numeric.ts';

const isAddress = (text: string) => isAddressAt(text, 0, text.length);

describe('numerics', () => {
  it('number servers and users as ircu does', () => {
    expect([
      serverNumeric(1),
      serverNumeric(2),
      serverNumeric(64),
      serverNumeric(MAX_SERVER_NUMERIC),
    ]).toEqual(['AB', 'AC', 'BA', ']]']);
    expect([userNumeric('AC', 0), userNumeric('AC', 6), userNumeric('AC', MAX_USERS - 1)]).toEqual([
      'ACAAA',
      'ACAAG',
      'AC]]]',
    ]);
    expect(serverOf('ACAAG')).toBe('AC');
  });

  it('tell servers from users, and both from anything else', () => {
    expect(['AB', 'A', 'ABC', 'A!', 'Aé'].map(isServerNumeric)).toEqual([true, false, false, false, false]);
    expect(['ABAAA', 'ABAA', 'ABAAAA', 'AB_AA'].map(isUserNumeric)).toEqual([true, false, false, false]);
  });

  it('come back from what was written', () => {
    fc.assert(
      fc.property(fc.nat(64 ** 5 - 1), (value) => {
        expect(fromBase64(toBase64(value, 5))).toBe(value);
      }),
    );
  });
});

describe('addresses', () => {
  it.each([
    ['127.0.0.1', 'B]AAAB'],
    ['0.0.0.0', 'AAAAAA'],
    ['255.255.255.255', 'D]]]]]'],
    ['::', '_'],
    ['::1', '_AAB'],
    ['2001:db8::1', 'CABA24_AAB'],
    ['2001:db8:0:0:1::', 'CABA24AAAAAAAAB_'],
  ])('writes %s as %s', (address, written) => {
    const groups = parseAddress(address)!;
    const text = encodeAddress(groups);
    expect(decodeAddress(text)).toEqual(groups);
    if (!address.startsWith('2001')) expect(text).toBe(written);
  });

  it('reads any run of zeros, wherever another server begins it', () => {
    expect(decodeAddress('_')).toEqual(new Uint16Array(8));
    expect(decodeAddress(`${'AAA'.repeat(7)}AAB`)).toEqual(parseAddress('::1'));
    expect(decodeAddress('AAB_')).toEqual(parseAddress('1::'));
  });

  it('reads what services write who mean none', () => {
    expect(decodeAddress(']]]]]]')).toEqual(parseAddress('255.255.255.255'));
  });

  it.each([
    '',
    'A',
    'B]AAA',
    'B]AAAB]',
    '__',
    'AAA_AA',
    `_${'AAA'.repeat(8)}`,
    'AAA'.repeat(9),
    '!!!_',
    'P]]_A!A',
    'Q]]_',
  ])('refuses %j', (text) => {
    expect(decodeAddress(text)).toBeNull();
    expect(isAddress(text)).toBe(false);
    expect(isAddressAt(`B]AAAB${text}B]AAAB`, 6, 6 + text.length)).toBe(false);
  });

  it('are told apart from what is none without being read', () => {
    const text = fc.stringMatching(/^[AD\]_!]{5,7}$/);
    fc.assert(fc.property(text, (said) => isAddress(said) === (decodeAddress(said) !== null)));
    expect([']]]]]]', '_', 'CABA24_AAB'].map((said) => isAddress(said))).toEqual([true, true, true]);
  });

  it('come back from what was written', () => {
    const group = fc.oneof(fc.constant(0), fc.nat(0xffff));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (list) => {
        const groups = Uint16Array.from(list);
        expect(decodeAddress(encodeAddress(groups))).toEqual(groups);
      }),
    );
  });
});
