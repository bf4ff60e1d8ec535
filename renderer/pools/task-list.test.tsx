// @vitest-environment happy-dom
/** Long work on the Pools and queues page: how far it is, and its early end. */
import { act, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Role } from '../../contract/access.ts';
import type { Task } from '../../contract/link/tasks.ts';
import { daemon } from '../model/test-host.ts';
import { FULL_MANIFEST, isDim, isOff, press, saysOf, type TestPage, testPage } from '../ui/test-page.tsx';
import { TaskList } from './task-list.tsx';

let page: TestPage;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  page.close();
  vi.useRealTimers();
});

const COPYING: Task = {
  ...{ id: 1, title: 'Copying the database', phase: 'pages', done: 1, total: 4 },
  ...{ cancellable: true, end: null },
};

async function open(role: Role = 'admin'): Promise<void> {
  page = await testPage({ info: { ...saysOf([FULL_MANIFEST], [daemon()]), role } });
  page.show(<TaskList />);
}
const tell = (change: Partial<Task> = {}, source = 'd') =>
  act(async () => {
    page.emit({ type: 'task', source, task: { ...COPYING, ...change } });
    await vi.advanceTimersByTimeAsync(0);
  });
const lines = () => screen.queryAllByRole('listitem').map((one) => one.textContent);
const button = () => screen.getByRole('button', { name: 'Cancel Copying the database' });

it('shows how far it is while it goes on', async () => {
  await open();
  expect(screen.queryByRole('region')).toBeNull();
  await tell();
  const region = screen.getByRole('region', { name: 'Running tasks' });
  expect(lines()).toEqual(['Copying the database: pages, 25 % dCancel']);
  const bar = () => within(region).getByRole('progressbar');
  expect([bar().getAttribute('aria-label'), bar().getAttribute('aria-valuenow')]).toEqual([
    'Progress of Copying the database',
    '25',
  ]);
  expect((bar().firstElementChild as HTMLElement).style.width).toBe('25%');
  await tell({ done: 2 });
  await tell({ id: 2, title: 'Sorting', phase: '', total: null, cancellable: false }, 'keeper');
  expect(lines()).toEqual(['Copying the database: pages, 50 % dCancel', 'Sorting keeper']);
  await tell({ end: 'done' });
  expect(lines()).toEqual(['Sorting keeper']);
  expect(screen.queryByRole('progressbar')).toBeNull();
});

it('shows what began before the window was opened', async () => {
  await open();
  page.answers['task.list'] = () => ({ ok: true, result: { tasks: [{ ...COPYING, source: 'd' }] } });
  await act(async () => {
    page.connect({ phase: 'connected' });
    await vi.advanceTimersByTimeAsync(0);
  });
  expect(lines()).toEqual(['Copying the database: pages, 25 % dCancel']);
});

it('asks for its end once, and says so until it has ended', async () => {
  await open();
  await tell();
  await press('Cancel Copying the database');
  expect(page.argsOf('task.cancel')).toEqual([{ source: 'd', id: 1 }]);
  expect([button().textContent, isOff(button())]).toEqual(['Ending…', true]);
  await tell({ end: 'cancelled' });
  expect(lines()).toEqual([]);
});

it('says why it cannot be ended, and lets one try again', async () => {
  await open();
  await tell();
  page.answers['task.cancel'] = () => ({
    ok: false,
    error: { code: 'refused', message: 'It ends by itself.' },
  });
  await press('Cancel Copying the database');
  expect(page.hosts.screen.store.getState().notices.map(({ text }) => text)).toEqual(['It ends by itself.']);
  expect([button().textContent, isOff(button())]).toEqual(['Cancel', false]);
  page.answers['task.cancel'] = () => ({ ok: false, error: { code: 'not_found', message: 'It is over.' } });
  await press('Cancel Copying the database');
  expect(page.hosts.screen.store.getState().notices).toHaveLength(1);
});

it('has no button for whoever may not end it, and one that waits while the host cannot be reached', async () => {
  await open('operator');
  await tell();
  expect(screen.queryByRole('button')).toBeNull();
  page.close();
  await open();
  await tell();
  const line = () => screen.getByRole('listitem');
  expect([isOff(button()), isDim(line())]).toEqual([false, false]);
  await page.lose();
  expect([isOff(button()), isDim(line())]).toEqual([true, true]);
});
