/** Which of what daemons log leaves a mark on charts, as their manifests say. */
import { logRecordSchema } from '../../../contract/log-record.ts';
import type { LoggedMark } from '../../../contract/logged-mark.ts';
import type { Manifest } from '../../../contract/manifest.ts';
import type { Clock } from '../../../kit/clock.ts';
import { Rate, TokenBucket } from '../../../kit/token-bucket.ts';
import type { AnnouncementBus } from '../announcements.ts';
import type { ControlLimits } from '../limits.ts';

/** Announces the marks. What is logged again unchanged is no news, until something was linked. */
export function marksListen(
  bus: AnnouncementBus,
  registry: readonly Pick<Manifest, 'id' | 'marks'>[],
  clock: Clock,
  limits: Pick<ControlLimits, 'marksBurst'>,
): void {
  const rate = new Rate({ burst: limits.marksBurst, tokens: 1, perMs: 60_000 });
  const marking = registry.flatMap(({ id, marks }) => {
    if (marks === undefined) return [];
    return [
      [id, { marks, said: new Set<string>(), left: new TokenBucket(rate, clock.monotonic()) }] as const,
    ];
  });
  const daemons = new Map(marking);
  bus.subscribe('logsCame', ({ id: source, records }) => {
    const daemon = daemons.get(source);
    if (daemon === undefined) return;
    const { marks, said, left } = daemon;
    for (const record of records) {
      const mark = markOf(record, marks);
      if (mark === null || said.has(mark.text) || !left.take(1, clock.monotonic())) continue;
      if (mark.kind === 'linked' || said.size >= limits.marksBurst) said.clear();
      if (mark.kind !== 'linked') said.add(mark.text);
      bus.publish('markLeft', { source, mark });
    }
  });
}

/** The mark of a record; null where it leaves none. */
function markOf(record: unknown, marks: NonNullable<Manifest['marks']>): LoggedMark | null {
  // Most leave none: those are not worth being checked.
  if (typeof record !== 'object' || record === null || !('event' in record)) return null;
  const { event } = record;
  if (typeof event !== 'string' || !Object.hasOwn(marks, event)) return null;
  const parsed = logRecordSchema.safeParse(record);
  if (!parsed.success) return null;
  const { time, message: text } = parsed.data;
  return { kind: marks[event]!, time, text };
}
