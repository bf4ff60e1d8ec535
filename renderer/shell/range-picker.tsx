/** Chooses the range of time that all pages look at: live, one that ends now, or two points in time. */
import { Popover } from '@base-ui/react/popover';
import { type ReactNode, useRef, useState } from 'react';
import { AbsoluteRange } from '../history/absolute-range.tsx';
import { AroundMoment } from '../history/around-moment.tsx';
import { useHost } from '../model/host-context.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { messages } from './messages.ts';
import { rangeWords } from './range-words.ts';
import { useRoute } from './route.ts';
import {
  endsOf,
  goToRange,
  LIVE,
  leaveZoom,
  RANGES,
  type RangeName,
  useRange,
  type ViewRange,
  yesterday,
} from './view.ts';

const CHOICES: readonly ViewRange[] = [
  LIVE,
  ...(Object.keys(RANGES) as RangeName[]).map((name): ViewRange => ({ kind: 'recent', name })),
];

const keyOf = (range: ViewRange) => JSON.stringify(range);

export function RangePicker(): ReactNode {
  const host = useHost();
  const range = useRange();
  const { back } = useRoute().query;
  const [open, setOpen] = useState(false);
  // Who is told of a moment types it at once; everything else is seen and pressed.
  const moment = useRef<HTMLInputElement>(null);
  const now = open ? host.hostNow() : 0;
  const ends = open ? endsOf(range, now) : { from: 0, to: 0 };
  const go = (next: ViewRange) => {
    setOpen(false);
    goToRange(next);
  };
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        aria-label={messages.rangeLabel(rangeWords(range))}
        className="inline-flex h-control min-w-0 shrink items-center gap-1.5 rounded-md border border-line bg-surface px-2.5 text-sm font-medium hover:bg-hover"
      >
        <Icon
          name={range.kind === 'live' ? 'dot' : 'clock'}
          className={`size-3.5 shrink-0 ${range.kind === 'live' ? 'text-good' : 'text-dim'}`}
        />
        <span className="truncate">{rangeWords(range)}</span>
        <Icon name="unfolded" className="size-3 shrink-0 text-dim" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="start" className="z-40">
          <Popover.Popup
            aria-label={messages.range}
            initialFocus={moment}
            className="flex max-w-dialog flex-col gap-3 card p-3 shadow-float"
          >
            <fieldset aria-label={messages.range} className="flex flex-wrap gap-1">
              {CHOICES.map((choice) => (
                <Button
                  key={keyOf(choice)}
                  pressed={keyOf(choice) === keyOf(range)}
                  onClick={() => go(choice)}
                >
                  {choice.kind === 'recent' ? messages.spans[choice.name] : messages.live}
                </Button>
              ))}
              <Button
                pressed={keyOf(yesterday(now)) === keyOf(range)}
                onClick={() => go(yesterday(host.hostNow()))}
              >
                {messages.yesterday}
              </Button>
            </fieldset>
            <AroundMoment
              ref={moment}
              now={() => host.hostNow()}
              onApply={(around) => go({ kind: 'absolute', ...around })}
            />
            <AbsoluteRange
              key={keyOf(range)}
              {...{ ...ends, now }}
              onApply={(from, to) => go({ kind: 'absolute', from, to })}
            />
            {range.kind === 'absolute' && back !== undefined && (
              <Button
                className="self-start"
                onClick={() => {
                  setOpen(false);
                  leaveZoom();
                }}
              >
                {messages.leaveZoom}
              </Button>
            )}
            <p className="text-xs text-dim">{messages.rangeHint}</p>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
