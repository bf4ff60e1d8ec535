/**
 * Which names can be kept from being taken, on this server (RESV) or on the network (GLINE): globs of nicks, and of channels where
 * they begin with `#`.
 */
import { isLineWord, toLineText } from '../../contract/line-texts.ts';
import { limits } from './limits.ts';

/** Why a glob of names cannot be reserved, or null. */
export function reservedProblem(glob: string): string | null {
  if (glob.length > limits.maskBytes.default)
    return `a mask has at most ${limits.maskBytes.default} characters`;
  if (!isLineWord(glob) || /[,!@]/.test(glob))
    return `${toLineText(glob)} is no mask of nicks, nor of channels such as #warez*`;
  return /[^*?#]/.test(glob) ? null : `${glob} would reserve every name`;
}
