// @vitest-environment happy-dom
/** The Live page of a process: its charts, instruments and all of its metrics. */
import { act, cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MetricSpec } from '../../contract/manifest.ts';
import { catalogOf } from '../../contract/metric-specs.ts';
import { standardSeries } from '../../contract/test-series.ts';
import { daemon } from '../model/test-host.ts';
import { doing, goTo, pass } from '../model/test-window.tsx';
import { recordCanvases } from '../samples/test-canvas.ts';
import { FULL_MANIFEST, press, rowsOf, saysOf, type TestPage, testPage } from '../ui/test-page.tsx';
import { LiveTab } from './live-tab.tsx';

let page: TestPage;
beforeEach(() => {
  vi.useFakeTimers();
  recordCanvases();
  vi.stubGlobal('Path2D', class {});
});
afterEach(async () => {
  page.close();
  await goTo('');
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

type Props = Parameters<typeof LiveTab>[0];
async function open(change: Partial<Props> = {}, instruments: readonly MetricSpec[] = []): Promise<void> {
  const told = saysOf([FULL_MANIFEST], [daemon()]);
  const catalogs = {
    ...told.catalogs,
    d: { revision: 1, metrics: catalogOf('d', [...FULL_MANIFEST.metrics, ...instruments]) },
  };
  page = await testPage({ info: { ...told, catalogs } });
  const source = page.model.source('d')!;
  page.show(<LiveTab source={source} charts={FULL_MANIFEST.charts ?? []} instruments={{}} up {...change} />);
  // What stands below the charts comes after them.
  await pass(100);
}
const titles = (name: string) =>
  within(screen.getByRole('region', { name }))
    .getAllByRole('heading')
    .map((one) => one.textContent);

describe('the charts', () => {
  it('are those of the manifest, then those that every process has', async () => {
    await open();
    expect(titles('Charts')[0]).toBe('People');
    expect(titles('Charts').length).toBeGreaterThan(4);
    expect(screen.queryByText('d is not running')).toBeNull();
  });

  it('are not there where the process does not measure what they name', async () => {
    await open({ charts: [{ title: 'None', metrics: ['signalbox_d_nothing'] }] });
    expect(titles('Charts')).not.toContain('None');
  });

  it('are those of the range of time that is looked at, and say whether all of it was recorded', async () => {
    const times = [0, 1, 2, 3].map((i) => Math.floor(Date.now() / 1_000) - 60 + i * 10);
    const line = (metric: string, values: readonly (number | null)[]) => {
      return { metric: `signalbox_d_${metric}`, stat: 'value' as const, values };
    };
    const series = [
      line('cpu_ratio', [0.5, null, null, 0.5]),
      line('resident_memory_bytes', [0, null, null, 0]),
    ];
    await open();
    page.answers['history.query'] = () => ({ ok: true, result: { stepSeconds: 10, times, series } });
    await goTo('#/h/a/daemon/d/live?range=1h');
    await pass(1_000);
    expect(titles('Charts')).toContain('CPU');
    expect(screen.getByRole('status').textContent).toBe('1 gap in the record, 20 s');
    expect(screen.getByRole('status').title).toMatch(
      /^The longest gap in what was recorded of d is from .* to /,
    );
    expect(screen.getByRole('button', { name: 'Pause' })).toBeTruthy();
    await goTo('#/h/a/daemon/d/live?from=1000&to=2000');
    await pass(1_000);
    expect(screen.queryByRole('button', { name: 'Pause' })).toBeNull();
    expect(screen.getByRole('region', { name: 'CPU' }).textContent).toContain('10 s a point');
    // Others were zero all the time, or were not recorded at all.
    expect(titles('Charts')).toEqual(['CPU']);
    await goTo('#/h/a/daemon/d/live');
    expect(screen.queryByRole('status')).toBeNull();
  });

  it('say that they read, that nothing was recorded, or why it could not be read, which is tried again', async () => {
    await open();
    let answer = (_: unknown) => {};
    const pending = new Promise((resolve) => {
      answer = resolve;
    });
    page.answers['history.query'] = () => pending;
    await goTo('#/h/a/daemon/d/live?range=1h');
    expect(screen.getByText('Reading history…')).toBeTruthy();
    answer({ ok: true, result: { stepSeconds: 10, times: [1], series: [] } });
    await pass(0);
    expect(screen.getByText(/older than what is kept: 30 days/)).toBeTruthy();
    page.answers['history.query'] = () => ({
      ok: false,
      error: { code: 'history_paused', message: 'no answer' },
    });
    await goTo('#/h/a/daemon/d/live?range=6h');
    await pass(0);
    const said = () => document.body.textContent;
    expect(said()).toContain('History cannot be read at present');
    expect(said()).toContain('no answer The charts show what this window has seen.');
    page.answers['history.query'] = () => ({ ok: false, error: { code: 'timeout', message: 'no answer' } });
    await press('Try again');
    await pass(0);
    expect(said()).toContain('History could not be read');
  });

  it('are those of the metrics that were chosen, which stand in the address', async () => {
    await open();
    await goTo('#/h/a/daemon/d/live?range=1h');
    await press('Metrics');
    await pass(100);
    await doing(() => fireEvent.click(screen.getByRole('checkbox', { name: /^open/ })));
    expect(location.hash).toBe('#/h/a/daemon/d/live?range=1h&metrics=signalbox_d_open');
    expect(titles('Charts')).toEqual(['Open']);
    expect(screen.getByRole('button', { name: 'Metrics (1)' })).toBeTruthy();
    await doing(() => fireEvent.click(screen.getByRole('button', { name: 'Show the usual charts' })));
    expect(location.hash).toBe('#/h/a/daemon/d/live?range=1h');
    expect(titles('Charts').length).toBeGreaterThan(4);
  });

  it('stand still while they are paused', async () => {
    await open();
    const button = () => screen.getByRole('button', { name: /^(Pause|Resume)$/ });
    expect([button().textContent, button().getAttribute('aria-pressed')]).toEqual(['Pause', 'false']);
    await press('Pause');
    expect([button().textContent, button().getAttribute('aria-pressed')]).toEqual(['Resume', 'true']);
    await press('Resume');
    expect(button().textContent).toBe('Pause');
  });

  it('say how much was left out because the window was slow', async () => {
    await open();
    await page.measure('d', {}, 0);
    expect(document.body.textContent).not.toContain('skipped');
    await pass(1_000);
    await page.measure('d', {}, 3);
    await pass(1_000);
    expect(screen.getByText('3 frames skipped')).toBeTruthy();
  });

  it('say that nothing runs, and what is shown then', async () => {
    await open({ up: false });
    const text = () => screen.getByText('d is not running').parentElement?.textContent;
    expect(text()).toContain('Press Start above.');
    // Axes without a figure say nothing; what was recorded may.
    expect(screen.queryByRole('region', { name: 'Charts' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Pause' })).toBeNull();
    expect(screen.getByRole('link', { name: /last hour/ }).getAttribute('href')).toMatch(
      /\/daemon\/d\/live\?range=1h$/,
    );
    page.close();
    await open();
    await page.measure('d', {});
    const source = page.model.source('d')!;
    page.show(<LiveTab source={source} charts={[]} instruments={{}} up={false} />);
    expect(text()).toContain('What follows are the last figures that arrived.');
  });
});

describe('charts of nothing but zero', () => {
  const folded = () => screen.queryByRole('region', { name: /without anything but zero/ });

  it('are folded to a line, which opens one at a press', async () => {
    await open();
    expect(folded()).toBeNull();
    await page.measure('d', { signalbox_d_cpu_ratio: 0.5 });
    await pass(1_000);
    expect(titles('Charts')).toContain('CPU');
    expect(titles('Charts')).not.toContain('Memory');
    expect(folded()?.textContent).toContain('Memory');
    await press('Memory');
    expect(titles('Charts')).toContain('Memory');
    expect(folded()?.textContent).not.toContain('Memory');
  });

  it('are folded while it is read what was recorded, and open if that is more', async () => {
    await open();
    await page.measure('d', { signalbox_d_cpu_ratio: 0.5 });
    await pass(1_000);
    let answer = (_: unknown) => {};
    const pending = new Promise((resolve) => {
      answer = resolve;
    });
    page.answers['history.query'] = () => pending;
    await goTo('#/h/a/daemon/d/live?range=1h');
    expect(titles('Charts')).toEqual(['People', 'CPU']);
    const memory = { metric: 'signalbox_d_resident_memory_bytes', stat: 'value' as const, values: [7] };
    answer({
      ok: true,
      result: { stepSeconds: 10, times: [Math.floor(Date.now() / 1_000)], series: [memory] },
    });
    await pass(0);
    expect(titles('Charts')).toContain('Memory');
  });

  it('open by themselves once there is something to see', async () => {
    await open();
    await page.measure('d', {});
    await pass(1_000);
    expect(titles('Charts')).not.toContain('Memory');
    await page.measure('d', { signalbox_d_heap_used_bytes: 1 });
    await pass(1_000);
    expect(titles('Charts')).toContain('Memory');
  });
});

it('has what stands below the charts at once where few of them leave room for it', async () => {
  const below = () => document.querySelector('summary') !== null;
  vi.stubGlobal('innerWidth', 1_280);
  page = await testPage({ info: saysOf([FULL_MANIFEST], [daemon()]) });
  const source = page.model.source('d')!;
  const show = () =>
    page.show(<LiveTab source={source} charts={FULL_MANIFEST.charts ?? []} instruments={{}} up />);
  show();
  const amount = titles('Charts').length;
  expect([amount <= 6, below()]).toEqual([true, true]);
  cleanup();
  // Then three rows fill the window.
  vi.stubGlobal('innerWidth', 360 * Math.floor((amount - 1) / 2));
  show();
  expect(below()).toBe(false);
  await pass(100);
  expect(below()).toBe(true);
});

describe('the metrics', () => {
  const open_ = async () => {
    const details = document.querySelector('details')!;
    await act(async () => {
      details.open = true;
      fireEvent(details, new Event('toggle'));
    });
  };
  const worthOf = (name: string) => rowsOf(screen.getByRole('table')).find(([id]) => id === name)?.[2];

  it('are counted, and listed when that is wanted', async () => {
    await open();
    expect([document.querySelector('summary')?.textContent, screen.queryByRole('table')]).toEqual([
      'All metrics 18',
      null,
    ]);
    await open_();
    const [header, ...rows] = rowsOf(screen.getByRole('table'));
    expect(header).toEqual(['Metric', 'Meaning', 'Value']);
    expect(rows).toHaveLength(18);
    expect(rows.at(-4)).toEqual(['signalbox_d_open', 'People who are connected', '–']);
  });

  it('are written by their kind and unit', async () => {
    await open();
    await open_();
    for (const round of [0, 1]) {
      await page.measure('d', {
        signalbox_d_open: 42,
        signalbox_d_messages_total: 100 + round * 6,
        signalbox_d_monitoring_bytes_total: 1_024 + round * 1_024,
        signalbox_d_queue_bytes: 2_048,
        'signalbox_d_delivery_seconds/count': 1_200,
        'signalbox_d_delivery_seconds/p50': 0.1,
        'signalbox_d_delivery_seconds/p95': 0.2,
        'signalbox_d_delivery_seconds/p99': 0.3,
      });
      await pass(1_000);
    }
    expect(
      [
        'open',
        'messages_total',
        'monitoring_bytes_total',
        'queue_bytes',
        'delivery_seconds',
        'gc_pause_seconds',
      ].map((name) => worthOf(`signalbox_d_${name}`)),
    ).toEqual([
      '42',
      '106  ·  6/s',
      '2 KiB  ·  1 KiB/s',
      '2 KiB',
      '1,200  ·  p50 100 ms  ·  p99 300 ms',
      'nothing measured yet',
    ]);
  });
});

describe('the instruments', () => {
  const cache = (name: string): readonly MetricSpec[] => {
    const common = { unit: 'count', help: 'How many', labels: { cache: name }, instrument: 'cache' } as const;
    return [
      { ...common, name: 'signalbox_d_cache_answers_total', kind: 'counter' },
      { ...common, name: 'signalbox_d_cache_entries', kind: 'gauge' },
    ];
  };
  const many = (amount: number) => Array.from({ length: amount }, (_, i) => cache(`c${i}`)).flat();
  const drawn = {
    cache: {
      title: 'Lookups',
      columns: [
        { metric: 'entries', title: 'Held' },
        { metric: 'answers', title: 'Found' },
      ],
      spark: 'answers',
    },
  };

  it('are not there where the process has none', async () => {
    await open();
    expect(screen.queryByRole('region', { name: 'Instruments' })).toBeNull();
  });

  it('are a table for each kind, a row for each of them', async () => {
    await open({}, [...cache('a'), cache('b')[0]!]);
    const group = screen.getByRole('region', { name: 'Caches' });
    expect(within(group).getAllByRole('row')).toHaveLength(3);
    expect(titles('Instruments')).toEqual(['Caches 2']);
    await page.measure('d', { 'signalbox_d_cache_entries{cache="a"}': 7 });
    await pass(1_000);
    expect(rowsOf(within(group).getByRole('table'))).toEqual([
      ['Name', 'Answers', 'Entries'],
      ['a', '0  ·  0/s', '7'],
      ['b', '0  ·  0/s', ''],
    ]);
    expect(within(group).queryByRole('img')).toBeNull();
    expect(within(group).getByText('7').closest('td')?.title).toBe('How many');
  });

  it('are drawn as the manifest says, with the last minute beside', async () => {
    await open({ instruments: drawn }, [...cache('a'), cache('b')[1]!]);
    const group = screen.getByRole('region', { name: 'Lookups' });
    expect(rowsOf(within(group).getByRole('table'))[0]).toEqual(['Name', 'Held', 'Found', 'Last minute']);
    expect(
      within(group)
        .getAllByRole('img')
        .map((one) => one.getAttribute('aria-label')),
    ).toEqual(['Found of a in the last minute']);
  });

  it('have what every daemon has among those of all pages, and not as rows without a value', async () => {
    const columns = [{ metric: 'held', title: 'Held' }];
    const links = { limiter: { title: 'Links', columns, spark: 'held' } };
    await open({ instruments: links }, standardSeries('d', 'limiter', 'tasks'));
    expect(screen.queryByRole('region', { name: 'Links' })).toBeNull();
    const table = screen.getByRole('table', { name: 'Pools and queues' });
    expect(within(table).getByRole('rowheader', { name: 'tasks' })).toBeTruthy();
    page.close();
    // Where the manifest draws a figure of the kind, they are rows like others.
    const drawn = {
      limiter: { title: 'Links', columns: [{ metric: 'depth', title: 'Callers' }], spark: 'depth' },
    };
    await open({ instruments: drawn }, standardSeries('d', 'limiter', 'tasks'));
    expect(titles('Instruments')).toEqual(['Links 1']);
  });

  it('have curves beside them up to 24, because each costs memory and drawing', async () => {
    await open({ instruments: drawn }, many(24));
    expect(within(screen.getByRole('region', { name: 'Lookups' })).getAllByRole('img')).toHaveLength(24);
    page.close();
    await open({ instruments: drawn }, many(25));
    const group = screen.getByRole('region', { name: 'Lookups' });
    expect(within(group).queryByRole('img')).toBeNull();
    expect(rowsOf(within(group).getByRole('table'))[0]).toEqual(['Name', 'Held', 'Found']);
  });
});
