/**
 * Masks that name an account: `~a:ann` (IRCv3 account-extban). They stand where `nick!user@host` may stand in the lists of channels,
 * and cover whoever is logged in to the account, whatever the nick.
 */

/** What begins one: the prefix and the letter of ISUPPORT EXTBAN. */
export const ACCOUNT_MASK = '~a:';

/** The tokens of ISUPPORT that tell of it. */
export const ACCOUNT_MASK_TOKENS: readonly string[] = ['ACCOUNTEXTBAN=a', 'EXTBAN=~,a'];

/** The account that a mask names, a glob perhaps; null where it is a mask of another kind. */
export function accountOfMask(mask: string): string | null {
  return mask.startsWith(ACCOUNT_MASK) ? mask.slice(ACCOUNT_MASK.length) : null;
}
