/** A figure that is kept current without React: the ticker writes into the element up to four times a second. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useScreen } from '../model/host-context.ts';

export function LiveText({ read, className = '' }: { read: () => string; className?: string }): ReactNode {
  const { text } = useScreen();
  const element = useRef<HTMLSpanElement>(null);
  const latest = useRef(read);
  // It is there with the page: written afterwards, it would be laid out a second time.
  const [first] = useState(read);
  useEffect(() => {
    latest.current = read;
    // What it was rendered again for may be what it says.
    text.newsArrived();
  });
  useEffect(() => {
    const shown = element.current!;
    return text.add(
      () => latest.current(),
      (value) => {
        shown.textContent = value;
      },
      shown.textContent,
    );
  }, [text]);
  return (
    <span ref={element} className={className}>
      {first}
    </span>
  );
}
