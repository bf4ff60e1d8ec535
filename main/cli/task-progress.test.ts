import { expect, test } from 'vitest';
import type { ControlEvent } from '../../contract/control/messages.ts';
import type { Task } from '../../contract/link/tasks.ts';
import { taskLine, withProgress } from './task-progress.ts';

const task: Task = {
  id: 1,
  title: 'Copying the database',
  phase: 'pages',
  done: 40,
  total: 100,
  cancellable: true,
  end: null,
};

test('a task is shown with its phase and how much of it is done', () => {
  expect(taskLine(task)).toBe('Copying the database: pages, 40 %');
  expect(taskLine({ ...task, phase: '', total: null })).toBe('Copying the database');
  expect(taskLine({ ...task, total: 0 })).toBe('Copying the database: pages');
});

async function shownOn(isTTY: boolean, events: readonly ControlEvent[]): Promise<string> {
  let written = '';
  const terminal = {
    isTTY,
    write(text: unknown) {
      written += String(text);
      return true;
    },
  };
  let emit: (event: ControlEvent) => void = () => {};
  const client = {
    onEvent(listener: (event: ControlEvent) => void) {
      emit = listener;
    },
  };
  await withProgress(
    client,
    'recorder',
    async () => {
      for (const event of events) emit(event);
    },
    terminal,
  );
  return written;
}

test('the line is written over as the work goes on, and gone when it ends', async () => {
  const event = (more: Partial<Task>): ControlEvent => ({
    type: 'task',
    source: 'recorder',
    task: { ...task, ...more },
  });
  const other: ControlEvent = { type: 'task', source: 'ircd', task: { ...task, title: 'Other' } };
  const events = [event({}), other, event({ done: 80 }), event({ end: 'done' })];
  expect(await shownOn(true, events)).toBe(
    'Copying the database: pages, 40 %\r\u001b[2KCopying the database: pages, 80 %\r\u001b[2K',
  );
  expect((await shownOn(true, [event({})])).endsWith('\r\u001b[2K')).toBe(true);
  expect(await shownOn(false, events)).toBe('');
});
