/**
 * K-lines of real names, `~r:*spam*` (XLINE): those of the list that no index finds, because each is a glob over a text of its own.
 * Every newcomer is compared with all of them, so there may be few.
 */
import { isLineWord, toLineText } from '../../contract/line-texts.ts';
import { extendedOf } from '../irc/extended-mask.ts';
import { limits } from './limits.ts';

/** What begins such a mask. */
export const REALNAME_MASK = '~r:';

/** The glob of a mask of real names; null where it is one of `user@host`. */
export function realnameGlob(mask: string): string | null {
  const extended = extendedOf(mask);
  return extended?.kind === 'realname' ? extended.value : null;
}

/** Why a glob of real names cannot be banned, or null. */
export function realnameProblem(glob: string): string | null {
  if (glob.length > limits.maskBytes.default)
    return `a mask has at most ${limits.maskBytes.default} characters`;
  if (!isLineWord(glob)) return `${toLineText(glob)} holds what cannot stand in a mask, write ? for a space`;
  return /[^*?]/.test(glob) ? null : `${glob} would ban everybody`;
}
