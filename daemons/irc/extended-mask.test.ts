import { expect, it } from 'vitest';
import { canonicalListMask, extbanTokens, extendedOf } from './extended-mask.ts';

it.each([
  ['bob', 'bob!*@*'],
  ['*@10.1.2.3/8', '*!*@10.0.0.0/8'],
  ['~a:ann', '~a:ann'],
  ['~a:', null],
  ['~c:#x', '~c:#x'],
  ['~c:#x*', '~c:#x*'],
  ['~c:x', null],
  ['~c:#x,#y', null],
  ['~m:bob', '~m:bob!*@*'],
  ['~m:*@10.1.2.3/8', '~m:*!*@10.0.0.0/8'],
  ['~m:*@10.0.0.0/40', null],
  ['~m:~a:ann', '~m:~a:ann'],
  ['~m:~z:AB:cd', '~m:~z:abcd'],
  ['~m:~c:x', null],
  ['~m:~m:bob', null],
  ['~m:', null],
  ['~r:*spam*', '~r:*spam*'],
  ['~r:', null],
  ['~z:AB:cd*', '~z:abcd*'],
  ['~z:xyz', null],
  ['~z:', null],
  ['~q:bob', '*!*@~q:bob'],
  ['~bob', '~bob!*@*'],
])('%s is kept as %s', (typed, kept) => {
  expect(canonicalListMask(typed)).toBe(kept);
  if (kept !== null) expect(canonicalListMask(kept)).toBe(kept);
});

it('takes masks apart, and tells clients what there is', () => {
  expect(extendedOf('~m:~a:ann')).toEqual({ kind: 'mute', value: '~a:ann' });
  expect(extendedOf('~x:ann')).toBe(null);
  expect(extendedOf('~a')).toBe(null);
  expect(extendedOf('a:ann')).toBe(null);
  expect(extbanTokens(true)).toEqual({ account: ['ACCOUNTEXTBAN=a'], all: 'EXTBAN=~,acmrz' });
  expect(extbanTokens(false)).toEqual({ account: [], all: 'EXTBAN=~,cmrz' });
});
