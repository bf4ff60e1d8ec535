/**
 * What a user of another server is called here. What would not fit a line of a client or of a link, or cannot stand in one, is cut
 * or left out, so that whoever is told of the user reads what is meant. Honest servers send nothing of that.
 */
import { truncateUtf8 } from '../../../irc/line-text.ts';
import { saidUserMode } from '../../../irc/modes.ts';
import { isValidUsername } from '../../../irc/names.ts';
import { cutBytes, oddBytes, textOf } from '../../../irc/p10/text.ts';
import { HOST_MODES, readAccountStamp, type UserReader } from '../../../irc/p10/user-line.ts';
import { limits } from '../../limits.ts';
import { LinkFacts } from '../../state/link-facts.ts';

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

/** The real name as it was said, where that was no UTF-8; null else. */
export function realnameBytes(bytes: string): string | null {
  return oddBytes(cutBytes(bytes, limits.realnameBytes.default));
}

/** A host that is set with a user name before it, as Nefarious has it for the mode `h`. */
export function setHostIn(word: string): string | null {
  const at = word.indexOf('@');
  return at < 0 || usernameIn(word.slice(0, at)) === word.slice(0, at) ? hostIn(word.slice(at + 1)) : null;
}

/** What is only passed on of a user; null for nothing, as of most. */
export function factsIn(said: UserReader, foreign: boolean): LinkFacts | null {
  const { modes, realname } = said;
  const odd = realnameBytes(realname);
  let facts: LinkFacts | null = null;
  for (let i = 0; i < modes.length; i++) {
    const letter = modes.charAt(i);
    if (saidUserMode(letter, foreign) !== undefined) continue;
    const argument = said.argumentOf(letter);
    // Of most accounts nobody says since when they exist.
    if (letter === 'r' && argument?.includes(':') !== true) continue;
    facts ??= new LinkFacts();
    if (letter === 'r') facts.accountSeconds = readAccountStamp(argument!).seconds;
    else if (argument === undefined) facts.keepMode(letter, true);
    else if (HOST_MODES.includes(letter) && setHostIn(argument) !== null) facts.hosts.set(letter, argument);
  }
  if (odd !== null) {
    facts ??= new LinkFacts();
    facts.realname = odd;
  }
  return facts === null || facts.isEmpty ? null : facts;
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
