/** The width of an element, followed as it changes. */
import { type RefObject, useContext, useEffect, useState } from 'react';
import { HostsContext } from '../model/host-context.ts';

/**
 * Pixels inside the element; null before anything was measured.
 * @param kind what it is one of: the first render of another one goes by the last, which is mostly as wide
 */
export function useWidth(element: RefObject<HTMLElement | null>, kind: string): number | null {
  const known = useContext(HostsContext)?.screen.sizes;
  const [width, setWidth] = useState<number | null>(() => known?.get(kind) ?? null);
  useEffect(() => {
    const node = element.current;
    if (node === null) return;
    const observer = new ResizeObserver(() => {
      if (node.clientWidth > 0) known?.set(kind, node.clientWidth);
      setWidth(node.clientWidth);
    });
    observer.observe(node);
    return () => observer.disconnect();
  }, [element, kind, known]);
  return width;
}
