/**
 * Names that nobody may take, on this server (RESV) or on the network (GLINE): globs of nicks, and of channels where they begin with
 * `#`.
 */
import { isLineWord, toLineText } from '../../contract/line-texts.ts';
import type { CommandServer } from './command-server.ts';
import { limits } from './limits.ts';

/** Why a glob of names cannot be reserved, or null. */
export function reservedProblem(glob: string): string | null {
  if (glob.length > limits.maskBytes.default)
    return `a mask has at most ${limits.maskBytes.default} characters`;
  if (!isLineWord(glob) || /[,!@]/.test(glob))
    return `${toLineText(glob)} is no mask of nicks, nor of channels such as #warez*`;
  return /[^*?#]/.test(glob) ? null : `${glob} would reserve every name`;
}

/** Why nobody but an operator may take a nick or a channel, as text; null where it is free. */
export function whyReserved({ bans, networkBans, host }: CommandServer, name: string): string | null {
  host.work.spend(bans.reservedNs + networkBans.reservedNs(name));
  return bans.reservedFor(name) ?? networkBans.reservedFor(name);
}
