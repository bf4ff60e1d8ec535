/**
 * Whether what a user says reaches a client of this server: user modes D, R, Z and g, and SILENCE. Operators and services reach everybody,
 * but those whom a mask of SILENCE names.
 */
import { UMODE } from '../../irc/modes.ts';
import { N, type Numeric } from '../../irc/numerics.ts';
import { SERVICES_FLAG } from '../../irc/p10/server-line.ts';
import { limits } from '../limits.ts';
import type { Guard } from '../state/guard.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { User } from '../state/user.ts';

/** What the one who said it is told. */
export interface Unreached {
  readonly numeric: Numeric;
  readonly text: string;
  /** Whether the receiver was told that they tried (717). */
  readonly notified: boolean;
}

/** Modes that keep others out. */
const GUARDING = UMODE.noPrivate | UMODE.accountsReach | UMODE.tlsReach | UMODE.callerId;

/** Those of them past which ACCEPT lets somebody. */
const CHOOSING = UMODE.accountsReach | UMODE.callerId;

const TLS_ONLY = 'They hear only those who are connected by TLS (+Z)';
const ACCOUNTS_ONLY = 'They hear only those who are logged in to an account (+R)';

/** Whether anything has to be asked before a message is delivered; of most clients nothing. */
export function isGuarded({ user, guard }: LocalClient): boolean {
  return guard !== null || (user.modes & GUARDING) !== 0;
}

/** Why a message is not delivered; `silence` where nobody is told, null where it is. */
export function unreachedBy(source: User, to: LocalClient): Unreached | 'silence' | null {
  const { user, guard } = to;
  if (source === user) return null;
  if (guard !== null && guard.silenced.size > 0 && guard.silenced.matches(source)) return 'silence';
  if (source.isOper || source.server.flags.includes(SERVICES_FLAG)) return null;
  if ((user.modes & UMODE.noPrivate) !== 0)
    return { numeric: N.ERR_CANTSENDTOUSER, text: N.ERR_CANTSENDTOUSER.text, notified: false };
  // What is said in clear stays so whoever is accepted.
  if ((user.modes & UMODE.tlsReach) !== 0 && (source.modes & UMODE.secure) === 0)
    return { numeric: N.ERR_CANTSENDTOUSER, text: TLS_ONLY, notified: false };
  if ((user.modes & CHOOSING) === 0 || guard?.accepts(source) === true) return null;
  if ((user.modes & UMODE.accountsReach) !== 0 && source.account === null)
    return { numeric: N.ERR_NEEDREGGEDNICK, text: ACCOUNTS_ONLY, notified: false };
  if ((user.modes & UMODE.callerId) === 0) return null;
  const { text } = N.ERR_TARGUMODEG;
  return { numeric: N.ERR_TARGUMODEG, text, notified: announceCaller(source, to) };
}

/** Tells the client who wants to talk to it, not more often than it can bear. */
function announceCaller(source: User, to: LocalClient): boolean {
  const guard: Guard = to.madeGuard();
  const now = Date.now();
  if (now - guard.lastCallerMs < limits.callerNoticeSeconds.default * 1000) return false;
  guard.lastCallerMs = now;
  to.reply(N.RPL_UMODEGMSG, `${source.nick} ${source.username}@${source.host}`);
  return true;
}

/** Whoever is written to may answer, where the writer has chosen whom to hear. */
export function letAnswer(writer: LocalClient, receiver: User): void {
  const { user } = writer;
  if ((user.modes & CHOOSING) === 0 || receiver === user) return;
  const guard = writer.madeGuard();
  if (!guard.accepts(receiver)) guard.accept(receiver);
}
