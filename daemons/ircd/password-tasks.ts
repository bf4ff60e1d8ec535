/** Verifies a password on a thread of the pool. Loaded by URL; see passwords.ts. */
import { verifySync } from '@node-rs/argon2';
import { SignalboxError } from '../../contract/errors.ts';

/** What is verified. */
export interface PasswordCheck {
  readonly hash: string;
  readonly password: string;
}

/**
 * Whether a password fits an argon2id hash.
 * @throws SignalboxError `config_invalid` where the hash is none
 */
export function verifyPassword({ hash, password }: PasswordCheck): boolean {
  try {
    return verifySync(hash, password);
  } catch {
    throw new SignalboxError('config_invalid', 'The password hash is not one of argon2id: make it again.');
  }
}
