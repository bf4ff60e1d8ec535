/** A part of a page that scrolls by itself: named and focusable, so that the keyboard can scroll it too. */
import type { KeyboardEvent, ReactNode, Ref, WheelEvent } from 'react';

interface ScrollRegionProps {
  readonly label: string;
  /** Something in it takes the focus already, and scrolls it by keys. */
  readonly holdsFocus?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLElement>;
  readonly onScroll?: () => void;
  readonly onWheel?: (event: WheelEvent) => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly onPointerDown?: () => void;
}

export function ScrollRegion({
  label,
  holdsFocus = false,
  className = '',
  children,
  ref,
  ...on
}: ScrollRegionProps): ReactNode {
  return (
    <section
      ref={ref}
      aria-label={label}
      tabIndex={holdsFocus ? -1 : 0}
      {...on}
      className={`focus-visible:-outline-offset-2 ${className}`}
    >
      {children}
    </section>
  );
}
