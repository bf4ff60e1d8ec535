/** What `signalbox tasks` shows and ends. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SourcedTask } from '../../contract/link/tasks.ts';
import { UsageError } from '../terminal/terminal.ts';
import type { SocketClient } from './socket-client.ts';
import { parseTasksRequest, showTasks, tasksCommand } from './tasks-command.ts';

const written: string[] = [];
beforeEach(() => {
  written.length = 0;
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => written.push(String(text)) > 0);
});
afterEach(() => vi.restoreAllMocks());

const task: SourcedTask = {
  ...{ source: 'recorder', id: 3, title: 'Copying\u001b[2J', phase: 'pages', done: 1, total: 4 },
  ...{ cancellable: true, end: null },
};

test('"tasks" lists, "tasks cancel recorder:1" ends one, and anything else is said to be wrong', () => {
  expect(parseTasksRequest([])).toBeNull();
  expect(parseTasksRequest(['cancel', 'my-daemon:12'])).toEqual({ source: 'my-daemon', id: 12 });
  for (const words of [['stop'], ['cancel'], ['cancel', 'a:1', 'b']])
    expect(() => parseTasksRequest(words)).toThrow(UsageError);
  for (const name of ['1', 'recorder', 'recorder:', 'recorder:0', 'recorder:-1', 'recorder:1x', 'a b:1'])
    expect(() => parseTasksRequest(['cancel', name])).toThrow('one is named DAEMON:NUMBER');
});

test('a task is shown with its name, how far it is, and whether it can be cancelled', () => {
  const lines = showTasks([task, { ...task, id: 4, cancellable: false }]).split('\n');
  expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
    ['TASK', 'HOW FAR', 'CAN BE CANCELLED'],
    ['recorder:3', 'Copying\\x1b[2J: pages, 25 %', 'yes'],
    ['recorder:4', 'Copying\\x1b[2J: pages, 25 %', 'no'],
  ]);
  expect(showTasks([])).toBe('No long work goes on.');
});

const answering = (outcome: unknown) => {
  const request = vi.fn(async () => outcome);
  return { request, client: { request } as unknown as Pick<SocketClient, 'request'> };
};

test('programs get the list as an object, and what came of a cancelling', async () => {
  const list = answering({ ok: true, result: { tasks: [task] } });
  expect(await tasksCommand(list.client, null, true)).toBe(0);
  expect(JSON.parse(written.join(''))).toEqual({ tasks: [task] });
  written.length = 0;
  const cancel = answering({ ok: true, result: {}, audited: false });
  expect(await tasksCommand(cancel.client, { source: 'recorder', id: 3 }, true)).toBe(0);
  expect(cancel.request).toHaveBeenCalledExactlyOnceWith('task.cancel', { source: 'recorder', id: 3 });
  expect(written.at(-1)).toBe('{"ok":true,"result":{},"audited":false}\n');
  expect(written[0]).toContain('this is not recorded');
});

test('people are told that it was asked to end, or why not', async () => {
  await tasksCommand(answering({ ok: true, result: {} }).client, { source: 'recorder', id: 3 }, false);
  expect(written).toEqual(['recorder:3 was asked to end\n']);
  written.length = 0;
  const refused = answering({ ok: false, error: { code: 'not_found', message: 'recorder has no task 3.' } });
  expect(await tasksCommand(refused.client, { source: 'recorder', id: 3 }, false)).toBe(1);
  expect(await tasksCommand(refused.client, null, false)).toBe(1);
  expect(written[0]).toBe('signalbox: recorder has no task 3.\n');
});
