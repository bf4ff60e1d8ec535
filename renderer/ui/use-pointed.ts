/** Tells that somebody is about to follow a link, before they do. */
import { useEffect, useRef } from 'react';

/** How long somebody points at a link who means it, in milliseconds: shorter is on the way to another. */
const POINTED_MS = 30;

/** Listeners for an element. @param tell called once each time that it is pointed at for a moment, or is gone to by the keyboard */
export function usePointed(tell: (() => void) | undefined) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  if (tell === undefined) return {};
  const end = () => clearTimeout(timer.current);
  const begin = () => {
    end();
    timer.current = setTimeout(tell, POINTED_MS);
  };
  return { onPointerEnter: begin, onPointerLeave: end, onFocus: begin, onBlur: end };
}
