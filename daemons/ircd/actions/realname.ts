/** Somebody takes another real name (IRCv3 setname). */
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { announceChange, from } from '../broadcast.ts';
import { CAP } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import type { User } from '../state/user.ts';

/**
 * Gives a registered user another real name; who did it hears of it too, and those who share a channel and asked to.
 * @param bytes the name as another server has said it, where that was no UTF-8.
 */
export function setRealname(
  server: CommandServer,
  user: User,
  realname: string,
  bytes: string | null = null,
): WorkSteps | null {
  user.realname = realname;
  user.forgetVerdicts();
  if (bytes !== null || user.linkFacts !== null) user.noteFacts().realname = bytes;
  server.links?.tell({ kind: 'realname', user });
  const text = `SETNAME :${realname}`;
  if (user.local?.has(CAP.setname) === true) from(server, user, text).to(user.local);
  return announceChange(server, user, text, CAP.setname);
}
