/** How far a command for many rows is, and what came of it in the end: what failed, had gone or was something else, by name. */
import { type ReactNode, type RefObject, useEffect } from 'react';
import { amountOf } from '../format/plural.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import type { BulkState, Named } from './bulk-run.ts';
import { messages } from './messages.ts';

interface BulkOutcomeProps {
  readonly state: BulkState;
  readonly noun: string;
  readonly total: number;
  readonly first: RefObject<HTMLElement | null>;
  readonly onStop: () => void;
  readonly onClose: () => void;
}

export function BulkOutcome({ state, noun, total, first, onStop, onClose }: BulkOutcomeProps): ReactNode {
  const ended = state.phase === 'ended';
  const { succeeded, failed, gone, changed, done } = state;
  // The button that had the focus is gone with the question, and so is Stop in the end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another button stands there once it has ended
  useEffect(() => first.current?.focus(), [first, ended]);
  return (
    <div className="flex flex-col gap-3">
      {!ended && (
        <progress
          className="w-full accent-accent"
          aria-label={messages.bulkProgress}
          max={total}
          value={done}
        />
      )}
      <p role="status" className="text-sm font-medium">
        {ended
          ? messages.bulkEnded(amountOf(succeeded, noun), state.stopped ? amountOf(total - done, noun) : null)
          : messages.bulkRunning(done, amountOf(total, noun))}
      </p>
      {failed.length > 0 && (
        <Callout tone="bad" title={messages.bulkFailed(amountOf(failed.length, noun))}>
          <NamedList label={messages.bulkFailedNames} items={failed} />
        </Callout>
      )}
      {gone.length > 0 && (
        <Callout tone="info" title={messages.bulkGone(amountOf(gone.length, noun))}>
          <NamedList label={messages.bulkGoneNames} items={gone.map((name) => ({ name, text: '' }))} />
        </Callout>
      )}
      {changed.length > 0 && (
        <Callout tone="warn" title={messages.bulkChanged(amountOf(changed.length, noun))}>
          <NamedList label={messages.bulkChangedNames} items={changed.map((name) => ({ name, text: '' }))} />
        </Callout>
      )}
      <div className="flex justify-end">
        {ended ? (
          <Button ref={first} onClick={onClose}>
            {messages.close}
          </Button>
        ) : (
          <Button ref={first} icon="stop" onClick={onStop}>
            {messages.stop}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Names, each with what is said of it. */
export function NamedList({ label, items }: { label: string; items: readonly Named[] }): ReactNode {
  return (
    <ScrollRegion label={label} className="max-h-40 overflow-y-auto text-sm">
      <ul>
        {items.map(({ name, text }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: names may be alike, and the list only grows
          <li key={at} className="break-words">
            {name}
            {text !== '' && <span className="text-dim">: {text}</span>}
          </li>
        ))}
      </ul>
    </ScrollRegion>
  );
}
