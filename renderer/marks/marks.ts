/** What happened, as the strip above charts shows it: marks of the recorder, marks of now, and those that stand too close as one. */
import type { AuditEntry } from '../../contract/control/audit.ts';
import {
  type HistoryMark,
  MARK_KINDS,
  type MarkKind,
  markOfAction,
  markOfState,
} from '../../contract/control/marks.ts';
import type { LoggedMark } from '../../contract/logged-mark.ts';
import type { ManifestDescription } from '../../contract/manifest.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';

/** A mark, and whether what it did has been measured; one whose effect is still being measured is drawn hollow. */
export interface Mark extends HistoryMark {
  readonly isMeasured: boolean;
  /** Names an action that is told twice, the second time with its effects. */
  readonly key?: string;
}

/** The mark of a change of state; null where it leaves none. */
export function stateMark(before: DaemonSnapshot | undefined, now: DaemonSnapshot): Mark | null {
  const kind = markOfState(now.state);
  if (before === undefined || before.state === now.state || kind === undefined) return null;
  return {
    kind,
    time: now.since,
    until: now.since,
    count: 1,
    daemon: now.id,
    text: now.cause ?? '',
    isMeasured: true,
  };
}

/** The mark that a daemon has just left by its log. */
export function loggedMark(daemon: string, { kind, time, text }: LoggedMark): Mark {
  return { kind, time, until: time, count: 1, daemon, text, isMeasured: true };
}

/** The mark of an action that was just written down; null for what only reads. */
export function actionMark(
  entry: Omit<AuditEntry, 'id'>,
  manifests: readonly ManifestDescription[],
): Mark | null {
  const { command, target, time, ok, from, effects, key } = entry;
  const spec = manifests.find(({ id }) => id === target)?.commands.find(({ name }) => name === command);
  const mark = spec?.reads === true ? null : markOfAction({ ...entry, origin: from });
  if (mark === null) return null;
  return {
    ...mark,
    time,
    until: time,
    count: 1,
    daemon: target,
    isMeasured: !ok || effects.length > 0 || (spec?.effects.length ?? 0) === 0,
    ...(key === undefined ? {} : { key }),
  };
}

/** Adds a mark of now, at most `limit`; an action that comes again with its effects takes its own place. */
export function withMark(before: readonly Mark[], mark: Mark, limit: number): readonly Mark[] {
  const same = mark.key === undefined ? -1 : before.findLastIndex(({ key }) => key === mark.key);
  return same === -1 ? [...before.slice(-(limit - 1)), mark] : before.with(same, mark);
}

/** The marks of the recorder, asked until `askedTo` (Unix milliseconds), and of those of now the ones that it does not have. */
export function joinMarks(
  recorded: readonly HistoryMark[],
  askedTo: number,
  now: readonly Mark[],
): readonly Mark[] {
  const known = recorded.map((mark): Mark => ({ ...mark, isMeasured: true }));
  const fresh = now.filter(
    (mark) =>
      mark.time > askedTo ||
      !recorded.some(
        ({ kind, time, until }) => kind === mark.kind && time <= mark.time && mark.time <= until,
      ),
  );
  return [...known, ...fresh].sort((a, b) => a.time - b.time);
}

/** Marks that are shown as one. */
export interface MarkCluster {
  /** The gravest of its kinds. */
  readonly kind: MarkKind;
  readonly marks: readonly Mark[];
  /** How many events they are of. */
  readonly count: number;
  /** Pixels from the left of the strip. */
  readonly x: number;
}

/** Marks closer together than this are one, in pixels. */
export const CLUSTER_PX = 12;

/** How much room each digit of the number beside a mark takes, in pixels. */
const DIGIT_PX = 8;

/** How much room a mark takes with its number. */
function roomOf(count: number): number {
  return count === 1 ? CLUSTER_PX : CLUSTER_PX + DIGIT_PX / 2 + String(count).length * DIGIT_PX;
}

const rank = (kind: MarkKind) => MARK_KINDS.indexOf(kind);
const countOf = (marks: readonly Mark[]) => marks.reduce((sum, { count }) => sum + count, 0);

/** The marks of a range (Unix milliseconds) on a strip of so many pixels, from left to right. */
export function clusterMarks(
  marks: readonly Mark[],
  { from, to }: { readonly from: number; readonly to: number },
  width: number,
): readonly MarkCluster[] {
  const clusters: { x: number; marks: Mark[] }[] = [];
  for (const mark of marks) {
    if (mark.time < from || mark.time > to) continue;
    const x = ((mark.time - from) / (to - from)) * width;
    const before = clusters.at(-1);
    if (before !== undefined && x - before.x < roomOf(countOf(before.marks))) before.marks.push(mark);
    else clusters.push({ x, marks: [mark] });
  }
  return clusters.map(({ x, marks: own }) => {
    const [kind] = own.map((mark) => mark.kind).sort((a, b) => rank(a) - rank(b));
    return { kind: kind!, marks: own, count: countOf(own), x };
  });
}

/** How many events of each kind, the gravest first. */
export function kindsIn({
  marks,
}: MarkCluster): readonly { readonly kind: MarkKind; readonly count: number }[] {
  return MARK_KINDS.map((kind) => ({
    kind,
    count: countOf(marks.filter((mark) => mark.kind === kind)),
  })).filter(({ count }) => count > 0);
}

/** Where a mark leads: path and query within its host. The crash, the log at that second, or the audit trail. */
export function placeOf({ kind, marks }: MarkCluster): {
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
} {
  const own = marks.filter((mark) => mark.kind === kind);
  const { time, daemon } = own[0]!;
  if (kind === 'crash') return { path: ['daemon', daemon, 'crashes'], query: { at: String(time) } };
  if (kind === 'action' || kind === 'reload') {
    // The trail as it was after the last of them has all of them on top.
    return { path: ['audit'], query: { at: String(Math.max(...own.map((mark) => mark.until))) } };
  }
  return { path: ['daemon', daemon, 'logs'], query: { at: String(time) } };
}
