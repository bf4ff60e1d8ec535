/** A choice of few, all visible: radio buttons in one row, or in several where there is no room for one. Of many it is a list to open. */
import { type ReactNode, useId } from 'react';

/** More take a row of their own in a window of 1,280 pixels, and two or three in a narrow one. */
const MOST_SEGMENTS = 8;

interface SegmentedControlProps {
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function SegmentedControl({ label, options, value, onChange }: SegmentedControlProps): ReactNode {
  const name = useId();
  if (options.length > MOST_SEGMENTS) {
    return (
      <select
        aria-label={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="field font-medium"
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    );
  }
  return (
    <fieldset className="inline-flex min-h-control flex-wrap overflow-hidden rounded-md border border-line bg-surface">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="relative flex cursor-pointer -my-px min-h-control items-center border-line px-2.5 text-sm font-medium text-dim transition-colors not-first-of-type:border-l hover:bg-hover has-checked:bg-accent-soft has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            className="absolute inset-0 cursor-pointer opacity-0"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
