/** The heading of a page. Takes the focus when the page is entered, so that it is read out and tabbing starts there. */
import { type ReactNode, useEffect, useRef } from 'react';
import { useNaming } from '../model/host-context.ts';

interface PageHeaderProps {
  readonly title: string;
  readonly subtitle?: ReactNode;
  readonly actions?: ReactNode;
}

/** The page that was entered last: the first page of a window does not take the focus from the document. */
let entered = false;

export function PageHeader({ title: page, subtitle, actions }: PageHeaderProps): ReactNode {
  const title = useNaming()(page);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – Signalbox`;
    if (entered) heading.current?.focus({ preventScroll: true });
    entered = true;
  }, [title]);
  return (
    <div className="flex min-h-control items-center justify-between gap-x-4">
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-1">
        <h1 ref={heading} tabIndex={-1} className="heading-page">
          {title}
        </h1>
        {subtitle}
      </div>
      {actions}
    </div>
  );
}
