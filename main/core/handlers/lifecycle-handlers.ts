/** Start, stop and restart of daemons, each in the audit trail. */
import { CONTROL_REQUESTS } from '../../../contract/control/requests.ts';
import { type Outcome, SignalboxError } from '../../../contract/errors.ts';
import { STOP_IMPACT } from '../../../contract/link/to-daemon.ts';
import type { Manifest } from '../../../contract/manifest.ts';
import type { DaemonSnapshot } from '../../../contract/states.ts';
import { type Caller, SYSTEM } from '../caller.ts';
import { unwrap } from '../control-error.ts';
import type { ControlLimits } from '../limits.ts';
import type { AuditTrail } from '../records/audit-trail.ts';
import type { ManagedDaemon } from '../supervision/managed-daemon.ts';
import type { Attended, Supervisor } from '../supervision/supervisor.ts';
import type { AnswerNotes, Handlers } from './handler-table.ts';

/** Handlers of `daemon.*`. */
export function lifecycleHandlers(
  supervisor: Supervisor,
  audit: AuditTrail,
  limits: ControlLimits,
): Handlers<'daemon.start' | 'daemon.stop' | 'daemon.restart' | 'daemon.stopImpact'> {
  const act = async (
    action: 'daemon.start' | 'daemon.stop' | 'daemon.restart',
    id: string,
    caller: Caller,
    answer: AnswerNotes,
    work: () => Promise<Outcome<DaemonSnapshot>>,
  ): Promise<DaemonSnapshot> => {
    if (supervisor.find(id) === null) return unwrap(await work());
    const unrecorded = CONTROL_REQUESTS[action].unrecorded;
    const entry = { actor: caller.actor, action, target: id, unrecorded };
    return await audit.run(entry, answer, async () => unwrap(await work()));
  };
  /** Nobody is disconnected without somebody having been told how many that are. */
  const askFirst = async (verb: string, id: string, confirmed: boolean | undefined): Promise<void> => {
    const daemon = supervisor.find(id);
    if (confirmed === true || daemon === null) return;
    const impact = await stopImpact(daemon, limits.impactMs);
    if (impact !== null) throw confirmationRequired(`${verb} ${id} ${impact}`, { impact });
  };
  return {
    'daemon.start': ({ id }, caller, answer) =>
      act('daemon.start', id, caller, answer, () => supervisor.start(id)),
    'daemon.stop': async ({ id, confirmed }, caller, answer) => {
      await askFirst('Stopping', id, confirmed);
      return await act('daemon.stop', id, caller, answer, () => supervisor.stop(id));
    },
    'daemon.restart': async ({ id, confirmed }, caller, answer) => {
      await askFirst('Restarting', id, confirmed);
      return await act('daemon.restart', id, caller, answer, () => supervisor.restart(id));
    },
    'daemon.stopImpact': async ({ id }) => {
      const daemon = supervisor.find(id);
      if (daemon === null) throw new SignalboxError('unknown_daemon', `No daemon is called "${id}".`);
      return { text: await stopImpact(daemon, limits.impactMs) };
    },
  };
}

/** What stopping would do to users, in words; null where it would disturb nobody. */
async function stopImpact(daemon: ManagedDaemon, timeoutMs: number): Promise<string | null> {
  if (daemon.session?.ready !== true) return null;
  const request = { type: 'impact', name: STOP_IMPACT, args: {} } as const;
  const outcome = await daemon.request(request, 'the question what stopping would do', timeoutMs).outcome;
  if (outcome.ok) return impactText(outcome.result);
  // It ended while it was asked: nobody is left to be disturbed.
  if (daemon.session?.ready !== true) return null;
  return `disconnects everybody who is connected; how many cannot be told (${outcome.error.message.replace(/\.$/, '')})`;
}

/** The refusal of what disturbs users and was not confirmed. `what` is a clause without its full stop. */
export function confirmationRequired(
  what: string,
  detail: { readonly impact: string | null; readonly danger?: string },
): SignalboxError {
  const message = `${what}. It must be confirmed: ask again with "confirmed": true.`;
  return new SignalboxError('confirmation_required', message, { detail });
}

/** An impact as a daemon answers it: words, or null where nobody would be disturbed. */
export function impactText(result: unknown): string | null {
  return typeof result === 'string' && result !== '' ? result : null;
}

const nobodyAsked: AnswerNotes = { notAudited() {} };

/**
 * How Signalbox starts or stops a daemon without being asked: that is in the audit trail too, except for the daemons
 * that only Signalbox itself sees.
 */
export function byItself(
  audit: AuditTrail,
  registry: readonly Manifest[],
  action: 'daemon.start' | 'daemon.stop',
  reason: string,
): Attended {
  const internal = new Set(registry.filter((manifest) => manifest.internal).map(({ id }) => id));
  return (target, work) => {
    if (internal.has(target)) return work();
    const entry = {
      actor: SYSTEM,
      action,
      target,
      args: { reason },
      unrecorded: CONTROL_REQUESTS[action].unrecorded,
    };
    // Why one did not start is in its state and in the trail; the others go on.
    return audit.run(entry, nobodyAsked, async () => unwrap(await work())).catch(() => {});
  };
}
