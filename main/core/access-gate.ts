/**
 * The one place that decides whether a role may do what it asks: requests, the commands that they name, events and streams.
 * Asked by the control service and the control plane; which tables of a stream may be watched, its process decides by the
 * same rule, from the role that main sends along.
 */

import { type Access, accessDenial, mayAccess } from '../../contract/access.ts';
import { type ControlEvent, EVENT_ACCESS } from '../../contract/control/messages.ts';
import { CONTROL_REQUESTS, type ControlRequestName } from '../../contract/control/requests.ts';
import type { WireError } from '../../contract/errors.ts';
import type { Actor } from '../../contract/link/actor.ts';
import type { StreamPurpose } from '../../contract/link/stream-messages.ts';
import type { CommandSpec, Manifest } from '../../contract/manifest.ts';

/** What a stream opens: frames and logs, or files. Which files, the daemon that has them decides by the role. */
const STREAM_ACCESS: Readonly<Record<StreamPurpose, Access>> = { watch: 'read', bytes: 'operate' };

/** The access that everything needs, by the definitions of requests and the manifests. */
export class AccessGate {
  readonly #commands: ReadonlyMap<string, Readonly<Record<string, CommandSpec>>>;

  constructor(registry: readonly Manifest[]) {
    this.#commands = new Map(registry.map(({ id, commands }) => [id, commands]));
  }

  /** Why this request is refused; null when it may go on. Its arguments have been checked. */
  request(name: ControlRequestName, args: Readonly<Record<string, unknown>>, actor: Actor): WireError | null {
    const { access } = CONTROL_REQUESTS[name];
    if (access !== 'command') return accessDenial(actor.role, access, name);
    const { daemon, command } = args;
    const spec = this.command(daemon, command);
    // What does not exist needs nothing: the handler says so.
    return spec === null ? null : accessDenial(actor.role, spec.access, `${daemon} ${command}`);
  }

  /** Why a stream from `source` is refused; null when it may be opened. */
  stream(source: string, purpose: StreamPurpose, actor: Actor): WireError | null {
    return accessDenial(actor.role, STREAM_ACCESS[purpose], `The stream of ${source}`);
  }

  /** Whether somebody is told an event. */
  hears({ type }: ControlEvent, actor: Actor): boolean {
    return mayAccess(actor.role, EVENT_ACCESS[type]);
  }

  /** The command that a request names; null where there is none that people can run. */
  command(daemon: unknown, name: unknown): CommandSpec | null {
    const commands = this.#commands.get(String(daemon));
    if (commands === undefined || !Object.hasOwn(commands, String(name))) return null;
    const spec = commands[String(name)]!;
    return spec.internal === true ? null : spec;
  }
}
