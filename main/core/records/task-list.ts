/** The long work that goes on in daemons, for clients that come later. The control plane makes one. */
import type { SourcedTask, Task } from '../../../contract/link/tasks.ts';

/** Tasks by daemon. */
export class TaskList {
  readonly #tasks = new Map<string, Map<number, Task>>();

  /** Keeps what a daemon tells of a task until that has ended; beyond `mostOf` of one daemon the oldest go. */
  update(source: string, task: Task, mostOf: number): void {
    const tasks = this.#tasks.get(source) ?? new Map<number, Task>();
    this.#tasks.set(source, tasks);
    if (task.end !== null) {
      tasks.delete(task.id);
      return;
    }
    tasks.set(task.id, task);
    for (const id of tasks.keys()) if (tasks.size > mostOf) tasks.delete(id);
  }

  /** Those that go on, oldest first within a daemon. */
  all(): SourcedTask[] {
    return [...this.#tasks].flatMap(([source, tasks]) =>
      [...tasks.values()].map((task) => ({ ...task, source })),
    );
  }

  /** One that goes on; null where there is none. */
  find(source: string, id: number): Task | null {
    return this.#tasks.get(source)?.get(id) ?? null;
  }

  /** The process of a daemon has ended: answers what it leaves undone, as failed. */
  processEnded(source: string): Task[] {
    const left = [...(this.#tasks.get(source)?.values() ?? [])];
    this.#tasks.delete(source);
    return left.map((task) => ({ ...task, end: 'failed' }));
  }
}
