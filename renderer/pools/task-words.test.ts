import { expect, it } from 'vitest';
import type { Task } from '../../contract/link/tasks.ts';
import { shareOf, taskText } from './task-words.ts';

const task = (change: Partial<Task>): Task => ({
  ...{ id: 1, title: 'Sorting', phase: '', done: 0, total: null, cancellable: false, end: null },
  ...change,
});

it('knows how much is done where it knows of how much, and no more than all', () => {
  const shares = [
    { done: 1, total: 4 },
    { done: 0, total: 4 },
    { done: 5, total: 4 },
    { done: 5, total: null },
    { done: 0, total: 0 },
  ].map(shareOf);
  expect(shares).toEqual([0.25, 0, 1, null, null]);
});

it('says what is known of it: what it is at, and how much in whole percents, never too much', () => {
  expect(taskText(task({}))).toBe('Sorting');
  expect(taskText(task({ phase: 'pages' }))).toBe('Sorting: pages');
  expect(taskText(task({ done: 999, total: 1_000 }))).toBe('Sorting: 99 %');
  expect(taskText(task({ phase: 'pages', done: 1, total: 3 }))).toBe('Sorting: pages, 33 %');
  expect(taskText(task({ phase: 'pages', done: 0, total: 3 }))).toBe('Sorting: pages, 0 %');
});
