/** Makes and checks what is kept of a password, on a thread of the pool: each takes some 12 ms. Loaded by URL; see credentials.ts. */
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { hashSync, verifySync } from '@node-rs/argon2';
import { ARGON2 } from './argon2.ts';
import { fitsForeignHash } from './foreign-hashes.ts';
import { formatVerifier, keysOf } from './sasl/scram.ts';

/** What is kept of a password. */
export interface Verifiers {
  /** PHC string of argon2id. */
  readonly argon2id: string;
  /** See `sasl/scram.ts`. */
  readonly scram: string;
}

const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** Makes both from a prepared password. */
export function makeVerifiers({
  password,
  iterations,
}: {
  readonly password: string;
  readonly iterations: number;
}): Verifiers {
  const salt = randomBytes(SALT_BYTES);
  const salted = pbkdf2Sync(password, salt, iterations, KEY_BYTES, 'sha256');
  return {
    argon2id: hashSync(password, ARGON2),
    scram: formatVerifier({ iterations, salt, ...keysOf(salted) }),
  };
}

/** Whether a prepared password fits an argon2id hash, or one of another program; never where the hash is damaged. */
export function fitsHash({ hash, password }: { readonly hash: string; readonly password: string }): boolean {
  try {
    return hash.startsWith('$argon2') ? verifySync(hash, password) : fitsForeignHash(hash, password);
  } catch {
    return false;
  }
}
