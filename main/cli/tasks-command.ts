/** `signalbox tasks` and `tasks cancel ID`: the long work of daemons, how far it is, and its early end. */
import type { SourcedTask } from '../../contract/link/tasks.ts';
import {
  EXIT,
  fail,
  formatTable,
  print,
  printable,
  printJson,
  sayUnrecorded,
  UsageError,
} from '../terminal/terminal.ts';
import type { SocketClient } from './socket-client.ts';
import { taskLine } from './task-progress.ts';

/** A task by its name on the command line, `recorder:1`. */
export interface TaskName {
  readonly source: string;
  readonly id: number;
}

/** What `tasks` was asked for: the one to cancel, or null to list them. Throws UsageError. */
export function parseTasksRequest(words: readonly string[]): TaskName | null {
  const [what, name, ...more] = words;
  if (what === undefined) return null;
  if (what !== 'cancel')
    throw new UsageError(`"${what}" is not expected here; there is: tasks cancel DAEMON:NUMBER`);
  if (name === undefined)
    throw new UsageError('tasks cancel needs a task, such as recorder:1; see: signalbox tasks');
  if (more.length > 0) throw new UsageError(`"${more[0]}" is not expected here`);
  const [, source, id] = /^([\w-]+):([1-9]\d{0,14})$/.exec(name) ?? [];
  if (source === undefined)
    throw new UsageError(`"${name}" is no task; one is named DAEMON:NUMBER, such as recorder:1`);
  return { source, id: Number(id) };
}

/** Lists tasks, or ends one early. Answers the exit code. */
export async function tasksCommand(
  client: Pick<SocketClient, 'request'>,
  cancel: TaskName | null,
  json: boolean,
): Promise<number> {
  if (cancel === null) {
    const outcome = await client.request('task.list', {});
    if (!outcome.ok) return fail(outcome.error, json);
    if (json) printJson(outcome.result);
    else print(showTasks(outcome.result.tasks));
    return EXIT.ok;
  }
  const outcome = await client.request('task.cancel', cancel);
  const note = sayUnrecorded(outcome);
  if (!outcome.ok) return fail(outcome.error, json);
  if (json) printJson({ ok: true, result: outcome.result, ...note });
  else print(`${cancel.source}:${cancel.id} was asked to end`);
  return EXIT.ok;
}

/** All tasks as a table. */
export function showTasks(tasks: readonly SourcedTask[]): string {
  if (tasks.length === 0) return 'No long work goes on.';
  const rows = tasks.map((task) => [
    `${printable(task.source)}:${task.id}`,
    taskLine(task),
    task.cancellable ? 'yes' : 'no',
  ]);
  return formatTable(['task', 'how far', 'can be cancelled'], rows);
}
