/** Reads history for a view, and again as time goes on; keeps the last answer while the next is on its way. */
import { useCallback, useEffect, useState } from 'react';
import type { HistoryResult } from '../../contract/control/history.ts';
import type { WireError } from '../../contract/errors.ts';
import { useHost, useHostState } from '../model/host-context.ts';
import { endsOf, type HistoryView, queryOf, refreshOf } from './history-view.ts';

/** Points a series: about one a pixel of a chart. */
const POINTS = 800;

export interface HistoryAnswer {
  /** Null before the first answer to this view. */
  readonly result: HistoryResult | null;
  /** What was asked for, Unix milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly error: WireError | null;
  readonly busy: boolean;
  readonly retry: () => void;
}

type Read = Omit<HistoryAnswer, 'busy' | 'retry'> & { readonly key: string };

const NOTHING: Read = { key: '', result: null, from: 0, to: 0, error: null };

export function useHistory(view: HistoryView): HistoryAnswer {
  const host = useHost();
  const recording = useHostState((state) => state.history?.state);
  const connected = useHostState((state) => state.connection.phase === 'connected');
  const [read, setRead] = useState(NOTHING);
  const [tries, setTries] = useState(0);
  const key = JSON.stringify(queryOf(view));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the view; the return of the recorder, of the connection, and a press on the button are reasons to ask again
  useEffect(() => {
    if (view.metrics.length === 0 || !connected) return;
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      const { from, to } = endsOf(view.range, host.hostNow());
      const outcome = await host.client.request('history.query', {
        source: view.source,
        metrics: [...view.metrics],
        // The recorder counts in seconds.
        from: from / 1000,
        to: to / 1000,
        points: POINTS,
      });
      if (!current) return;
      setRead(
        outcome.ok
          ? { key, result: outcome.result, from, to, error: null }
          : { key, result: null, from, to, error: outcome.error },
      );
      const interval = refreshOf(view.range);
      if (interval !== null) timer = setTimeout(askWhenSeen, interval);
    };
    const askWhenSeen = () => {
      // Nobody looks at a hidden window: it asks once it is seen again.
      if (!document.hidden) void ask();
      else document.addEventListener('visibilitychange', askWhenSeen, { once: true });
    };
    void ask();
    return () => {
      current = false;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', askWhenSeen);
    };
  }, [host, key, recording, connected, tries]);
  const retry = useCallback(() => setTries((count) => count + 1), []);
  const mine = read.key === key ? read : NOTHING;
  return { ...mine, busy: read.key !== key, retry };
}
