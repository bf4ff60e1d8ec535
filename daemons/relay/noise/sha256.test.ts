import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hmacSha256, sha256 } from './sha256.ts';

it('is the hash and the code that node:crypto gives, for texts of any length in any parts', () => {
  for (let size = 0; size < 200; size++) {
    const text = Buffer.alloc(size, size);
    expect(Buffer.from(sha256(text))).toEqual(createHash('sha256').update(text).digest());
  }
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 90 }), { maxLength: 4 }),
      fc.uint8Array({ maxLength: 64 }),
      (parts, key) => {
        const whole = Buffer.concat(parts);
        expect(Buffer.from(sha256(...parts))).toEqual(createHash('sha256').update(whole).digest());
        expect(Buffer.from(hmacSha256(key, ...parts))).toEqual(
          createHmac('sha256', key).update(whole).digest(),
        );
      },
    ),
  );
});
