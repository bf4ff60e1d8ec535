/** What the strip of marks says. */
import type { MarkKind } from '../../contract/control/marks.ts';
import { formatMoment } from '../format/times.ts';

/** The word for one event of a kind, and for several. */
const WORDS: Readonly<Record<MarkKind, readonly [string, string]>> = {
  crash: ['crash', 'crashes'],
  failed: ['failure', 'failures'],
  split: ['split', 'splits'],
  unreachable: ['failed link', 'failed links'],
  linked: ['link', 'links'],
  stop: ['stop', 'stops'],
  start: ['start', 'starts'],
  reload: ['reload', 'reloads'],
  action: ['action', 'actions'],
};

export const messages = {
  title: 'Events',
  label: (range: string) => `Events, ${range}`,
  none: 'No events',
  noActions: 'Actions are shown to those who may read the audit trail',
  onlyNow: 'Only what happened since this page was opened: history cannot be read at present.',
  kind: (kind: MarkKind, count: number) => `${count} ${WORDS[kind][count === 1 ? 0 : 1]}`,
  one: (kind: MarkKind, daemon: string, text: string) =>
    `${WORDS[kind][0]}${daemon === '' ? '' : ` of ${daemon}`}${text === '' ? '' : `: ${text}`}`,
  action: (daemon: string, text: string) => `${text}${daemon === '' ? '' : `, ${daemon}`}`,
  several: (count: number, kinds: readonly string[]) =>
    kinds.length === 1 ? kinds[0]! : `${count} events: ${kinds.join(', ')}`,
  gravest: (all: string, one: string) => `${all}; ${one}`,
  at: (from: number, to: number, now: number) =>
    to - from < 1_000 ? formatMoment(from, now) : `${formatMoment(from, now)} to ${formatMoment(to, now)}`,
  unmeasured: 'its effect is being measured',
  opens: { crash: 'opens the crash', log: 'opens the log', audit: 'opens the audit trail' },
};
