/** Who is connected. Seeing all sessions and ending them is for admins: it decides who gets in. */
import { z } from 'zod';
import type { Role } from '../access.ts';
import type { ActorOrigin } from '../link/actor.ts';
import { confirmed } from './arguments.ts';
import { defineRequest, resultType } from './request.ts';

/** One session: a login of a browser, a page of the desktop app, a connection of the command line, programs with the token. */
export interface SessionInfo {
  /** Short and safe to show. */
  readonly id: string;
  readonly name: string;
  readonly from: ActorOrigin;
  readonly role: Role;
  /** Where it was opened from; null on this machine's own local socket and windows. */
  readonly address: string | null;
  /** What else tells it apart, such as a terminal; null where nothing does. */
  readonly where: string | null;
  /** Unix milliseconds. */
  readonly since: number;
  /** Unix milliseconds; null for one that lasts as long as its connection. */
  readonly expiresAt: number | null;
  /** Open now: control connections and requests under way. */
  readonly connections: number;
  /** Open now. */
  readonly streams: number;
  /** Whether it is that of whoever asks. */
  readonly current: boolean;
}

export const sessionRequests = {
  'sessions.list': defineRequest({
    summary: 'The sessions that there are, oldest first.',
    access: 'admin',
    danger: null,
    audited: false,
    unrecorded: 'run',
    args: z.object({}),
    result: resultType<{ readonly sessions: readonly SessionInfo[] }>(),
    errors: [],
    example: {},
  }),
  'session.end': defineRequest({
    summary:
      'Ends a session with its connections and streams, at once. A browser has to log in again; whoever has the token, the data folder or the desktop app may connect again.',
    access: 'admin',
    danger: 'Disconnects whoever has that session: needs `confirmed`.',
    audited: true,
    sentence: 'end|ended session {id}',
    unrecorded: 'run',
    args: z.object({
      id: z.string().min(1).max(64).describe('Id of the session, as `sessions.list` says it'),
      confirmed,
    }),
    result: resultType<{ readonly ended: string }>(),
    errors: ['not_found', 'confirmation_required'],
    example: { id: '3fa94c21', confirmed: true },
  }),
};
