/** Somebody goes away or is back (IRCv3 away-notify). */
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { announceChange } from '../broadcast.ts';
import { CAP } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import type { User } from '../state/user.ts';

/**
 * @param reason null for somebody who is back.
 * @param bytes the reason as another server has said it, where that was no UTF-8.
 */
export function setAway(
  server: CommandServer,
  user: User,
  reason: string | null,
  bytes: string | null = null,
): WorkSteps | null {
  if (reason === user.away) return null;
  user.away = reason;
  if (bytes !== null || user.linkFacts !== null) user.noteFacts().away = bytes;
  server.links?.tell({ kind: 'away', user });
  return announceChange(server, user, reason === null ? 'AWAY' : `AWAY :${reason}`, CAP.awayNotify);
}
