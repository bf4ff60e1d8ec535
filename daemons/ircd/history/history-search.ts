/**
 * Finds what somebody may read: in memory, and what is older than that on disk. What is in memory begins where what is asked of the disk
 * ends, so that the two are one row, of which `select` takes what is meant. Called by commands/chathistory.ts.
 */
import type { MessageResult, StoredMark, StoredPlace, StoredSelection } from '../../../contract/messages.ts';
import type { HistoryBuffer, Kept } from './history-buffer.ts';
import type { MessageHistory } from './message-history.ts';
import { type Mark, type Room, type Selection, select } from './selection.ts';
import { restored } from './stored-form.ts';

/** Messages of a channel or an account that somebody may read. */
export interface Readable {
  /** What is in memory; null for nothing. */
  readonly buffer: HistoryBuffer | null;
  readonly scope: string;
  /** The name of the channel; empty in private. */
  readonly name: string;
  /** Nothing up to this order. */
  readonly after: number;
  /** Nothing that came before, Unix milliseconds. */
  readonly sinceMs: number;
  /** Who reads, for turns at the disk: an account, or an address. */
  readonly by: string;
  /** In private: with whom, folded. */
  readonly peer: { readonly nick: string; readonly account: string | null } | null;
}

/** The line of a channel that got another name (IRCv3 channel-rename). */
const RENAME = /^:\S+ RENAME /;

/** A time, or the id of a message. */
export type Asked = Mark | { readonly id: string };

/** What is asked for, as it was written. */
export interface Question {
  readonly kind: Selection['kind'];
  /** Of LATEST there may be none, of BETWEEN there are two. */
  readonly marks: readonly Asked[];
}

/** What came of a search. */
export type Found =
  | { readonly kind: 'found'; readonly entries: readonly Kept[] }
  | { readonly kind: 'unknown'; readonly id: string }
  /** Nothing could be read where it is. */
  | { readonly kind: 'unreadable' };

/**
 * @param events whether whoever asks is shown what is no message.
 * @param renames whether they know what RENAME is, which is one of those.
 */
export function search(
  history: MessageHistory,
  readable: Readable,
  question: Question,
  events: boolean,
  room: Room,
  renames = true,
): Found | Promise<Found> {
  const { buffer, after } = readable;
  const here = inMemory(readable);
  const isSeen = ({ said }: Kept) =>
    said.kind === 'message' || (events && (renames || !RENAME.test(said.body)));
  const marks = question.marks.map((mark) => ('id' in mark ? (ofId(here, mark.id) ?? mark) : mark));
  const selection = selectionOf(question.kind, marks);
  const found = selection === null ? null : select(here.filter(isSeen), selection, room);
  const { disk } = history;
  const completeFrom = buffer?.completeFrom ?? history.totals.lastOrder + 1;
  if (disk === null || after + 1 >= completeFrom || buffer?.isFull === true) {
    if (found !== null) return { kind: 'found', entries: found };
    return { kind: 'unknown', id: unknownOf(marks) };
  }
  if (found !== null && isWhole(question.kind, marks, found, room, completeFrom))
    return { kind: 'found', entries: found };
  const asked = disk.read(readable.by, {
    scope: readable.scope,
    after,
    before: completeFrom,
    events,
    peer: readable.peer,
    wanted: wantedOf(question.kind, marks),
    messages: room.messages,
    bytes: Math.floor(room.bytes),
  });
  return history.whileReading(asked, (answer, isGone) => {
    if (answer === null) {
      // What there is, is more than nothing; the rest can be asked for when it can be read again.
      return found === null || found.length === 0
        ? { kind: 'unreadable' }
        : { kind: 'found', entries: found };
    }
    if ('unknown' in answer) return { kind: 'unknown', id: answer.unknown };
    const whole = [...fromDisk(answer, readable), ...here].filter((entry) => isSeen(entry) && !isGone(entry));
    const places = answer.marks.map(markOf);
    return { kind: 'found', entries: select(whole, selectionOf(question.kind, places)!, room) };
  });
}

function inMemory({ buffer, after, peer }: Readable): readonly Kept[] {
  if (buffer === null) return [];
  const entries = after === 0 ? buffer.entries : buffer.entries.filter(({ order }) => order > after);
  if (peer === null) return entries;
  // They may have had another nick then, or somebody else this one.
  return entries.filter(
    ({ said }) =>
      said.peer !== null &&
      (said.peer.nickKey === peer.nick || (peer.account !== null && said.peer.account === peer.account)),
  );
}

function fromDisk(
  { messages }: Extract<MessageResult<'read'>, { readonly messages: unknown }>,
  { name, peer, sinceMs }: Readable,
): Kept[] {
  // What is too old goes from the disk a little later.
  const own = messages.filter(({ kept }) => kept >= sinceMs);
  return own.map((message) => restored(message, name, peer)).filter((entry) => entry !== null);
}

function ofId(entries: readonly Kept[], id: string): Mark | null {
  return entries.findLast(({ said }) => said.msgid === id) ?? null;
}

/** Null while one of the marks is not known. */
function selectionOf(kind: Selection['kind'], marks: readonly Asked[]): Selection | null {
  const [mark, until] = marks;
  if ((mark !== undefined && 'id' in mark) || (until !== undefined && 'id' in until)) return null;
  if (kind === 'LATEST') return { kind, mark: mark ?? null };
  return kind === 'BETWEEN' ? { kind, mark: mark!, until: until! } : { kind, mark: mark! };
}

function unknownOf(marks: readonly Asked[]): string {
  for (const mark of marks) if ('id' in mark) return mark.id;
  return '';
}

/** Whether nothing that is older than what is in memory can belong to what was found there. */
function isWhole(
  kind: Selection['kind'],
  marks: readonly Asked[],
  found: readonly Kept[],
  room: Room,
  completeFrom: number,
): boolean {
  const isHere = (mark: Asked) => !('id' in mark) && mark.order !== null && mark.order >= completeFrom;
  const [mark, until] = marks;
  switch (kind) {
    case 'LATEST':
      return found.length >= room.messages || (mark !== undefined && isHere(mark));
    case 'BEFORE':
      return found.length >= room.messages;
    case 'AFTER':
      return isHere(mark!);
    case 'BETWEEN':
      return isHere(mark!) && isHere(until!);
    case 'AROUND':
      return false;
  }
}

function wantedOf(kind: Selection['kind'], marks: readonly Asked[]): StoredSelection {
  const [mark, until] = marks.map((one): StoredMark => ('id' in one ? { id: one.id } : placeOf(one)));
  if (kind === 'LATEST') return { kind, mark: mark ?? null };
  return kind === 'BETWEEN' ? { kind, mark: mark!, until: until! } : { kind, mark: mark! };
}

function placeOf({ order, timeMs }: Mark): StoredPlace {
  return order === null ? { at: timeMs } : { order, at: timeMs };
}

function markOf(place: StoredPlace): Mark {
  return { order: 'order' in place ? place.order : null, timeMs: place.at };
}
