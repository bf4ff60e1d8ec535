/**
 * Digests of passwords that are kept in memory to be compared with what is typed later, under a key of this process that nobody else has
 * and that ends with it. Used by login-memory.ts and local-verifiers.ts.
 */
import { hash, randomBytes } from 'node:crypto';

export class PasswordDigest {
  /** In front of what is digested: a call that makes no object, as an HMAC does, costs a tenth, and nobody can make a digest longer here. */
  readonly #key = randomBytes(32).toString('base64');

  /** 32 bytes. */
  of(text: string): Buffer {
    return hash('sha256', this.#key + text, 'buffer');
  }
}
