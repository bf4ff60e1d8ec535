/** What the audit trail says of somebody who tried to do what their role may not. Asked by the control service. */
import { CONTROL_REQUESTS, type ControlRequestName } from '../../contract/control/requests.ts';
import type { Actor } from '../../contract/link/actor.ts';
import type { AccessGate } from './access-gate.ts';
import { type AuditedAction, maskArgs } from './records/audit-trail.ts';

/** The entry of a refused request; null for one that leaves none. */
export function refusedAttempt(
  gate: AccessGate,
  name: ControlRequestName,
  args: Readonly<Record<string, unknown>>,
  actor: Actor,
): AuditedAction | null {
  if (!CONTROL_REQUESTS[name].audited) return null;
  // Nothing is done, so that nothing has to be kept from being done unrecorded.
  const common = { actor, unrecorded: 'run' } as const;
  const spec = name === 'command.run' ? gate.command(args.daemon, args.command) : null;
  if (spec === null) return { ...common, action: name, target: typeof args.id === 'string' ? args.id : '' };
  // These were not checked yet: what the command does not know may hold anything.
  const given = Object.entries(args.args as Record<string, unknown>);
  const known = Object.fromEntries(given.filter(([field]) => Object.hasOwn(spec.args.shape, field)));
  const said = spec.args.safeParse(known).success ? known : plainOf(known);
  const [target, command] = [String(args.daemon), String(args.command)];
  return { ...common, action: 'command', target, command, args: maskArgs(spec.args, said) };
}

/** What is no list or table: those may be deeper than can be looked into. */
function plainOf(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).map(([field, value]) => [
      field,
      typeof value === 'object' && value !== null ? 'no plain value' : value,
    ]),
  );
}
