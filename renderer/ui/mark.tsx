/** The sign of the product, drawn in place. Decoration: its name stands beside it. */
import type { ReactNode } from 'react';

export function Mark({ className = 'size-5' }: { className?: string }): ReactNode {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false" className={`shrink-0 ${className}`}>
      <rect width="32" height="32" rx="7" fill="#1d3a6e" />
      <path d="M9 25V8" stroke="#fff" strokeWidth="2.5" strokeLinecap="round" />
      <path d="M9 11h13l-4 3.5 4 3.5H9z" fill="#7fb2ff" />
      <circle cx="9" cy="25" r="2.5" fill="#fff" />
    </svg>
  );
}
