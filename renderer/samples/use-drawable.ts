/** Joins a component that draws with the animation loop: registered while mounted, drawn while in view. */
import { type RefObject, useEffect, useRef, useState } from 'react';
import { useHost } from '../model/host-context.ts';
import type { Drawable } from './draw-loop.ts';

/** `draw` may change between renders; `intervalMs` is read on every frame. Returns the handle for `redraw`. */
export function useDrawable(
  source: string,
  intervalMs: number,
  element: RefObject<Element | null>,
  draw: () => void,
): Drawable {
  const loop = useHost().draw;
  const latest = useRef({ draw, intervalMs });
  useEffect(() => {
    latest.current = { draw, intervalMs };
  });
  const [drawable] = useState<Drawable>(() => ({
    source,
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
