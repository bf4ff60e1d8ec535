/** The long work that goes on in the daemons of the host: how far it is, and the button that ends it early. */
import { type ReactNode, useState } from 'react';
import type { SourcedTask } from '../../contract/link/tasks.ts';
import { useHost, useHostState, useMay } from '../model/host-context.ts';
import { hostGoneSince } from '../model/staleness.ts';
import { Button } from '../ui/button.tsx';
import { messages } from './messages.ts';
import { shareOf, taskText } from './task-words.ts';

/** Nothing where nothing goes on. */
export function TaskList(): ReactNode {
  const tasks = useHostState((state) => state.tasks);
  if (tasks.length === 0) return null;
  return (
    <section aria-label={messages.tasks} className="card px-4 py-2.5">
      <h2 className="heading-section mb-1">{messages.tasks}</h2>
      <ul className="flex flex-col">
        {tasks.map((task) => (
          <TaskLine key={`${task.source} ${task.id}`} task={task} />
        ))}
      </ul>
    </section>
  );
}

function TaskLine({ task }: { task: SourcedTask }): ReactNode {
  const host = useHost();
  const mayCancel = useMay('task.cancel');
  const gone = useHostState((state) => hostGoneSince(state) !== null);
  const [asked, setAsked] = useState(false);
  const { title, source, id } = task;
  const share = shareOf(task);
  const cancel = async () => {
    setAsked(true);
    const outcome = await host.client.request('task.cancel', { source, id });
    // One that has ended meanwhile is what was wanted.
    if (outcome.ok || outcome.error.code === 'not_found') return;
    setAsked(false);
    host.notify('bad', outcome.error.message);
  };
  return (
    <li className={`flex flex-wrap items-center gap-x-4 gap-y-1 py-1 text-sm ${gone ? 'text-dim' : ''}`}>
      <span className="min-w-0 flex-1 truncate">
        {taskText(task)} <span className="text-dim">{source}</span>
      </span>
      {share !== null && (
        <span
          role="progressbar"
          aria-label={messages.taskProgress(title)}
          aria-valuenow={Math.floor(share * 100)}
          className="block h-2 w-40 overflow-hidden rounded-sm bg-sunken ring-1 ring-line ring-inset"
        >
          <span className="block h-full bg-accent" style={{ width: `${share * 100}%` }} />
        </span>
      )}
      {task.cancellable && mayCancel && (
        <Button disabled={asked || gone} label={messages.cancelTask(title)} onClick={() => void cancel()}>
          {asked ? messages.cancelling : messages.cancel}
        </Button>
      )}
    </li>
  );
}
