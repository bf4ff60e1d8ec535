// @vitest-environment happy-dom
/** The parts that pages are made of, as a user meets them. */
import { fireEvent, screen } from '@testing-library/react';
import type { KeyboardEvent } from 'react';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { DAEMON_STATES } from '../../contract/states.ts';
import { oddLooks } from '../model/test-looks.ts';
import { pass } from '../model/test-window.tsx';
import { Button } from './button.tsx';
import { Callout, EmptyState } from './callout.tsx';
import { Icon } from './icons.tsx';
import { ignoreHeldKeys } from './key-repeat.ts';
import { LiveText } from './live-text.tsx';
import { Mark } from './mark.tsx';
import { NamedTexts } from './named-texts.tsx';
import { PageHeader } from './page-header.tsx';
import { ScrollRegion } from './scroll-region.tsx';
import { SearchField } from './search-field.tsx';
import { SegmentedControl } from './segmented-control.tsx';
import { StateBadge } from './state-badge.tsx';
import { isOff, press, type TestPage, testPage } from './test-page.tsx';
import { TimeField } from './time-field.tsx';

let page: TestPage;
beforeEach(async () => {
  vi.useFakeTimers();
  page = await testPage();
});
afterEach(() => {
  page.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('a button', () => {
  const button = () => screen.getByRole('button');

  it('is pressed by its name, and submits nothing unless it says so', async () => {
    const pressed = vi.fn();
    page.show(<Button onClick={pressed}>Go</Button>);
    await press('Go');
    expect(pressed).toHaveBeenCalledOnce();
    expect(button().getAttribute('type')).toBe('button');
    expect(button().getAttribute('aria-pressed')).toBeNull();
  });

  it('keeps the focus while it cannot be used', async () => {
    const pressed = vi.fn();
    page.show(
      <Button disabled tone="danger" type="submit" title="Not now" onClick={pressed}>
        Go
      </Button>,
    );
    await press('Go');
    button().focus();
    expect([pressed.mock.calls.length, isOff(button()), document.activeElement === button()]).toEqual([
      0,
      true,
      true,
    ]);
    expect([button().getAttribute('type'), button().title]).toEqual(['submit', 'Not now']);
    expect(button().className).toContain('opacity-45');
  });

  it('says whether it is pressed or opened, and looks so', () => {
    const view = page.show(<Button pressed expanded icon="play" label="Run" />);
    expect([button().getAttribute('aria-pressed'), button().getAttribute('aria-expanded')]).toEqual([
      'true',
      'true',
    ]);
    expect([button().className.includes('text-accent!'), button().querySelector('svg') === null]).toEqual([
      true,
      false,
    ]);
    // An icon alone is a square.
    expect(button().className).toContain('w-control');
    view.rerender(<Button pressed={false}>Run</Button>);
    expect([button().getAttribute('aria-pressed'), button().className.includes('text-accent!')]).toEqual([
      'false',
      false,
    ]);
    expect([button().className.includes('w-control'), button().querySelector('svg')]).toEqual([false, null]);
    expect(button().className).not.toContain('opacity-45');
  });
});

test.each([
  ['Enter', true, true],
  [' ', true, true],
  ['Enter', false, false],
  [' ', false, false],
  ['a', true, false],
])(
  'a key that is held presses nothing again and again: %j, held %j, is ignored %j',
  (key, repeat, ignored) => {
    const preventDefault = vi.fn();
    ignoreHeldKeys({ key, repeat, preventDefault } as unknown as KeyboardEvent);
    expect(preventDefault).toHaveBeenCalledTimes(ignored ? 1 : 0);
  },
);

describe('a live figure', () => {
  it('follows what it reads, and what it is said to read', async () => {
    let value = 1;
    const view = page.show(<LiveText read={() => `${value}`} className="truncate" />);
    const text = () => document.querySelector('.truncate')?.textContent;
    expect(text()).toBe('1');
    await pass(1_000);
    value = 2;
    await pass(1_000);
    expect(text()).toBe('2');
    view.rerender(<LiveText read={() => `now ${value}`} className="truncate" />);
    await pass(250);
    expect(text()).toBe('now 2');
    view.unmount();
    value = 3;
    await pass(1_000);
  });
});

describe('the heading of a page', () => {
  it('names the window, and takes the focus when the page is entered, but not with the window', async () => {
    const view = page.show(<PageHeader key="1" title="History" />);
    expect(document.title).toBe('History – Signalbox');
    document.body.focus();
    view.rerender(<PageHeader key="2" title="Audit" subtitle="all of it" actions={<Button>Do</Button>} />);
    const heading = screen.getByRole('heading', { level: 1, name: 'Audit' });
    expect([document.title, document.activeElement === heading]).toEqual(['Audit – Signalbox', true]);
    expect([screen.getByText('all of it'), screen.getByRole('button')]).toHaveLength(2);
  });

  it('does not take the focus with the first page of a window', async () => {
    vi.resetModules();
    const { PageHeader: Fresh } = await import('./page-header.tsx');
    const { HostContext, HostsContext } = await import('../model/host-context.ts');
    page.show(
      <HostsContext value={page.hosts}>
        <HostContext value={page.model}>
          <Fresh title="History" />
        </HostContext>
      </HostsContext>,
    );
    expect(document.activeElement).toBe(document.body);
  });

  it('names the host where there are several', async () => {
    page.close();
    page = await testPage({ twoHosts: true });
    page.show(<PageHeader title="History" />);
    expect([document.title, screen.getByRole('heading').textContent]).toEqual([
      'History on host a – Signalbox',
      'History on host a',
    ]);
  });
});

describe('small parts', () => {
  it('are read out at once where they are urgent', () => {
    const view = page.show(<Callout tone="bad" urgent title="Lost" action={<Button>Again</Button>} />);
    expect(screen.getByRole('alert').textContent).toBe('LostAgain');
    view.rerender(
      <Callout tone="info" title="By the way">
        Some text
      </Callout>,
    );
    expect([screen.queryByRole('alert'), document.body.textContent]).toEqual([null, 'By the waySome text']);
  });

  it('have a sign of their own for what is bad, to be minded and good to know', () => {
    const signs = (['bad', 'warn', 'info'] as const).map((tone) => {
      const { container, unmount } = page.show(<Callout tone={tone} title="x" />);
      const sign = container.querySelector('path')?.getAttribute('d');
      unmount();
      return sign;
    });
    expect([signs.includes(undefined), new Set(signs).size]).toEqual([false, 3]);
  });

  it('say what is not there yet', () => {
    const view = page.show(<EmptyState icon="ring" title="Nothing" />);
    expect(document.querySelector('.max-w-prose')).toBeNull();
    view.rerender(
      <EmptyState icon="ring" title="Nothing">
        Wait.
      </EmptyState>,
    );
    expect(document.body.textContent).toBe('NothingWait.');
  });

  it('name nothing where there is nothing to name', () => {
    page.show(<NamedTexts texts={[]} />);
    expect(document.querySelector('dl')).toBeNull();
  });

  it('are chosen of a few', () => {
    const chosen = vi.fn();
    const options = [
      { value: 'a', label: 'First' },
      { value: 'b', label: 'Second' },
    ];
    page.show(<SegmentedControl label="Which" options={options} value="a" onChange={chosen} />);
    const radio = (name: string) => screen.getByRole<HTMLInputElement>('radio', { name });
    expect([radio('First').checked, radio('Second').checked]).toEqual([true, false]);
    fireEvent.click(radio('Second'));
    expect(chosen).toHaveBeenCalledExactlyOnceWith('b');
    expect(screen.getByRole('group', { name: 'Which' })).toBeTruthy();
  });

  it('are chosen from a list that opens where they are many', () => {
    const chosen = vi.fn();
    const options = Array.from({ length: 9 }, (_, n) => ({ value: `v${n}`, label: `Part ${n}` }));
    const shown = (amount: number) => (
      <SegmentedControl label="Which" options={options.slice(0, amount)} value="v1" onChange={chosen} />
    );
    const view = page.show(shown(8));
    expect([screen.getAllByRole('radio').length, screen.queryByRole('combobox')]).toEqual([8, null]);
    view.unmount();
    page.show(shown(9));
    const list = screen.getByRole<HTMLSelectElement>('combobox', { name: 'Which' });
    expect([
      list.value,
      screen
        .getAllByRole('option')
        .map((one) => one.textContent)
        .at(-1),
    ]).toEqual(['v1', 'Part 8']);
    fireEvent.change(list, { target: { value: 'v8' } });
    expect(chosen).toHaveBeenCalledExactlyOnceWith('v8');
  });

  it('take what is searched for', () => {
    const changed = vi.fn();
    const view = page.show(<SearchField label="Filter it" value="" onChange={changed} />);
    const field = () => screen.getByRole<HTMLInputElement>('searchbox', { name: 'Filter it' });
    expect(field().placeholder).toBe('Filter it');
    fireEvent.change(field(), { target: { value: 'x' } });
    expect(changed).toHaveBeenCalledExactlyOnceWith('x');
    view.rerender(<SearchField label="Filter it" hint="Filter" value="" onChange={changed} />);
    expect(field().placeholder).toBe('Filter');
  });

  it('take a time as it is entered, and say whether it is one', () => {
    const at = new Date(2026, 10, 20, 14, 3, 22).getTime();
    const changed = vi.fn();
    const field = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'From' });
    const view = page.show(
      <TimeField label="From" shown={at} entered={undefined} invalid={false} onChange={changed} />,
    );
    expect([field().value, field().getAttribute('aria-invalid')]).toEqual(['2026-11-20 14:03:22', 'false']);
    fireEvent.change(field(), { target: { value: '2026' } });
    expect(changed).toHaveBeenCalledExactlyOnceWith('2026');
    view.rerender(<TimeField label="From" shown={at} entered="" invalid onChange={changed} />);
    expect([field().value, field().getAttribute('aria-invalid')]).toEqual(['', 'true']);
    view.rerender(
      <TimeField label="From" shown={null} entered={undefined} invalid={false} onChange={changed} />,
    );
    expect(field().value).toBe('');
  });

  it('scroll by the keyboard, and tell of it', () => {
    const on = { onScroll: vi.fn(), onWheel: vi.fn(), onKeyDown: vi.fn(), onPointerDown: vi.fn() };
    page.show(
      <ScrollRegion label="Rows" {...on}>
        x
      </ScrollRegion>,
    );
    const region = screen.getByRole('region', { name: 'Rows' });
    expect(region.tabIndex).toBe(0);
    fireEvent.scroll(region);
    fireEvent.wheel(region);
    fireEvent.keyDown(region, { key: 'End' });
    fireEvent.pointerDown(region);
    expect(Object.values(on).map((heard) => heard.mock.calls.length)).toEqual([1, 1, 1, 1]);
  });

  it('show every state as a word with a sign of its own colour, or without colour where nobody vouches for it', () => {
    const seen = DAEMON_STATES.map((state) => {
      const view = page.show(<StateBadge state={state} isCurrent />);
      const badge = view.container.firstElementChild!;
      const look = [badge.textContent, badge.className.split(' ').at(-1), ...oddLooks()];
      view.unmount();
      return look.join(' ');
    });
    expect(seen).toEqual([
      'stopped text-dim',
      'starting text-dim',
      'running text-good',
      'stopping text-dim',
      'crashed text-bad',
      'backoff text-warn',
      'failed text-bad',
    ]);
    page.show(<StateBadge state="running" isCurrent={false} />);
    const badge = screen.getByTitle('running when last heard of');
    expect([badge.textContent, badge.innerHTML.includes('text-good')]).toEqual([
      'running when last heard of',
      false,
    ]);
  });

  it('are decoration where they say nothing', () => {
    const { container } = page.show(
      <>
        <Icon name="stop" />
        <Icon name="clock" className="size-3" />
        <Mark />
      </>,
    );
    const drawn = [...container.querySelectorAll('svg')].map((svg) =>
      [svg.getAttribute('aria-hidden'), svg.getAttribute('fill'), svg.getAttribute('stroke')].join(' '),
    );
    // Stop is a shape, the clock a line.
    expect(drawn).toEqual(['true currentColor none', 'true none currentColor', 'true  ']);
    expect(screen.queryByRole('img')).toBeNull();
  });
});
