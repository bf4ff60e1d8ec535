/**
 * What a user of another server is called here. What would not fit a line of a client or of a link, or cannot stand in one, is cut
 * or left out, so that whoever is told of the user reads what is meant. Honest servers send nothing of that.
 */
import { truncateUtf8 } from '../../../irc/line-text.ts';
import { isValidUsername } from '../../../irc/names.ts';
import { textOf } from '../../../irc/p10/text.ts';
import { readAccountStamp } from '../../../irc/p10/user-line.ts';
import { limits } from '../../limits.ts';

/** A word of ASCII: it stands in prefixes, in masks, and between the words of lines. */
const HOST = /^[!-9;-~][!-~]*$/;

/** A host that can be told on; null for what is none. */
export function hostIn(bytes: string): string | null {
  return bytes.length <= limits.hostBytes.default && HOST.test(bytes) ? bytes : null;
}

/** The signs that a user name may have. */
export function usernameIn(bytes: string): string {
  const signs = isValidUsername(bytes) ? bytes : Array.from(bytes).filter(isValidUsername).join('');
  return signs.slice(0, limits.usernameLength.default) || 'unknown';
}

export function realnameIn(bytes: string): string {
  return truncateUtf8(textOf(bytes), limits.realnameBytes.default);
}

/** Longest name of an account, in bytes: ircu holds 12, Nefarious 15, Signalbox what the authority allows. */
const ACCOUNT_BYTES = 64;

/** What ends a tag or a word is in no name of an account. */
const ACCOUNT = /^[^\0- ;,\\\x7f]+$/;

/** The account that a stamp names; null where it is no word. */
export function accountIn(stamp: string): string | null {
  const account = textOf(readAccountStamp(stamp).account);
  return ACCOUNT.test(account) && truncateUtf8(account, ACCOUNT_BYTES) === account ? account : null;
}
