/**
 * Masks that name somebody by something else than nick, user name and host, or do something else than keep out (ISUPPORT EXTBAN):
 * `~a:ann`. They stand where `nick!user@host` may stand in the lists of channels. `~a:` is IRCv3 account-extban.
 */
import { canonicalMask, hasBrokenNetwork } from './address-mask.ts';
import { normalizeUserMask } from './mask.ts';

/** What begins one, before its letter. */
export const EXTBAN_PREFIX = '~';

/** What each letter is about; `mute` has a mask of another kind behind it. */
const KINDS = {
  a: 'account',
  c: 'channel',
  m: 'mute',
  r: 'realname',
  z: 'certificate',
} as const;

/** What an extended mask is about. */
export type ExtendedKind = (typeof KINDS)[keyof typeof KINDS];

/** An extended mask taken apart. */
export interface ExtendedMask {
  readonly kind: ExtendedKind;
  /** A glob, perhaps; of `mute` a whole mask. */
  readonly value: string;
}

/** The parts of an extended mask; null where it is a mask of `nick!user@host`. */
export function extendedOf(mask: string): ExtendedMask | null {
  if (!mask.startsWith(EXTBAN_PREFIX) || mask[2] !== ':') return null;
  const kind = (KINDS as Readonly<Record<string, ExtendedKind>>)[mask[1]!];
  return kind === undefined ? null : { kind, value: mask.slice(3) };
}

/** The tokens of ISUPPORT that tell of them. @param accounts whether there are any, which masks may name */
export function extbanTokens(accounts: boolean): { readonly account: string[]; readonly all: string } {
  const letters = Object.keys(KINDS).filter((letter) => accounts || letter !== 'a');
  return { account: accounts ? ['ACCOUNTEXTBAN=a'] : [], all: `EXTBAN=${EXTBAN_PREFIX},${letters.join('')}` };
}

/** The one spelling of what somebody typed for a mask of a channel's list; null for what is none. */
export function canonicalListMask(typed: string): string | null {
  const extended = extendedOf(typed);
  if (extended === null) return canonicalMask(normalizeUserMask(typed));
  const { kind, value } = extended;
  const head = typed.slice(0, 3);
  switch (kind) {
    case 'mute': {
      const inner = extendedOf(value);
      // A mute of a mute is nothing.
      if (value === '' || inner?.kind === 'mute') return null;
      const mask = canonicalListMask(value);
      return mask === null || hasBrokenNetwork(mask) ? null : head + mask;
    }
    case 'certificate': {
      const print = value.replaceAll(':', '').toLowerCase();
      return /^[0-9a-f*?]+$/.test(print) ? head + print : null;
    }
    case 'channel':
      return value.startsWith('#') && !value.includes(',') ? typed : null;
    default:
      return value === '' ? null : typed;
  }
}
