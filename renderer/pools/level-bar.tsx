/**
 * How full an instrument is: a small bar with a mark where it was fullest; none where only memory ends it. Decoration: the
 * figures stand beside it.
 */
import { type ReactNode, useEffect, useRef } from 'react';
import { useScreen } from '../model/host-context.ts';
import type { Level } from './instrument-words.ts';
import { figureNow, type LiveInstrument } from './live-instruments.ts';

/** From this share on the bar says by its colour that room ends. */
const FILLING_RATIO = 0.8;

export function LevelBar({ one, level }: { one: LiveInstrument; level: Level }): ReactNode {
  const { text } = useScreen();
  const bar = useRef<HTMLSpanElement>(null);
  const fill = useRef<HTMLSpanElement>(null);
  const most = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const [frame, filling, mark] = [bar.current!, fill.current!, most.current!];
    const share = (value: number) => {
      const ratio = value / figureNow(one, level.whole);
      return Number.isFinite(ratio) ? Math.min(1, Math.max(0, ratio)) : 0;
    };
    return text.add(
      () => {
        const shares = [share(figureNow(one, level.part)), share(figureNow(one, 'high_water'))];
        return [...shares.map(percent), figureNow(one, level.whole) > 0 ? '' : 'endless'].join(' ');
      },
      (shares) => {
        const [now, highest, endless] = shares.split(' ');
        frame.hidden = endless === 'endless';
        filling.style.width = `${now}%`;
        const filled = Number(now) / 100;
        const calm = level.mayBeFull || filled < FILLING_RATIO;
        filling.dataset.level = calm ? 'calm' : filled < 1 ? 'filling' : 'full';
        mark.style.left = `${highest}%`;
        mark.hidden = Number(highest) === 0;
      },
    );
  }, [text, one, level]);
  return (
    <span
      ref={bar}
      aria-hidden="true"
      className="relative inline-block h-2 w-14 shrink-0 overflow-hidden rounded-sm bg-sunken ring-1 ring-line ring-inset max-sm:hidden"
    >
      <span
        ref={fill}
        className="absolute inset-y-0 left-0 bg-accent data-[level=filling]:bg-warn data-[level=full]:bg-bad"
      />
      <span ref={most} className="absolute inset-y-0 -ml-px w-0.5 bg-line-strong" />
    </span>
  );
}

function percent(ratio: number): string {
  return (ratio * 100).toFixed(1);
}
