/** Two points in time to look between, in local time. */
import { type ReactNode, useState } from 'react';
import { fromLocalInput, toLocalInput } from '../format/times.ts';
import { Button } from '../ui/button.tsx';
import { messages } from './messages.ts';

interface AbsoluteRangeProps {
  /** What is shown now, Unix milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly onApply: (from: number, to: number) => void;
}

export function AbsoluteRange({ from, to, onApply }: AbsoluteRangeProps): ReactNode {
  const [entered, setEntered] = useState({ from: toLocalInput(from), to: toLocalInput(to) });
  const start = fromLocalInput(entered.from);
  const end = fromLocalInput(entered.to);
  const right = start !== null && end !== null && start < end;
  return (
    <form
      aria-label={messages.absolute}
      className="flex flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (right) onApply(start, end);
      }}
    >
      {(['from', 'to'] as const).map((name) => (
        <label key={name} className="flex items-center gap-1.5 text-sm text-dim">
          {messages[name]}
          <input
            type="datetime-local"
            step="1"
            className="field"
            aria-invalid={!right}
            value={entered[name]}
            onChange={(event) => setEntered({ ...entered, [name]: event.target.value })}
          />
        </label>
      ))}
      <Button type="submit" disabled={!right}>
        {messages.apply}
      </Button>
      {!right && (
        <p role="alert" className="text-xs text-bad">
          {messages.badRange}
        </p>
      )}
    </form>
  );
}
