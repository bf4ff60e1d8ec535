/** The instruments of some processes and their order, for components: they render again when either is another. */
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { FrameLayout } from '../../contract/metric-frame.ts';
import { type Trouble, TroubleOrder } from '../../kit/instrument-trouble.ts';
import { useScreen } from '../model/host-context.ts';
import type { SourceModel } from '../model/source-model.ts';
import { keyOf, type LiveInstrument, liveInstruments, troubleNow } from './live-instruments.ts';

/** The instruments of these processes. `sources` is the same array until they are others. */
export function useInstruments(sources: readonly SourceModel[]): readonly LiveInstrument[] {
  const known = useRef<{
    readonly layouts: readonly FrameLayout[];
    readonly found: readonly LiveInstrument[];
  }>(undefined);
  const subscribe = useMemo(
    () => (listener: () => void) => {
      const ends = sources.map((source) => source.onLayout(listener));
      return () => {
        for (const end of ends) end();
      };
    },
    [sources],
  );
  return useSyncExternalStore(subscribe, () => {
    const layouts = sources.map(({ samples }) => samples.layout);
    const before = known.current;
    const isSame =
      before?.layouts.length === layouts.length && before.layouts.every((one, i) => one === layouts[i]);
    if (before !== undefined && isSame) return before.found;
    const found = sources.flatMap(liveInstruments);
    known.current = { layouts, found };
    return found;
  });
}

/** An instrument and the class of trouble that it stands under. */
export interface Arranged {
  readonly item: LiveInstrument;
  readonly trouble: Trouble;
}

/** The instruments by trouble. Looked at as often as figures are written; another answer only when a class is another. */
export function useTroubleOrder(instruments: readonly LiveInstrument[]): readonly Arranged[] {
  const { text } = useScreen();
  const [order] = useState(() => new TroubleOrder());
  const arrange = () => order.arrange(instruments, troubleNow, Date.now());
  const [shown, setShown] = useState<readonly Arranged[]>(arrange);
  useEffect(() => {
    let arranged: readonly Arranged[] = [];
    return text.add(
      () => {
        arranged = order.arrange(instruments, troubleNow, Date.now());
        return arranged.map(({ item, trouble }) => `${keyOf(item)} ${trouble}`).join('\n');
      },
      () => setShown(arranged),
    );
  }, [text, order, instruments]);
  return shown;
}
