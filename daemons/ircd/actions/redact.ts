/** Somebody takes a message back, or an operator of its channel does (IRCv3 message-redaction). Whether they may was found before. */
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { from, toChannelWithCap } from '../broadcast.ts';
import { CAP } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import type { Channel } from '../state/channel.ts';
import type { User } from '../state/user.ts';
import { behind } from './keeping.ts';

/**
 * Has what is kept of the message deleted, from the disk as well, then tells those who got the message and know what that is, in the way in which it came: who says it hears of it by echo-message.
 * @param refuse called instead where the disk has not deleted it in time, so that it is as it was; null where it cannot be refused, as
 *   another server has done it: then it is told all the same, and deleted as soon as the disk can be written.
 */
export function redact(
  server: CommandServer,
  source: User,
  to: User | Channel,
  redaction: Redaction,
  refuse: (() => void) | null,
): WorkSteps | null {
  const { status, msgid, reason } = redaction;
  const wait = server.history?.deletes(source, to, msgid, refuse === null) ?? 'none';
  const announce = () => {
    if (refuse !== null && wait !== 'none' && (wait === 'impossible' || !wait.isWritten)) {
      refuse();
      return null;
    }
    server.recent.forget(msgid);
    server.history?.redacted(to, msgid);
    if (!('gone' in to && to.gone))
      server.links?.tell({ kind: 'redaction', source, to, status, msgid, reason });
    return tellReceivers(server, source, to, redaction);
  };
  if (typeof wait === 'string') return announce();
  return behind(server, wait.gate, 'members' in to ? to.gate : null, announce);
}

function tellReceivers(
  server: CommandServer,
  source: User,
  to: User | Channel,
  { status, shown, msgid, reason }: Redaction,
): WorkSteps | null {
  const text = `REDACT ${shown} ${msgid}${reason === '' ? '' : ` :${reason}`}`;
  const message = from(server, source, text);
  if (source.local?.has(CAP.messageRedaction) === true && source.local.has(CAP.echoMessage))
    message.to(source.local);
  if ('members' in to)
    return toChannelWithCap(server, to, CAP.messageRedaction, message, source.local, status);
  if (to.local?.has(CAP.messageRedaction) === true && to !== source) message.past(to.local);
  return null;
}

/** What is taken back. */
export interface Redaction {
  /** What a receiver of the message had at least; 0 for everybody. */
  readonly status: number;
  /** The target as receivers see it. */
  readonly shown: string;
  readonly msgid: string;
  /** Empty for none. */
  readonly reason: string;
}
