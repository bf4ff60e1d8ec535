/**
 * Users of ircu who have set +x and have an account are seen as `account.HIDDEN_HOST`. Every server finds that out by itself: what is
 * told of them is the host that nobody is to see.
 */
import { UMODE } from '../../../irc/modes.ts';
import { bytesOf, cutBytes, textOf } from '../../../irc/p10/text.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import { changeHost } from '../../actions/host.ts';
import type { CommandServer } from '../../command-server.ts';
import { limits } from '../../limits.ts';
import type { User } from '../../state/user.ts';

/** How somebody of an ircu is seen; null for one who hides nothing. */
export function hiddenHost(
  { config }: CommandServer,
  { account, modes }: Pick<User, 'account' | 'modes'>,
): string | null {
  if (account === null || (modes & UMODE.cloaked) === 0) return null;
  return `${textOf(cutBytes(bytesOf(account), limits.nickLength.default))}.${config.hidden_host}`;
}

/** To be called when somebody of another server has another mode or account than before. */
export function hide(server: CommandServer, user: User): WorkSteps | null {
  const host = user.server.foreign ? hiddenHost(server, user) : null;
  return host === null ? null : changeHost(server, user, host);
}
