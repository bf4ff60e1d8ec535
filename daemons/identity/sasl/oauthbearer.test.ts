import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseBearer } from './oauthbearer.ts';

const parse = (text: string) => parseBearer(Buffer.from(text));

it('reads a token, whom it is for, and passes over what else clients say', () => {
  expect(parse('n,,\x01auth=Bearer abc.def-_~+/=\x01\x01')).toEqual({
    authorization: '',
    token: 'abc.def-_~+/=',
  });
  expect(parse('n,a=ann=2Cb=3D,\x01host=irc.test\x01port=6697\x01auth=bearer  x\x01\x01')).toEqual({
    authorization: 'ann,b=',
    token: 'x',
  });
  expect(parse('y,a=ann,\x01auth=BEARER x \x01\x01')).toEqual({ authorization: 'ann', token: 'x' });
});

it.each([
  '',
  'n,,',
  'n,,\x01\x01',
  'n,,\x01auth=Bearer x\x01',
  'n,,\x01auth=Bearer x\x01\x01more',
  'n,,\x01auth=Basic x\x01\x01',
  'n,,\x01auth=Bearer x y\x01\x01',
  'n,,\x01auth=Bearer x\x01auth=Bearer y\x01\x01',
  'p=tls-unique,,\x01auth=Bearer x\x01\x01',
  'n,a=a=b,\x01auth=Bearer x\x01\x01',
  'n,x=a,\x01auth=Bearer x\x01\x01',
])('is none: %j', (text) => {
  expect(parse(text)).toBeNull();
});

it('reads whatever was written, and whatever bytes there are', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'ö', ',', '=', ' ') });
  const token = fc.string({
    unit: fc.constantFrom('a', 'Z', '9', '.', '-', '_', '~', '+', '/'),
    minLength: 1,
  });
  fc.assert(
    fc.property(name, token, (authorization, value) => {
      const written = authorization.replaceAll('=', '=3D').replaceAll(',', '=2C');
      expect(parse(`n,a=${written},\x01auth=Bearer ${value}\x01\x01`)).toEqual({
        authorization,
        token: value,
      });
    }),
  );
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseBearer(bytes)));
});
