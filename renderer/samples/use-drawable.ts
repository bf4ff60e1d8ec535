/** Joins a component that draws with the animation loop: registered while mounted, drawn while in view. */
import { type RefObject, useEffect, useRef, useState } from 'react';
import { useScreen } from '../model/host-context.ts';
import type { SourceModel } from '../model/source-model.ts';
import type { Drawable } from './draw-loop.ts';

/** What is drawn, and when. All of it may change between renders. */
interface Drawing {
  readonly source: SourceModel;
  /** Read on every frame; see {@link Drawable}. */
  readonly intervalMs: () => number;
  readonly isReady?: () => boolean;
  readonly measure?: () => void;
  readonly prepare?: () => void;
  readonly draw: () => void;
}

/** Returns the handle for `redraw`. */
export function useDrawable(element: RefObject<Element | null>, drawing: Drawing): Drawable {
  const loop = useScreen().draw;
  const latest = useRef(drawing);
  useEffect(() => {
    latest.current = drawing;
  });
  const [drawable] = useState<Drawable>(() => ({
    get source() {
      return latest.current.source;
    },
    get intervalMs() {
      return latest.current.intervalMs();
    },
    isReady: () => latest.current.isReady?.() ?? true,
    measure: () => latest.current.measure?.(),
    prepare: () => latest.current.prepare?.(),
    draw: () => latest.current.draw(),
  }));
  useEffect(() => {
    const node = element.current;
    if (node === null) return;
    const remove = loop.add(drawable, node);
    const observer = new IntersectionObserver((entries) => {
      const last = entries.at(-1);
      if (last !== undefined) loop.setVisible(drawable, last.isIntersecting);
    });
    observer.observe(node);
    return () => {
      observer.disconnect();
      remove();
    };
  }, [loop, drawable, element]);
  return drawable;
}
