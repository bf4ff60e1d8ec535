/** Who is connected, and the end of that. */
import { CONTROL_REQUESTS } from '../../../contract/control/requests.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import { describeActor } from '../../../contract/link/actor.ts';
import type { AuditTrail } from '../records/audit-trail.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import type { Handlers } from './handler-table.ts';
import { confirmationRequired } from './lifecycle-handlers.ts';

/** Handlers of `sessions.list` and `session.end`. */
export function sessionHandlers(
  sessions: SessionRegistry,
  audit: Pick<AuditTrail, 'run'>,
): Handlers<'sessions.list' | 'session.end'> {
  return {
    'sessions.list': (_args, { session }) => ({ sessions: sessions.list(session) }),
    'session.end': async ({ id, confirmed }, caller, answer) => {
      const session = sessions.find(id);
      if (session === null) {
        const message = `No session is called "${id}"; it may have ended. See: sessions.list.`;
        throw new SignalboxError('not_found', message);
      }
      const who = describeActor(session.owner.actor);
      if (confirmed !== true) {
        const impact = `disconnects ${who}`;
        throw confirmationRequired(`Ending the session ${id} ${impact}`, { impact });
      }
      const { unrecorded } = CONTROL_REQUESTS['session.end'];
      const args = { id, of: who };
      const entry = { actor: caller.actor, action: 'session.end', target: '', args, unrecorded };
      return await audit.run(entry, answer, async () => {
        // Whoever ends their own session gets the answer first.
        if (id === caller.session) setImmediate(() => void sessions.end(id));
        else await sessions.end(id);
        return { ended: id };
      });
    },
  };
}
