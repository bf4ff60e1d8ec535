/** One entry of the audit trail; opened, it shows arguments and measured effects. */
import { Fragment, type ReactNode, useState } from 'react';
import { timingText } from '../../contract/work-timing.ts';
import { formatCount, formatSeconds } from '../format/numbers.ts';
import { formatClock, formatDay } from '../format/times.ts';
import { Icon } from '../ui/icons.tsx';
import { actionText, type LiveEntry, originText, outcomeText } from './audit-entries.ts';
import { messages } from './messages.ts';

interface AuditRowProps {
  readonly entry: LiveEntry;
  /** There is no room for a column of outcomes: they stand under the actions, and texts wrap. */
  readonly isNarrow: boolean;
}

export function AuditRowView({ entry, isNarrow }: AuditRowProps): ReactNode {
  const [open, setOpen] = useState(false);
  const what = actionText(entry);
  const wrap = isNarrow ? '' : 'whitespace-nowrap';
  return (
    <>
      <tr className="border-b border-line hover:bg-sunken">
        <td className="py-1 pl-2">
          <button
            type="button"
            aria-expanded={open}
            aria-label={messages.details(what)}
            onClick={() => setOpen(!open)}
            className="flex size-7 items-center justify-center rounded-md text-dim hover:bg-hover hover:text-ink"
          >
            <Icon name={open ? 'down' : 'right'} className="size-3.5" />
          </button>
        </td>
        <td className={`px-3 py-1.5 ${wrap}`}>
          <span className="whitespace-nowrap">{formatDay(entry.time)}</span>{' '}
          <span className="whitespace-nowrap">{formatClock(entry.time)}</span>
        </td>
        <td
          className={`px-3 py-1.5 wrap-anywhere ${isNarrow ? 'min-w-28' : 'min-w-44 2xl:whitespace-nowrap'}`}
        >
          {entry.actor}
        </td>
        <td className={`px-3 py-1.5 text-dim ${wrap}`}>{originText(entry.from)}</td>
        {isNarrow ? (
          <td className="w-full max-w-0 min-w-48 px-3 py-1.5">
            <span className="font-mono text-xs wrap-anywhere">{what}</span>
            <Outcome entry={entry} textClass="line-clamp-6 wrap-anywhere" />
          </td>
        ) : (
          <>
            <td className="px-3 py-1.5 font-mono text-xs whitespace-nowrap">{what}</td>
            <td className="w-full max-w-0 min-w-64 px-3 py-1.5">
              <Outcome entry={entry} textClass="truncate" />
            </td>
          </>
        )}
        <td className="h-row px-3 py-0.5 text-right whitespace-nowrap">
          {formatSeconds(entry.durationMs / 1000)}
        </td>
      </tr>
      {open && (
        <tr className="border-b border-line bg-sunken">
          <td />
          <td colSpan={isNarrow ? 5 : 6} className="px-3 py-3">
            <Details entry={entry} />
          </td>
        </tr>
      )}
    </>
  );
}

/** Whether it went well, and the rest in words; the whole of a long one is under the row's details. */
function Outcome({ entry, textClass }: { entry: LiveEntry; textClass: string }): ReactNode {
  return (
    <span className={`flex items-baseline gap-1.5 ${entry.ok ? 'text-good' : 'text-bad'}`}>
      <Icon name={entry.ok ? 'check' : 'error'} className="size-3.5 self-start mt-0.5" />
      <span className="shrink-0 font-medium">{entry.ok ? messages.ok : messages.failed}</span>
      <span className={`text-dim ${textClass}`} title={entry.outcome}>
        {outcomeText(entry.outcome)}
      </span>
    </span>
  );
}

function Details({ entry }: { entry: LiveEntry }): ReactNode {
  const args = Object.entries(entry.args);
  return (
    <div className="grid gap-x-8 gap-y-3 text-sm md:grid-cols-2">
      <div>
        <h3 className="mb-1 text-xs font-medium text-dim">{messages.arguments}</h3>
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 font-mono text-xs">
          {args.map(([name, value]) => (
            <Fragment key={name}>
              <dt className="text-dim">{name}</dt>
              <dd className="break-words">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
            </Fragment>
          ))}
        </dl>
        {args.length === 0 && <p className="text-dim">{messages.none}</p>}
      </div>
      <div>
        <h3 className="mb-1 text-xs font-medium text-dim">{messages.effects}</h3>
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 font-mono text-xs">
          {entry.effects.map((effect) => (
            <Fragment key={effect.metric}>
              <dt className="text-dim">{effect.metric}</dt>
              <dd>
                {formatCount(effect.before)} → {formatCount(effect.after)}
              </dd>
            </Fragment>
          ))}
        </dl>
        {entry.effects.length === 0 && <p className="text-dim">{messages.none}</p>}
      </div>
      <p className="break-words md:col-span-2">
        <span className="mr-3 text-xs font-medium text-dim">{messages.outcome}</span>
        <span className="font-mono text-xs">{entry.outcome}</span>
      </p>
      {entry.timing !== undefined && (
        <p className="break-words md:col-span-2">
          <span className="mr-3 text-xs font-medium text-dim">{messages.timing}</span>
          <span className="font-mono text-xs">{timingText(entry.timing)}</span>
        </p>
      )}
    </div>
  );
}
