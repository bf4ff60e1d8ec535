/** The field that filters what is shown below it. Used by tables, logs, audit, commands and the metric picker. */
import type { ReactNode } from 'react';

interface SearchFieldProps {
  /** Its name for those who do not see where it stands. */
  readonly label: string;
  /** Shown while it is empty; the label where it is left out. */
  readonly hint?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Its width. */
  readonly className?: string;
}

export function SearchField({
  label,
  hint = label,
  value,
  onChange,
  className = '',
}: SearchFieldProps): ReactNode {
  return (
    <input
      type="search"
      className={`field ${className}`}
      aria-label={label}
      placeholder={hint}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
