/** Joins a component that draws with the animation loop: registered while mounted, drawn while in view. */
import { type RefObject, useEffect, useRef, useState } from 'react';
import { useScreen } from '../model/host-context.ts';
import type { SourceModel } from '../model/source-model.ts';
import type { Drawable } from './draw-loop.ts';

/** `source` and `draw` may change between renders; `intervalMs` is read on every frame. Returns the handle for `redraw`. */
export function useDrawable(
  source: SourceModel,
  intervalMs: number,
  element: RefObject<Element | null>,
  draw: () => void,
): Drawable {
  const loop = useScreen().draw;
  const latest = useRef({ source, draw, intervalMs });
  useEffect(() => {
    latest.current = { source, draw, intervalMs };
  });
  const [drawable] = useState<Drawable>(() => ({
    get source() {
      return latest.current.source;
    },
    get intervalMs() {
      return latest.current.intervalMs;
    },
    draw: () => latest.current.draw(),
  }));
  useEffect(() => {
    const node = element.current;
    if (node === null) return;
    const remove = loop.add(drawable);
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
