/** One entry of the audit trail; opened, it shows arguments and measured effects. */
import { Fragment, type ReactNode, useState } from 'react';
import { timingText } from '../../contract/work-timing.ts';
import { formatCount, formatSeconds } from '../format/numbers.ts';
import { formatDateTime, formatMoment } from '../format/times.ts';
import { useManifests } from '../model/host-context.ts';
import { Icon } from '../ui/icons.tsx';
import { actionText, changedValues, type LiveEntry, originText, outcomeText } from './audit-entries.ts';
import { auditSentence, type Piece } from './audit-sentence.ts';
import { messages } from './messages.ts';

interface AuditRowProps {
  readonly entry: LiveEntry;
  /** There is room for the sentence and its time alone: the rest is under the details. */
  readonly isNarrow: boolean;
  /** Unix milliseconds: of today the clock says enough. */
  readonly now: number;
  /** It is of the second that the address names. */
  readonly isMeant: boolean;
  /** It came while it was looked at. */
  readonly isNew: boolean;
}

export function AuditRowView({ entry, now, isNarrow, isMeant, isNew }: AuditRowProps): ReactNode {
  const [open, setOpen] = useState(false);
  const manifests = useManifests();
  const what = actionText(entry);
  return (
    <>
      <tr
        aria-current={isMeant ? 'time' : undefined}
        className={`h-row border-b border-line hover:bg-sunken ${isMeant ? 'bg-accent-soft' : ''} ${isNew ? 'appears' : ''}`}
      >
        <td className="pl-2 align-top">
          <button
            type="button"
            aria-expanded={open}
            aria-label={messages.details(what)}
            onClick={() => setOpen(!open)}
            className="flex size-7 items-center justify-center rounded-md text-dim hover:bg-hover hover:text-ink focus-visible:-outline-offset-2"
          >
            <Icon name={open ? 'unfolded' : 'right'} className="size-3.5" />
          </button>
        </td>
        <td
          title={formatDateTime(entry.time)}
          className={`px-2 py-1.25 align-top text-dim ${isNarrow ? '' : 'whitespace-nowrap'}`}
        >
          {formatMoment(entry.time, now)}
        </td>
        <td className="w-full min-w-64 px-2 py-1.25 align-top">
          <Deed entry={entry} pieces={auditSentence(entry, manifests)} />
          {isNarrow && <p className="font-mono text-xs text-dim wrap-anywhere">{what}</p>}
        </td>
        {!isNarrow && (
          <>
            <td className="px-2 py-1.25 align-top">
              <Effects effects={entry.effects} />
            </td>
            <td className="px-2 py-1.25 align-top font-mono text-xs whitespace-nowrap text-dim">{what}</td>
            <td className="px-2 py-1.25 align-top whitespace-nowrap text-dim">{originText(entry.from)}</td>
            <td className="py-1.25 pr-4 pl-2 text-right align-top whitespace-nowrap text-dim">
              {formatSeconds(entry.durationMs / 1000)}
            </td>
          </>
        )}
      </tr>
      {open && (
        <tr className="border-b border-line bg-sunken">
          <td />
          <td colSpan={isNarrow ? 2 : 6} className="px-2 py-3">
            <Details entry={entry} />
          </td>
        </tr>
      )}
    </>
  );
}

/** Who did what, by sign, word and colour whether it went well; why not, where it did not. */
function Deed({ entry, pieces }: { entry: LiveEntry; pieces: readonly Piece[] }): ReactNode {
  return (
    <div className="flex items-start gap-1.5">
      <span className={entry.ok ? 'text-good' : 'text-bad'}>
        <Icon name={entry.ok ? 'check' : 'error'} className="mt-0.5 size-3.5" />
        <span className="sr-only">{entry.ok ? messages.ok : messages.failed}</span>
      </span>
      <p className="min-w-0 wrap-anywhere">
        <span className="font-medium">{entry.actor}</span>{' '}
        {pieces.map((piece, place) =>
          piece.isValue ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a sentence are in order
            <span key={place} className="font-medium">
              {piece.text}
            </span>
          ) : (
            piece.text
          ),
        )}
        {!entry.ok && (
          <span className="text-bad" title={entry.outcome}>
            {messages.because(outcomeText(entry.outcome))}
          </span>
        )}
      </p>
    </div>
  );
}

/** Of what was nothing before and after there is nothing to see; what is opened says so. */
const hasMoved = ({ before, after }: LiveEntry['effects'][number]) => before !== 0 || after !== 0;

/** What it moved, as a bar of before above one of after. */
function Effects({ effects }: { effects: LiveEntry['effects'] }): ReactNode {
  return (
    <div className="flex flex-col gap-1">
      {effects.filter(hasMoved).map(({ metric, before, after }) => {
        const [was, is] = [formatCount(before), formatCount(after)];
        const most = Math.max(before, after, 1);
        return (
          <div key={metric} title={metric} className="flex items-center gap-2 whitespace-nowrap">
            <svg
              viewBox="0 0 100 14"
              role="img"
              aria-label={messages.effectOf(metric, was, is)}
              preserveAspectRatio="none"
              className="h-3.5 w-16 shrink-0"
            >
              <rect y="1" height="5" width={(before / most) * 100} className="fill-line-strong" />
              <rect y="8" height="5" width={(after / most) * 100} className="fill-accent" />
            </svg>
            <span aria-hidden="true" className="text-xs text-dim">
              {messages.change(was, is)}
            </span>
          </div>
        );
      })}
    </div>
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
              <dd>{messages.change(formatCount(effect.before), formatCount(effect.after))}</dd>
            </Fragment>
          ))}
        </dl>
        {entry.effects.length === 0 && <p className="text-dim">{messages.none}</p>}
      </div>
      <BeforeAfter outcome={entry.outcome} />
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

/** The values that a setting had and has, where the outcome says both. */
function BeforeAfter({ outcome }: { outcome: string }): ReactNode {
  const changed = changedValues(outcome);
  if (changed.length === 0) return null;
  return (
    <div className="md:col-span-2">
      <h3 className="mb-1 text-xs font-medium text-dim">{messages.changed}</h3>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 font-mono text-xs">
        {changed.map(({ name, before, after }) => (
          <Fragment key={name}>
            <dt className="text-dim">{name}</dt>
            <dd>{messages.change(before, after)}</dd>
          </Fragment>
        ))}
      </dl>
    </div>
  );
}
