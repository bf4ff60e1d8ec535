/**
 * Admin commands: checked against the manifest before they are sent, confirmed where they do harm, cancellable by
 * ticket, always in the audit trail.
 */

import { fromWireError, SignalboxError } from '../../../contract/errors.ts';
import {
  type CommandSpec,
  DEFAULT_COMMAND_TIMEOUT_MS,
  type Manifest,
  unrecordedOf,
} from '../../../contract/manifest.ts';
import { firstProblem } from '../../../contract/plain-words.ts';
import { refuseOldCommand } from '../../../contract/renamed.ts';
import { loopTurn } from '../../../daemons/runtime/async/loop-turn.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { Caller } from '../caller.ts';
import { unwrap } from '../control-error.ts';
import type { ControlLimits } from '../limits.ts';
import { type AuditTrail, maskArgs } from '../records/audit-trail.ts';
import type { ManagedDaemon } from '../supervision/managed-daemon.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import { tookThere } from '../took-there.ts';
import type { Handlers } from './handler-table.ts';
import { confirmationRequired, impactText } from './lifecycle-handlers.ts';

/** What command handlers work with. */
export interface CommandHandlerParts {
  readonly registry: readonly Manifest[];
  readonly supervisor: Supervisor;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly limits: ControlLimits;
}

/** Handlers of `command.*`. */
export function commandHandlers(
  parts: CommandHandlerParts,
): Handlers<'command.run' | 'command.cancel' | 'command.impact'> {
  const { supervisor, audit, clock, limits } = parts;
  const tickets = new WeakMap<Caller, Map<string, () => boolean>>();
  const ticketsOf = (caller: Caller) => {
    let own = tickets.get(caller);
    if (own === undefined) {
      const fresh = new Map<string, () => boolean>();
      own = fresh;
      tickets.set(caller, fresh);
      // Nobody is left to read the results.
      caller.onClose(() => {
        for (const cancel of fresh.values()) cancel();
      });
    }
    return own;
  };
  return {
    'command.run': async (args, caller, answer) => {
      const { daemon, spec } = findCommand(parts, args.daemon, args.command);
      const checked = checkArgs(daemon.id, args.command, spec, args.args);
      if (spec.danger !== 'safe' && args.confirmed !== true) {
        const impact = await impactOf(daemon, args.command, checked);
        const what = `${daemon.id} ${args.command} is ${spec.danger}: ${impact ?? spec.summary}`;
        throw confirmationRequired(what, { danger: spec.danger, impact });
      }
      const own = ticketsOf(caller);
      const ticket = args.ticket ?? `auto-${clock.monotonic()}-${own.size}`;
      if (own.has(ticket)) {
        throw new SignalboxError('conflict', `The ticket "${ticket}" belongs to a command under way.`);
      }
      const start = clock.monotonic();
      const action = {
        actor: caller.actor,
        action: 'command',
        target: daemon.id,
        command: args.command,
        args: maskArgs(spec.args, checked),
        secretFields: (spec.columns ?? []).filter(({ secret }) => secret === true).map(({ key }) => key),
        handsOver: spec.saves !== undefined,
        effects: spec.effects ?? [],
        unrecorded: unrecordedOf(spec),
      };
      const result = await audit.run(action, answer, async () => {
        const timeoutMs = spec.timeoutMs ?? DEFAULT_COMMAND_TIMEOUT_MS;
        const what = `${daemon.id} ${args.command}`;
        const { traced } = loopTurn;
        if (traced !== null) traced.work = what;
        const { requestId, outcome } = daemon.request(
          { type: 'command', name: args.command, args: checked, timeoutMs, actor: caller.actor },
          what,
          timeoutMs,
          tookThere(daemon.id),
        );
        const { session } = daemon;
        own.set(ticket, () => session?.cancel(requestId) ?? false);
        try {
          return unwrap(await outcome);
        } finally {
          own.delete(ticket);
        }
      });
      return { result, durationMs: Math.round((clock.monotonic() - start) * 1000) / 1000 };
    },

    'command.cancel': ({ ticket }, caller) => ({ cancelled: ticketsOf(caller).get(ticket)?.() ?? false }),

    'command.impact': async (args) => {
      const { daemon, spec } = findCommand(parts, args.daemon, args.command);
      const checked = checkArgs(daemon.id, args.command, spec, args.args);
      return { text: impactText(unwrap(await askImpact(daemon, args.command, checked))) };
    },
  };

  function askImpact(daemon: ManagedDaemon, name: string, args: Record<string, unknown>) {
    const what = `the question what ${name} would do`;
    return daemon.request({ type: 'impact', name, args }, what, limits.impactMs).outcome;
  }

  /**
   * What a command would do, null where that cannot be told. Throws what the daemon says of a command that it would
   * refuse: nobody is asked to confirm that.
   */
  async function impactOf(daemon: ManagedDaemon, name: string, args: Record<string, unknown>) {
    const outcome = await askImpact(daemon, name, args);
    if (outcome.ok) return impactText(outcome.result);
    if (outcome.error.code === 'timeout' || outcome.error.code === 'internal') return null;
    throw fromWireError(outcome.error);
  }

  function findCommand(
    { registry }: CommandHandlerParts,
    id: string,
    name: string,
  ): { daemon: ManagedDaemon; spec: CommandSpec } {
    const daemon = supervisor.find(id);
    const manifest = registry.find((one) => one.id === id);
    if (daemon === null || manifest === undefined) {
      const known = registry.map((one) => one.id).join(', ');
      throw new SignalboxError('unknown_daemon', `No daemon is called "${id}". There are: ${known}.`);
    }
    const spec = Object.hasOwn(manifest.commands, name) ? manifest.commands[name] : undefined;
    if (spec === undefined || spec.internal === true) {
      refuseOldCommand(id, manifest.renamed ?? {}, name);
      const open = Object.entries(manifest.commands).filter(([, one]) => one.internal !== true);
      const known = open.map(([other]) => other).join(', ') || 'none';
      throw new SignalboxError('unknown_command', `${id} has no command "${name}". It has: ${known}.`);
    }
    return { daemon, spec };
  }
}

function checkArgs(
  daemon: string,
  command: string,
  spec: CommandSpec,
  args: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const known = Object.keys(spec.args.shape);
  const unknown = Object.keys(args).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const takes = known.length === 0 ? 'no arguments' : known.join(', ');
    const message = `${daemon} ${command} has no argument "${unknown}"; it takes ${takes}.`;
    throw new SignalboxError('bad_request', message, { detail: { argument: unknown } });
  }
  const parsed = spec.args.safeParse(args);
  // The daemon applies defaults and conversions itself: it gets what was asked, not a second reading of it.
  if (parsed.success) return { ...args };
  const argument = String(parsed.error.issues[0]?.path[0] ?? '');
  const message = `${daemon} ${command}: ${firstProblem(parsed.error)}`;
  throw new SignalboxError('bad_request', message, { detail: { argument } });
}
