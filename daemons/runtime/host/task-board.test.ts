import { expect, test, vi } from 'vitest';
import type { Task } from '../../../contract/link/tasks.ts';
import { limits } from '../limits.ts';
import { TaskBoard, type TaskHandle } from './task-board.ts';

function make() {
  const told: Task[] = [];
  const board = new TaskBoard();
  board.onReport((task) => told.push(task));
  return { board, told };
}

test('a task is told when it begins, when its phase changes and when it ends, and not for every step', async () => {
  const { board, told } = make();
  const result = await board.run({ title: 'Copying', cancellable: true }, async ({ report }) => {
    for (let done = 0; done <= 1_000; done++) report({ phase: 'pages', done, total: 1_000 });
    report({ phase: 'sync', done: 1_000, total: 1_000 });
    return 'copied';
  });
  expect(result).toBe('copied');
  expect(told[0]).toEqual({
    id: 1,
    title: 'Copying',
    phase: '',
    done: 0,
    total: null,
    cancellable: true,
    end: null,
  });
  expect(told.at(-1)).toMatchObject({ phase: 'sync', done: 1_000, end: 'done' });
  expect(told.length).toBeLessThan(20);
});

test('whoever ends a task aborts its work, and it is told as cancelled', async () => {
  const { board, told } = make();
  const work = board.run({ title: 'Copying', cancellable: true }, ({ signal }) => {
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  });
  board.cancel(99);
  board.cancel(1);
  await expect(work).rejects.toMatchObject({ code: 'cancelled', message: 'Copying was cancelled.' });
  expect(told.at(-1)?.end).toBe('cancelled');
});

test('a task that may not be ended goes on', async () => {
  const { board, told } = make();
  let finish = () => {};
  const work = board.run({ title: 'Replaying', cancellable: false }, ({ signal }) => {
    return new Promise<boolean>((resolve) => {
      finish = () => resolve(signal.aborted);
    });
  });
  board.cancel(1);
  finish();
  expect(await work).toBe(false);
  expect(told.at(-1)?.end).toBe('done');
});

test('the signal of the command that it is done for ends it too, and a failure is told as one', async () => {
  const { board, told } = make();
  const outer = new AbortController();
  const work = board.run({ title: 'Copying', cancellable: false, signal: outer.signal }, ({ signal }) => {
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  });
  outer.abort(new Error('deadline'));
  await expect(work).rejects.toThrow('deadline');
  expect(told.at(-1)?.end).toBe('cancelled');
  const failing = board.run({ title: 'Copying', cancellable: false }, () =>
    Promise.reject(new Error('full')),
  );
  await expect(failing).rejects.toThrow('full');
  expect(told.at(-1)?.end).toBe('failed');
});

test('more tasks than may go on at once are refused', async () => {
  const { board } = make();
  const endless = () => new Promise<never>(() => {});
  for (let count = 0; count < limits.tasksRunning.default; count++)
    void board.run({ title: 'Copying', cancellable: false }, endless);
  await expect(board.run({ title: 'Copying', cancellable: false }, endless)).rejects.toMatchObject({
    code: 'limit_reached',
  });
});

test('a phase that goes on is told of four times a second', async () => {
  vi.useFakeTimers();
  const { board, told } = make();
  await board.run({ title: 'Copying', cancellable: true }, async ({ report }) => {
    for (let done = 0; done <= 1_000; done += 10) {
      report({ phase: 'pages', done, total: 1_000 });
      vi.advanceTimersByTime(10);
    }
  });
  vi.useRealTimers();
  // The beginning, the phase, every `taskReportMs` of a second, and the end.
  expect(told.map(({ done }) => done)).toEqual([0, 0, 250, 500, 750, 1_000, 1_000]);
});

test('a task that has ended is neither ended again nor told of, and its number is not used again', async () => {
  const { board, told } = make();
  let late: TaskHandle | null = null;
  await board.run({ title: 'Copying', cancellable: true }, async (task) => {
    late = task;
  });
  const before = told.length;
  board.cancel(1);
  (late as TaskHandle | null)?.report({ phase: 'late', done: 1, total: 1 });
  expect(told).toHaveLength(before);
  await board.run({ title: 'Copying', cancellable: true }, async () => {});
  expect(told.at(-1)?.id).toBe(2);
});

test('nobody need be told, and a place is free again when a task has failed', async () => {
  const board = new TaskBoard();
  for (let count = 0; count <= limits.tasksRunning.default; count++) {
    const failing = board.run({ title: 'Copying', cancellable: false }, () =>
      Promise.reject(new Error('full')),
    );
    await expect(failing).rejects.toThrow('full');
  }
  const endless = () => new Promise<never>(() => {});
  for (let count = 0; count < limits.tasksRunning.default; count++)
    void board.run({ title: 'Copying', cancellable: false }, endless);
  await expect(board.run({ title: 'Copying', cancellable: false }, endless)).rejects.toThrow(
    '64 tasks go on already; wait until one has ended.',
  );
});

test('work that goes on is counted against how much may, and what was refused', async () => {
  const { board } = make();
  let finish = () => {};
  const most = limits.tasksRunning.default;
  const wait = () => new Promise<void>((resolve) => (finish = resolve));
  const works = Array.from({ length: most }, () => board.run({ title: 'x', cancellable: false }, wait));
  await expect(board.run({ title: 'x', cancellable: false }, wait)).rejects.toMatchObject({
    code: 'limit_reached',
  });
  finish();
  await works.at(-1);
  expect(board.counts).toEqual({ depth: most - 1, capacity: most, completed: 1, rejected: 1 });
});
