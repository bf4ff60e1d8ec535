/**
 * Two points in time to look between. Text fields, because a browser's own picker follows its language and may show
 * twelve hours beside charts of twenty-four; what was not edited stays the moment that it was.
 */
import { type ReactNode, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { TimeField } from '../ui/time-field.tsx';
import { type EnteredRange, enteredRange } from './entered-range.ts';
import { messages } from './messages.ts';

interface AbsoluteRangeProps {
  /** What is shown now, Unix milliseconds. */
  readonly from: number;
  readonly to: number;
  /** What a clock alone is read by, Unix milliseconds. */
  readonly now: number;
  readonly onApply: (from: number, to: number) => void;
}

export function AbsoluteRange({ from, to, now, onApply }: AbsoluteRangeProps): ReactNode {
  const [entered, setEntered] = useState<EnteredRange>({});
  const range = enteredRange({ from, to }, entered, now);
  return (
    <form
      aria-label={messages.absolute}
      className="flex flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (range !== null) onApply(range.from, range.to);
      }}
    >
      {(['from', 'to'] as const).map((name) => (
        <TimeField
          key={name}
          label={messages[name]}
          shown={{ from, to }[name]}
          entered={entered[name]}
          invalid={range === null}
          onChange={(text) => setEntered({ ...entered, [name]: text })}
        />
      ))}
      <Button type="submit" disabled={range === null}>
        {messages.apply}
      </Button>
      {range === null && (
        <p role="alert" className="text-xs text-bad">
          {messages.badRange}
        </p>
      )}
    </form>
  );
}
