/**
 * What daemons ask of main on behalf of their own operators, and the answers: whether a deed may be done (it is in the
 * journal), and to be stopped, restarted or given the configuration again. Made by the control plane.
 */
import type { DeedRequest } from '../../contract/link/deeds.ts';
import type { LifecycleRequest } from '../../contract/link/lifecycle.ts';
import type { Manifest } from '../../contract/manifest.ts';
import type { Logger } from '../../daemons/runtime/telemetry/logger.ts';
import { createCaller, SYSTEM } from './caller.ts';
import type { SettingAdoption } from './config/setting-adoption.ts';
import type { ControlService } from './control-service.ts';
import type { AuditTrail } from './records/audit-trail.ts';
import type { Supervisor } from './supervision/supervisor.ts';

/** What answers are made of. */
export interface DaemonQuestionParts {
  readonly audit: Pick<AuditTrail, 'beginDeed'>;
  readonly service: Pick<ControlService, 'handle'>;
  readonly supervisor: Supervisor;
  readonly logger: Logger;
  readonly registry: readonly Manifest[];
  readonly adoption: Pick<SettingAdoption, 'run'>;
}

/** What is asked for by which action. */
const REQUESTS = {
  stop: 'daemon.stop',
  restart: 'daemon.restart',
  reload: 'config.reload',
  adopt: 'settings of the configuration file',
} as const satisfies Record<LifecycleRequest['action'], string>;

/** Answers daemons. */
export class DaemonQuestions {
  readonly #parts: DaemonQuestionParts;

  constructor(parts: DaemonQuestionParts) {
    this.#parts = parts;
  }

  /** Writes down what an operator is about to do, and says whether that worked. */
  deed(id: string, message: DeedRequest): void {
    const { audit, supervisor } = this.#parts;
    const outcome = audit.beginDeed(id, message);
    const { requestId } = message;
    supervisor.find(id)?.session?.process.send({ type: 'deed-begun', requestId, outcome });
  }

  /** What an operator asked for by the daemon's own protocol (IRC's DIE, RESTART, REHASH). */
  async lifecycle(id: string, message: LifecycleRequest): Promise<void> {
    const { service, supervisor, logger } = this.#parts;
    const session = supervisor.find(id)?.session;
    // The daemon has looked whether its operator may do this; that is no question of roles.
    const caller = createCaller({ ...SYSTEM, name: message.actor }, () => {});
    const name = REQUESTS[message.action];
    const text = `${message.actor} asked for ${name}: ${message.reason}`;
    logger.log('info', id, 'lifecycle_request', text);
    if (message.action === 'adopt') {
      const { registry, adoption } = this.#parts;
      const settings = registry.find((manifest) => manifest.id === id)?.adopts ?? [];
      const outcome = await adoption.run(settings, message.actor);
      session?.process.send({ type: 'lifecycle-outcome', requestId: message.requestId, outcome });
      return;
    }
    // Who typed DIE or sent the signal has decided; there is nobody to ask.
    const args = message.action === 'reload' ? {} : { id, confirmed: true };
    const outcome = await service.handle(name, args, caller);
    if (!outcome.ok) logger.log('warn', id, 'lifecycle_refused', `${name}: ${outcome.error.message}`);
    // Not to the process that a restart has put in its place.
    session?.process.send({ type: 'lifecycle-outcome', requestId: message.requestId, outcome });
  }
}
