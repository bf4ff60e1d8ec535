// @vitest-environment happy-dom
/** Scope and range of time at the top of the window: what is chosen stands in the address of whatever page is shown. */
import { cleanup, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  enter,
  goTo,
  manifestOf,
  pass,
  press,
  submit,
  type TestWindow,
  testWindow,
} from '../model/test-window.tsx';
import { RangePicker } from './range-picker.tsx';
import { ScopePicker } from './scope-picker.tsx';
import { ViewMistakes } from './view-mistakes.tsx';

const NOW = new Date(2026, 10, 20, 14, 3, 22).getTime();
let window: TestWindow;
beforeEach(async () => {
  vi.useFakeTimers({ now: NOW });
  window = await testWindow({ manifests: [manifestOf(), manifestOf({ id: 'recorder', internal: true })] });
});
afterEach(async () => {
  cleanup();
  window.close();
  await goTo('');
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function show(hash: string) {
  await goTo(hash);
  await window.show(
    <>
      <ScopePicker />
      <RangePicker />
      <ViewMistakes />
    </>,
  );
}
const trigger = () => screen.getByRole('button', { name: /^Time range:/ });
async function open() {
  await press(trigger());
  await pass(100);
}

describe('the range of time', () => {
  it('is said in words', async () => {
    await show('#/h/a');
    expect(trigger().textContent).toBe('Live');
    await goTo('#/h/a/audit?range=24h');
    expect(trigger().textContent).toBe('Last 24 h');
    const at = (hour: number, day = 20) => new Date(2026, 10, day, hour).getTime();
    await goTo(`#/h/a?from=${at(13)}&to=${at(14)}`);
    expect(trigger().textContent).toBe('2026-11-20 13:00:00 – 14:00:00');
    await goTo(`#/h/a?from=${at(13, 19)}&to=${at(14)}`);
    expect(trigger().textContent).toBe('2026-11-19 13:00:00 – 2026-11-20 14:00:00');
  });

  it('is chosen for the page that is shown, with all that its address says beside', async () => {
    await show('#/h/a/daemon/d/logs?at=5&from=1&to=2&back=7d');
    await open();
    expect(screen.getByRole('button', { name: '1 h' }).getAttribute('aria-pressed')).toBe('false');
    await press('1 h');
    expect(location.hash).toBe('#/h/a/daemon/d/logs?at=5&range=1h');
    await open();
    expect(screen.getByRole('button', { name: '1 h' }).getAttribute('aria-pressed')).toBe('true');
    await press('Live');
    expect(location.hash).toBe('#/h/a/daemon/d/logs?at=5&range=live');
  });

  it('is entered as two points in time, beginning from those that are shown', async () => {
    await show('#/h/a?range=1h');
    await open();
    const field = (name: string) => screen.getByLabelText(name) as HTMLInputElement;
    expect([field('From').value, field('To').value]).toEqual(['2026-11-20 13:03:22', '2026-11-20 14:03:22']);
    await enter(field('From'), '2026-11-20 13:30:00');
    await submit(field('From'));
    expect(location.hash).toBe(`#/h/a?from=${new Date(2026, 10, 20, 13, 30).getTime()}&to=${NOW}`);
  });

  it('is entered as a moment, as somebody tells it, and is then the minutes around it', async () => {
    await show('#/h/a?range=1h');
    await open();
    const field = screen.getByLabelText('Around');
    await pass(50);
    expect(document.activeElement).toBe(field);
    await enter(field, 'two');
    await submit(field);
    expect(screen.getByRole('alert').textContent).toContain('14:03');
    expect(location.hash).toBe('#/h/a?range=1h');
    await enter(field, '13:30');
    expect(screen.queryByRole('alert')).toBeNull();
    await submit(field);
    const at = (minutes: number) => new Date(2026, 10, 20, 13, minutes).getTime();
    expect(location.hash).toBe(`#/h/a?from=${at(25)}&to=${at(35)}`);
  });

  it('is yesterday', async () => {
    await show('#/h/a/audit');
    await open();
    await press('Yesterday');
    const day = (date: number) => new Date(2026, 10, date).getTime();
    expect(location.hash).toBe(`#/h/a/audit?from=${day(19)}&to=${day(20)}`);
    await open();
    expect(screen.getByRole('button', { name: 'Yesterday' }).getAttribute('aria-pressed')).toBe('true');
  });

  it('of a zoom leads back to what was shown before', async () => {
    await show('#/h/a?from=1000&to=2000&back=7d');
    await open();
    await press('Back to what was shown before');
    expect(location.hash).toBe('#/h/a?range=7d');
  });

  it('that is a mistake is said, and taken out of the address', async () => {
    await show('#/h/a/audit?range=banana&scope=nosuch&who=ann');
    expect(trigger().textContent).toBe('Live');
    const said = screen.getByRole('alert').textContent;
    expect(said).toContain('“banana” is no range of time');
    expect(said).toContain('no daemon called “nosuch”');
    await press('Go on without it');
    expect(location.hash).toBe('#/h/a/audit?scope=all&who=ann&range=live');
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

describe('the scope', () => {
  const list = () => screen.getByLabelText('What is shown') as HTMLSelectElement;
  it('is everything, a daemon, or what works for Signalbox itself', async () => {
    await show('#/h/a');
    expect([...list().options].map(({ value }) => value)).toEqual(['all', 'd', 'recorder', 'main']);
    expect(list().value).toBe('all');
  });
  it('stands in the address of a page of all daemons', async () => {
    await show('#/h/a/audit?range=1h');
    await enter(list(), 'd');
    expect(location.hash).toBe('#/h/a/audit?range=1h&scope=d');
    await enter(list(), 'all');
    expect(location.hash).toBe('#/h/a/audit?range=1h&scope=all');
  });
  it('is the daemon of its page: another one has a page of its own, and all are on the Overview', async () => {
    await show('#/h/a/daemon/d/logs');
    expect(list().value).toBe('d');
    await enter(list(), 'recorder');
    expect(location.hash).toBe('#/h/a/daemon/recorder/logs');
    await enter(list(), 'all');
    expect(location.hash).toBe('#/h/a?scope=all');
  });
});
