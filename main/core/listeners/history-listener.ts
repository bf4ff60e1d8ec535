/** What goes into history: seconds of metrics, changes of state and marks. */
import type { AnnouncementBus } from '../announcements.ts';
import type { HistoryClient } from '../records/history-client.ts';

/** Passes on what is to be recorded, and whether the recorder is there. `recorderId` is null in a host without one. */
export function historyListens(
  bus: AnnouncementBus,
  history: HistoryClient,
  recorderId: string | null,
): void {
  bus.subscribe('secondMeasured', ({ source, instance, metrics, summary: { time, values, intervals } }) =>
    history.addSample({ source, instance, time, metrics, values, intervals }),
  );
  bus.subscribe('markLeft', ({ source, mark: { kind, time, text } }) =>
    history.addState({ time, daemon: source, state: kind, cause: text }),
  );
  bus.subscribe('daemonChanged', ({ snapshot, previous }) => {
    const { id, state, since, cause } = snapshot;
    if (state !== previous) history.addState({ time: since, daemon: id, state, cause });
    if (id === recorderId) history.recorderChanged(snapshot);
  });
}
