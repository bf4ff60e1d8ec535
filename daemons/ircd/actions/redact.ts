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
 * @param status what a receiver of the message had at least; 0 for everybody.
 * @param shown the target as receivers see it.
 */
export function redact(
  server: CommandServer,
  source: User,
  to: User | Channel,
  { status, shown, msgid, reason }: Redaction,
): WorkSteps | null {
  server.recent.forget(msgid);
  const gate = server.history?.redacted(source, to, msgid) ?? null;
  server.links?.tell({ kind: 'redaction', source, to, status, msgid, reason });
  const announce = () => tellReceivers(server, source, to, { status, shown, msgid, reason });
  return gate === null ? announce() : behind(server, gate, 'members' in to ? to.gate : null, announce);
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
  readonly status: number;
  readonly shown: string;
  readonly msgid: string;
  /** Empty for none. */
  readonly reason: string;
}
