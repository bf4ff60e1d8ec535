/** Hashes a password as Keycloak takes it, on a thread of the pool: some 50 ms. Loaded by URL; see flow-desk.ts. */
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import type { HashedPassword } from '../../identity/elsewhere.ts';

const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** What Keycloak is told of a password; it hashes it in its own way at the first login. */
export function hashForKeycloak({
  password,
  iterations,
}: {
  readonly password: string;
  readonly iterations: number;
}): HashedPassword {
  const salt = randomBytes(SALT_BYTES);
  const hash = pbkdf2Sync(password, salt, iterations, HASH_BYTES, 'sha256');
  return {
    algorithm: 'pbkdf2-sha256',
    iterations,
    salt: salt.toString('base64'),
    hash: hash.toString('base64'),
  };
}
