/** The History page in a window of its own, for its tests: two daemons of the operator, a recorder, and a known time. */
import { cleanup } from '@testing-library/react';
import { vi } from 'vitest';
import type { ManifestDescription } from '../../contract/manifest.ts';
import { noTokens, testTokens } from '../look/test-tokens.ts';
import { testScreen } from '../model/test-screen.ts';
import { goTo, manifestOf, testWindow } from '../model/test-window.tsx';
import { HistoryPage } from './history-page.tsx';

export const NOW = new Date(2026, 10, 20, 14, 3, 22).getTime();
export const HOUR = 3_600_000;

/** `recorder`, which runs for Signalbox itself, then `d` and `e`. */
export const MANIFESTS: readonly ManifestDescription[] = [
  manifestOf({ id: 'recorder', internal: true }),
  manifestOf({
    metrics: [
      { name: 'signalbox_d_open', kind: 'gauge', unit: 'count', help: 'Open now' },
      { name: 'signalbox_d_taken_total', kind: 'counter', unit: 'count', help: 'Taken so far' },
    ],
    highlights: { connections: 'signalbox_d_open', messages: 'signalbox_d_taken_total' },
  }),
  manifestOf({ id: 'e', highlights: {} }),
];

interface Asked {
  readonly source: string;
  readonly metrics: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** Makes the window; `close()` it after the test. Charts are 892 pixels wide: 64 of the axis, 800, and half a label. */
export async function historyWindow(manifests = MANIFESTS) {
  vi.useFakeTimers({ now: NOW });
  const sizes = testScreen();
  testTokens(Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`--series-${n + 1}`, `color${n + 1}`])));
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(892);
  const window = await testWindow({ manifests });
  vi.spyOn(window.model, 'hostNow').mockReturnValue(NOW);
  return {
    ...window,
    sizes,
    /** What history was asked for last. */
    asked: () => window.argsOf('history.query').at(-1) as Asked,
    /** Has the recorder answer with a value a minute of the last hour, and with others where they are given. */
    answerWith(values: readonly (number | null)[], metric = 'signalbox_d_open') {
      const times = values.map((_, i) => NOW / 1_000 - 3_600 + i * 60);
      const result = { stepSeconds: 60, times, series: [{ metric, stat: 'value', values }] };
      window.answers['history.query'] = () => ({ ok: true, result });
    },
    async showAt(hash = '#/h/a/history') {
      await goTo(hash);
      await window.show(<HistoryPage />);
    },
    async close() {
      cleanup();
      window.close();
      await goTo('');
      noTokens();
      vi.unstubAllGlobals();
      vi.restoreAllMocks();
      vi.useRealTimers();
    },
  };
}

/** The query of the address. */
export const query = () => Object.fromEntries(new URLSearchParams(location.hash.split('?')[1]));
