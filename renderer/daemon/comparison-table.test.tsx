// @vitest-environment happy-dom
/** Figures side by side: what a reader sees of modes of a server. */
import { screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pass } from '../model/test-window.tsx';
import { rowsOf, type TestPage, testPage } from '../ui/test-page.tsx';
import { ComparisonTable } from './comparison-table.tsx';

let page: TestPage;
beforeEach(async () => {
  vi.useFakeTimers();
  page = await testPage();
  const comparison = {
    title: 'Kinds',
    of: 'Kind',
    columns: ['Messages', 'Delivery', 'Open', 'Other'],
    rows: [
      {
        title: 'plain',
        metrics: [
          'signalbox_d_messages_total',
          'signalbox_d_delivery_seconds',
          'signalbox_d_open',
          'signalbox_d_gone',
        ],
      },
    ],
  };
  page.show(<ComparisonTable source={page.model.source('d')!} comparison={comparison} />);
});
afterEach(() => {
  page.close();
  vi.useRealTimers();
});

const rows = () => rowsOf(screen.getByRole('table'));

it('has a row for each thing and a column for each figure, and says nothing of what is not measured', () => {
  expect(rows()).toEqual([
    ['Kind', 'Messages', 'Delivery', 'Open', 'Other'],
    ['plain', '–', '–', '–', '–'],
  ]);
});

it('shows counters as rates with what they come to, durations by half and nearly all, and values as they are', async () => {
  for (const round of [0, 1]) {
    await page.measure('d', {
      signalbox_d_messages_total: 1_000 + round * 12,
      signalbox_d_open: 42,
      'signalbox_d_delivery_seconds/count': 9,
      'signalbox_d_delivery_seconds/p50': 0.001,
      'signalbox_d_delivery_seconds/p99': 0.25,
    });
    await pass(1_000);
  }
  expect(rows()[1]).toEqual(['plain', '12/s1,012 in all', '1 ms · 250 ms', '42', '–']);
});
