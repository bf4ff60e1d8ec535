/** Passwords whose hash another program made: published vectors of each format, and what no password fits. */
import { describe, expect, it } from 'vitest';
import { fitsHash } from './credential-tasks.ts';
import { fitsForeignHash, isForeignHash } from './foreign-hashes.ts';
import { limits } from './limits.ts';

const HELLO = 'Hello world!';

describe.each([
  // What X3's own function makes, by a second program.
  ['MD5 of X3, with a seed', '$1A2B3C4DDF5502289FEE17CE776C8A39F24E4F39', 'correct-horse'],
  [
    'the same of a password that is longer than its block',
    '$00C0FFEE212C1C290AA4DCBD2FCC2A2DDAAA3FF0',
    'x'.repeat(70),
  ],
  ['the same of one that is no ASCII', '$00C0FFEEACB2F799C6E9386474099A056A50F4B2', 'äää'],
  ['MD5 of X3, without one', '8331FDB2E1F59FAEF7082219F421F391', 'correct-horse'],
  // RFC 7914 section 11, cut to 32 bytes.
  ['PBKDF2-SHA256', '$pbkdf2-sha256$i=1$c2FsdA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLw', 'passwd'],
  [
    'PBKDF2-SHA512',
    '$pbkdf2-sha512$i=1$c2FsdA$hn9wzxreAs/zdSWZo6U9xK80x6ZpgVrl1RNVThyM8lLALUcKKFoFAbrZmb/pQ8CPBQI119aLHaVeY/c7YKV/zg',
    'password',
  ],
  // Openwall's crypt_blowfish.
  ['bcrypt $2a$', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 'U*U'],
  ['bcrypt $2y$', '$2y$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK', 'U*U*'],
  // hashcat's examples.
  ['crypt $1$', '$1$28772684$iEwNOgGugqO9.bIz5sk8k/', 'hashcat'],
  [
    'crypt $5$ with rounds',
    '$5$rounds=5000$GX7BopJZJxPc/KEK$le16UF8I2Anb.rOrn22AUPWvzUETDGefUmAV8AZkGcD',
    'hashcat',
  ],
  [
    'crypt $6$',
    '$6$52450745$k5ka2p8bFuSmoVT1tzOyyuaREkkKBcCNqoDKzYiJL9RaE8yMnPgh2XzzF0NDrUhgrcLwg78xs1w5pJiypEdFX/',
    'hashcat',
  ],
  // Drepper's specification.
  ['crypt $5$', '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5', HELLO],
  [
    'crypt $6$ of the specification',
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
    HELLO,
  ],
])('%s', (_what, hash, password) => {
  it('fits its password and no other', () => {
    expect(isForeignHash(hash)).toBe(true);
    expect(fitsHash({ hash, password })).toBe(true);
    for (const other of [`!${password}`, '', 'other'])
      expect(fitsHash({ hash, password: other })).toBe(false);
    // Another last sign that says something.
    const last = hash.at(-2) === 'A' ? 'B' : 'A';
    expect(fitsForeignHash(`${hash.slice(0, -2)}${last}${hash.at(-1)}`, password)).toBe(false);
  });
});

it('fits nothing that is damaged, of no known format, or would take too long', () => {
  const rounds = limits.foreignRounds.default;
  const cost = limits.foreignBcryptCost.default;
  const tail = '5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5';
  for (const hash of [
    '',
    'correct-horse',
    '$1A2B3C4D',
    '$9$salt$hash',
    '$5$saltstring$short',
    '$pbkdf2-sha256$i=0$c2FsdA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLw',
    '$pbkdf2-sha256$i=1$c2FsdA$VawE',
    `$pbkdf2-sha256$i=${rounds + 1}$c2FsdA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLw`,
    `$5$rounds=${rounds + 1}$saltstring$${tail}`,
    `$2a$${cost + 1}$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW`,
  ])
    expect([hash, fitsHash({ hash, password: 'correct-horse' })]).toEqual([hash, false]);
  expect(isForeignHash(`$5$rounds=${rounds}$saltstring$${tail}`)).toBe(true);
  expect(isForeignHash(`$5$rounds=${rounds + 1}$saltstring$${tail}`)).toBe(false);
  expect(isForeignHash(`$2a$${cost + 1}$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW`)).toBe(false);
  expect(isForeignHash('$argon2id$v=19$m=19456,t=2,p=1$KGAlTLwyX4s0$jFVx')).toBe(false);
});
