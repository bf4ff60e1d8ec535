/** The charts of a process in a window of its own, for their tests: two daemons of the operator, a recorder, and a known time. */
import { cleanup, screen } from '@testing-library/react';
import { vi } from 'vitest';
import type { ManifestDescription } from '../../contract/manifest.ts';
import { LiveTab } from '../daemon/live-tab.tsx';
import { noTokens, testTokens } from '../look/test-tokens.ts';
import { testScreen } from '../model/test-screen.ts';
import { goTo, manifestOf, pass, testWindow } from '../model/test-window.tsx';

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
    /** What history was asked for last, of one question. */
    asked: () => window.argsOf('history.query').at(-1) as Asked,
    /** Has the recorder answer with a value a minute of the last hour, and with others where they are given. */
    answerWith(values: readonly (number | null)[], metric = 'signalbox_d_open') {
      const times = values.map((_, i) => NOW / 1_000 - 3_600 + i * 60);
      const result = { stepSeconds: 60, times, series: [{ metric, stat: 'value', values }] };
      window.answers['history.query'] = () => ({ ok: true, result });
    },
    /** Shows the charts of `d` at an address. */
    async showAt(search = '?range=1h&metrics=signalbox_d_open') {
      await goTo(`#/h/a/daemon/d/live${search}`);
      const source = window.model.source('d')!;
      const shown = await window.show(<LiveTab source={source} charts={[]} instruments={{}} up />);
      for (const plot of screen.queryAllByRole('img')) sizes.view(plot, true);
      await pass(50);
      return shown;
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
