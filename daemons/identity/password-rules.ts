/** What can be a password or an e-mail address of an account. */
import { SignalboxError } from '../../contract/errors.ts';
import { fold } from '../irc/casemapping.ts';
import { limits } from './limits.ts';
import { randomWord } from './random-word.ts';
import { saslprep } from './sasl/saslprep.ts';

export class PasswordRules {
  readonly #least: () => number;

  /** @param least characters of the shortest password; may change with the configuration */
  constructor(least: () => number) {
    this.#least = least;
  }

  /** A password as it is compared. Throws SignalboxError `bad_request` where it can be none of that account. */
  usable(account: string, password: string): string {
    const prepared = preparedPassword(password);
    if (prepared === null) throw new SignalboxError('bad_request', 'That can be no password.');
    if (this.isWeak(account, prepared))
      throw new SignalboxError('bad_request', 'The password is too short, or is the name of the account.');
    return prepared;
  }

  isWeak(account: string, prepared: string): boolean {
    return [...prepared].length < this.#least() || fold(prepared) === fold(account);
  }
}

/** As it is compared; null for what cannot be one. */
export function preparedPassword(password: string): string | null {
  const prepared = saslprep(password);
  return prepared === null || Buffer.byteLength(prepared) > limits.passwordBytes.default ? null : prepared;
}

/** Something, one `@`, a domain; whether it exists is for the mail that is sent to it. */
export function isEmail(text: string): boolean {
  return Buffer.byteLength(text) <= limits.emailBytes.default && /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(text);
}

/** 93 bits. */
export function newPassword(): string {
  return randomWord(16);
}
