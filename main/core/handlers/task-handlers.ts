/** Long work of daemons: what goes on, and its early end. */
import { CONTROL_REQUESTS } from '../../../contract/control/requests.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import type { AuditTrail } from '../records/audit-trail.ts';
import type { TaskList } from '../records/task-list.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import type { Handlers } from './handler-table.ts';

/** Handlers of `task.*`. */
export function taskHandlers(
  tasks: TaskList,
  supervisor: Supervisor,
  audit: AuditTrail,
): Handlers<'task.list' | 'task.cancel'> {
  return {
    'task.list': () => ({ tasks: tasks.all() }),
    'task.cancel': async ({ source, id }, { actor }, answer) => {
      const task = tasks.find(source, id);
      if (task === null)
        throw new SignalboxError('not_found', `${source} has no task ${id}; it may have ended.`);
      if (!task.cancellable)
        throw new SignalboxError('refused', `"${task.title}" cannot be ended early; it ends by itself.`);
      const { unrecorded } = CONTROL_REQUESTS['task.cancel'];
      const entry = { actor, action: 'task.cancel', target: source, args: { id }, unrecorded } as const;
      return await audit.run(entry, answer, async () => {
        supervisor.find(source)?.session?.process.send({ type: 'task-cancel', id });
        return {};
      });
    },
  };
}
