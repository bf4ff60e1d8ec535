/** A time that is typed into the palette, such as `14:03`: what happened then. */
import { formatClock, formatDateTime, formatDay, fromEnteredMoment } from '../format/times.ts';
import { aroundMoment } from '../history/around.ts';
import type { HostNow } from '../model/hosts.ts';
import { hashOf, navigate } from '../shell/route.ts';
import { rangeQuery } from '../shell/view.ts';
import type { PaletteEntry } from './entries.ts';
import { messages } from './messages.ts';

/** Leads to the Overview of the minutes around it; nothing for what is no time. */
export function momentEntries({ host }: HostNow, line: string): readonly PaletteEntry[] {
  const now = host.hostNow();
  const moment = fromEnteredMoment(line, now);
  if (moment === null) return [];
  const range = aroundMoment(moment);
  const isToday = formatDay(moment) === formatDay(now);
  const text = messages.happened(isToday ? formatClock(moment) : formatDateTime(moment));
  return [
    {
      key: 'moment',
      text,
      plain: text,
      hint: messages.happenedHint(formatClock(range.from), formatClock(range.to)),
      kind: messages.pages,
      act: () => navigate(hashOf(host, [], rangeQuery({ kind: 'absolute', ...range }))),
    },
  ];
}
