/**
 * How users of ircu and Nefarious are seen who hide their host (+x): with the host that services or they themselves have set, as
 * `account.HIDDEN_HOST`, or with the cloak that their server has made. Every server finds that out by itself: what is told of them
 * is the host that nobody is to see.
 */
import { UMODE } from '../../../irc/modes.ts';
import { bytesOf, cutBytes, textOf } from '../../../irc/p10/text.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import { changeHost } from '../../actions/host.ts';
import type { CommandServer } from '../../command-server.ts';
import { limits } from '../../limits.ts';
import type { User } from '../../state/user.ts';

/** How somebody of another make of server is seen; null for one who hides nothing. */
export function hiddenHost(
  { config }: CommandServer,
  { account, modes, linkFacts }: Pick<User, 'account' | 'modes' | 'linkFacts'>,
): string | null {
  if ((modes & UMODE.cloaked) === 0) return null;
  const hosts = linkFacts?.hosts;
  const set = hosts?.get('h') ?? hosts?.get('f');
  // Nefarious has another user name before it as well, which is not taken over here.
  if (set !== undefined) return set.slice(set.indexOf('@') + 1);
  if (account !== null)
    return `${textOf(cutBytes(bytesOf(account), limits.nickLength.default))}.${config.hidden_host}`;
  return hosts?.get('C') ?? null;
}

/**
 * To be called when somebody of another server has another mode, account or host than before.
 * @param shown whether they are seen as they are where they hide nothing.
 */
export function hide(server: CommandServer, user: User, shown = false): WorkSteps | null {
  if (!user.server.foreign) return null;
  const host = hiddenHost(server, user) ?? (shown ? user.realHost : null);
  return host === null ? null : changeHost(server, user, host);
}
