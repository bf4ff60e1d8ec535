/** A field for a point in time, with 24 hours like everything in the window. */
import type { ReactNode } from 'react';
import { TIME_FORMAT, toEnteredTime } from '../format/times.ts';

interface TimeFieldProps {
  readonly label: string;
  /** The time that stands there until another is entered, Unix milliseconds; null for none. */
  readonly shown: number | null;
  /** What was entered; undefined before. */
  readonly entered: string | undefined;
  readonly invalid: boolean;
  readonly onChange: (text: string) => void;
}

export function TimeField({ label, shown, entered, invalid, onChange }: TimeFieldProps): ReactNode {
  return (
    <label className="flex items-center gap-1.5 text-sm text-dim">
      {label}
      <input
        type="text"
        className="field w-44"
        autoComplete="off"
        spellCheck={false}
        placeholder={TIME_FORMAT}
        title={TIME_FORMAT}
        aria-invalid={invalid}
        value={entered ?? (shown === null ? '' : toEnteredTime(shown))}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
