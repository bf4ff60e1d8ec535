/** A key as it is shown in lists and hints. */
import type { ReactNode } from 'react';

export function Key({ children }: { children: string }): ReactNode {
  return (
    <kbd className="inline-block min-w-5 rounded-sm border border-line-strong/60 bg-sunken px-1.5 text-center font-mono text-xs">
      {children}
    </kbd>
  );
}
