/** Where what a daemon says goes. */
import { expect, test, vi } from 'vitest';
import type { DaemonSnapshot } from '../../../contract/states.ts';
import type { Announcements } from '../announcements.ts';
import type { DaemonQuestions } from '../daemon-questions.ts';
import { EventBus } from '../event-bus.ts';
import { announcing } from './announcing.ts';
import type { PassedOn } from './daemon-session.ts';

test('what has happened is published by its name, what wants an answer is asked', () => {
  const bus = new EventBus<Announcements>(() => {});
  const told: [string, unknown][] = [];
  const names = [
    ...(['daemonChanged', 'outputCame', 'malformedCame', 'summaryCame', 'catalogCame', 'taskCame'] as const),
    ...(['logsCame', 'deedDone', 'streamSaid', 'requestsCrowded'] as const),
  ];
  for (const name of names) bus.subscribe(name, (payload) => told.push([name, payload]));
  const questions = { deed: vi.fn(), lifecycle: vi.fn(async () => {}) };
  const events = announcing(bus, () => questions as unknown as DaemonQuestions);
  const snapshot = { id: 'd' } as DaemonSnapshot;
  events.onSnapshot(snapshot, 'running');
  events.onOutput('d', 2, 'stderr', 'oops');
  events.onMalformed('d', 'why');
  events.onCrowded('d', 8, 10);
  const summary = { time: 1, revision: 1, values: new Float64Array(), intervals: [] };
  const catalog = { revision: 1, metrics: [] };
  const task = { id: 1, title: 't', phase: '', done: 0, total: null, cancellable: true, end: null };
  const deed = { requestId: 3, actor: 'bob', command: 'kill', args: {} };
  const report = { type: 'deed-done', ...deed, ok: true, outcome: 'x' } as const;
  const data = { type: 'stream-data', streamId: 5, data: 'x' } as const;
  const close = { type: 'stream-close', streamId: 5 } as const;
  const lifecycle = { type: 'lifecycle', requestId: 4, action: 'stop', actor: 'bob', reason: 'DIE' } as const;
  const said: PassedOn[] = [
    { type: 'summary', summary },
    { type: 'catalog', catalog },
    { type: 'task', task },
    { type: 'logs', records: ['r'], dropped: 6 },
    report,
    data,
    close,
    { type: 'deed', ...deed },
    lifecycle,
  ];
  for (const message of said) events.onMessage('d', 2, message);
  expect(told).toEqual([
    ['daemonChanged', { snapshot, previous: 'running' }],
    ['outputCame', { id: 'd', stream: 'stderr', line: 'oops' }],
    ['malformedCame', { id: 'd', reason: 'why' }],
    ['requestsCrowded', { id: 'd', outstanding: 8, limit: 10 }],
    ['summaryCame', { source: 'd', instance: 2, summary }],
    ['catalogCame', { source: 'd', catalog }],
    ['taskCame', { source: 'd', task }],
    ['logsCame', { id: 'd', instance: 2, records: ['r'], dropped: 6 }],
    ['deedDone', { id: 'd', report }],
    ['streamSaid', { id: 'd', message: data }],
    ['streamSaid', { id: 'd', message: close }],
  ]);
  expect(questions.deed).toHaveBeenCalledExactlyOnceWith('d', { type: 'deed', ...deed });
  expect(questions.lifecycle).toHaveBeenCalledExactlyOnceWith('d', lifecycle);
});
