import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCharacter } from '../../../contract/test-characters.ts';
import {
  authMessage,
  formatVerifier,
  isProven,
  keysOf,
  parseClientFinal,
  parseClientFirst,
  parseVerifier,
  type ScramVerifier,
  serverFinal,
  serverFirst,
} from './scram.ts';

const verifierOf = (password: string, salt: Buffer, iterations: number): ScramVerifier => ({
  iterations,
  salt,
  ...keysOf(pbkdf2Sync(password, salt, iterations, 32, 'sha256')),
});

/** What a client computes (RFC 5802 section 3). */
function proofOf(password: string, { salt, iterations }: ScramVerifier, signed: string): Buffer {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const stored = createHash('sha256').update(clientKey).digest();
  const signature = createHmac('sha256', stored).update(signed).digest();
  return Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]!));
}

describe('the exchange of RFC 7677, section 3', () => {
  const verifier = verifierOf('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'), 4_096);
  const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
  const first = parseClientFirst('n,,n=user,r=rOprNGfwEbeRWgbNEkqO')!;
  const answer = serverFirst(nonce, verifier);
  const final = parseClientFinal(`c=biws,r=${nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`)!;

  it('is answered by the same letters', () => {
    expect(answer).toBe(`r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`);
    expect(first).toMatchObject({ account: 'user', authorization: '', nonce: 'rOprNGfwEbeRWgbNEkqO' });
    expect(final).toMatchObject({ header: 'n,,', nonce });
    const signed = authMessage(first, answer, final);
    expect(isProven(verifier, signed, final.proof)).toBe(true);
    expect(serverFinal(verifier, signed)).toBe('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  });

  it('proves nothing with one bit of the proof changed', () => {
    const signed = authMessage(first, answer, final);
    for (const at of [0, 31]) {
      const proof = Buffer.from(final.proof);
      proof[at]! ^= 1;
      expect(isProven(verifier, signed, proof)).toBe(false);
    }
    expect(isProven(verifier, `${signed},x`, final.proof)).toBe(false);
  });
});

it('whoever knows the password is let in, and nobody else', () => {
  const password = fc.string({ minLength: 1, maxLength: 30, unit: anyCharacter });
  fc.assert(
    fc.property(password, password, fc.uint8Array({ minLength: 1, maxLength: 20 }), (right, tried, salt) => {
      const verifier = verifierOf(right, Buffer.from(salt), 1);
      expect(parseVerifier(formatVerifier(verifier))).toEqual(verifier);
      const signed = `n=ann,r=abc,${serverFirst('abcdef', verifier)},c=biws,r=abcdef`;
      expect(isProven(verifier, signed, proofOf(right, verifier, signed))).toBe(true);
      const other = proofOf(tried, verifier, signed);
      // HMAC fills a short key with zeros: "a" and "a\0" are the same password to PBKDF2.
      const same = tried.replace(/\0+$/, '') === right.replace(/\0+$/, '');
      expect(isProven(verifier, signed, other)).toBe(same);
    }),
    { numRuns: 50 },
  );
});

it.each([
  ['a name with a comma and an equals sign', 'n,,n=a=2Cb=3Dc,r=x', { account: 'a,b=c' }],
  ['a client that could bind the channel', 'y,,n=ann,r=x', { header: 'y,,' }],
  ['an account to act as', 'n,a=bob,n=ann,r=x', { authorization: 'bob', header: 'n,a=bob,' }],
  ['an extension behind it', 'n,,n=ann,r=x,z=1', { nonce: 'x', bare: 'n=ann,r=x,z=1' }],
  ['channel binding, which is not offered', 'p=tls-unique,,n=ann,r=x', null],
  ['an extension that must be understood', 'n,,m=1,n=ann,r=x', null],
  ['no name', 'n,,n=,r=x', null],
  ['no nonce', 'n,,n=ann,r=', null],
  ['a nonce with a space', 'n,,n=ann,r=a b', null],
  ['an equals sign that stands for nothing', 'n,,n=a=2Db,r=x', null],
  ['nothing', '', null],
])('reads %s in a first message', (_what, message, expected) => {
  const parsed = parseClientFirst(message);
  if (expected === null) expect(parsed).toBeNull();
  else expect(parsed).toMatchObject(expected);
});

it.each([
  ['no proof', 'c=biws,r=abc'],
  ['a proof of another length', 'c=biws,r=abc,p=AAAA'],
  ['a proof that is no base64', 'c=biws,r=abc,p=!'],
  ['a header that is no base64', `c=b,r=abc,p=${Buffer.alloc(32).toString('base64')}`],
])('refuses %s in a last message', (_what, message) => {
  expect(parseClientFinal(message)).toBeNull();
});

it('refuses whatever else is kept for a verifier', () => {
  const right = formatVerifier(verifierOf('x', Buffer.from('salt'), 1));
  expect(parseVerifier(right)).not.toBeNull();
  for (const wrong of [
    '',
    right.replace('256', '1'),
    right.replace(/:[^:]+$/, ':AAAA'),
    right.replace(/\$[^$:]+:(?=[^:]+$)/, '$AAAA:'),
    right.replace(/:[^:$]+\$/, ':!$'),
    right.replace('$1:', '$:'),
  ])
    expect(parseVerifier(wrong), wrong).toBeNull();
});

it('no message makes the parsers throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'n,=raycp\0é2CD') }), (text) => {
      parseClientFirst(text);
      parseClientFinal(text);
      parseVerifier(text);
    }),
  );
});
