/** A moment that is asked about, as somebody tells it: `14:03`. What is shown then is the minutes around it. */
import { type ReactNode, type Ref, useState } from 'react';
import { CLOCK_FORMAT, fromEnteredMoment, TIME_FORMAT } from '../format/times.ts';
import { Button } from '../ui/button.tsx';
import { aroundMoment } from './around.ts';
import type { Range } from './entered-range.ts';
import { messages } from './messages.ts';

interface AroundMomentProps {
  /** Unix milliseconds on the clock of the host. */
  readonly now: () => number;
  readonly onApply: (range: Range) => void;
  /** The field. */
  readonly ref?: Ref<HTMLInputElement>;
}

export function AroundMoment({ now, onApply, ref }: AroundMomentProps): ReactNode {
  const [entered, setEntered] = useState('');
  const [refused, setRefused] = useState(false);
  return (
    <form
      aria-label={messages.aroundForm}
      className="flex flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        const moment = fromEnteredMoment(entered, now());
        if (moment === null) setRefused(true);
        else onApply(aroundMoment(moment));
      }}
    >
      <label className="flex items-center gap-1.5 text-sm text-dim">
        {messages.around}
        <input
          ref={ref}
          type="text"
          className="field w-44"
          autoComplete="off"
          spellCheck={false}
          placeholder={CLOCK_FORMAT}
          title={messages.aroundHint(CLOCK_FORMAT, TIME_FORMAT)}
          aria-invalid={refused}
          value={entered}
          onChange={(event) => {
            setEntered(event.target.value);
            setRefused(false);
          }}
        />
      </label>
      <Button type="submit" disabled={entered.trim() === ''}>
        {messages.show}
      </Button>
      {refused && (
        <p role="alert" className="text-xs text-bad">
          {messages.badMoment}
        </p>
      )}
    </form>
  );
}
