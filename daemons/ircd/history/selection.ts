/** Which of the messages that are kept a CHATHISTORY means (IRCv3 chathistory, "Subcommands"). Pure. */
import type { Kept } from './history-buffer.ts';

/** A place between messages: that of one, or a time. */
export interface Mark {
  /** `order` of the message; null for a time. */
  readonly order: number | null;
  /** Unix milliseconds. */
  readonly timeMs: number;
}

/** What is asked for. */
export type Selection =
  | { readonly kind: 'BEFORE' | 'AFTER' | 'AROUND'; readonly mark: Mark }
  /** `mark` is null for no bound. */
  | { readonly kind: 'LATEST'; readonly mark: Mark | null }
  | { readonly kind: 'BETWEEN'; readonly mark: Mark; readonly until: Mark };

/** What an answer may have. */
export interface Room {
  readonly messages: number;
  readonly bytes: number;
}

/** Of those that may be read, oldest first, the ones that are meant, oldest first. */
export function select(entries: readonly Kept[], selection: Selection, room: Room): readonly Kept[] {
  const { kind, mark } = selection;
  switch (kind) {
    case 'LATEST':
      return last(mark === null ? entries : entries.filter((entry) => isBehind(entry, mark)), room);
    case 'BEFORE':
      return last(
        entries.filter((entry) => isAhead(entry, mark)),
        room,
      );
    case 'AFTER':
      return first(
        entries.filter((entry) => isBehind(entry, mark)),
        room,
      );
    case 'AROUND':
      return around(entries, mark, room);
    case 'BETWEEN': {
      // "Counted starting from and excluding the first message selector", forwards or backwards in time.
      const forwards = compare(mark, selection.until) <= 0;
      const [from, to] = forwards ? [mark, selection.until] : [selection.until, mark];
      const between = entries.filter((entry) => isBehind(entry, from) && isAhead(entry, to));
      return forwards ? first(between, room) : last(between, room);
    }
  }
}

/** The one that is meant itself, and as many before as behind it; where one side has fewer, more of the other. */
function around(entries: readonly Kept[], mark: Mark, { messages, bytes }: Room): Kept[] {
  const before = entries.filter((entry) => isAhead(entry, mark));
  const rest = entries.filter((entry) => !isAhead(entry, mark));
  const wanted = Math.max(Math.floor(messages / 2), messages - rest.length);
  const earlier = last(before, { messages: wanted, bytes: bytes / 2 });
  return [...earlier, ...first(rest, { messages: messages - earlier.length, bytes: bytes / 2 })];
}

function first(entries: readonly Kept[], { messages, bytes }: Room): readonly Kept[] {
  let left = bytes;
  const cut = entries.findIndex((entry, at) => {
    left -= entry.sizeBytes;
    return at >= messages || left < 0;
  });
  return cut === -1 ? entries : entries.slice(0, cut);
}

function last(entries: readonly Kept[], { messages, bytes }: Room): readonly Kept[] {
  let left = bytes;
  let from = entries.length;
  while (from > 0 && entries.length - from < messages) {
    left -= entries[from - 1]!.sizeBytes;
    if (left < 0) break;
    from--;
  }
  return entries.slice(from);
}

/** Whether an entry is earlier than a mark, and not the one that is meant. */
function isAhead({ order, timeMs }: Kept, mark: Mark): boolean {
  return mark.order === null ? timeMs < mark.timeMs : order < mark.order;
}

function isBehind({ order, timeMs }: Kept, mark: Mark): boolean {
  return mark.order === null ? timeMs > mark.timeMs : order > mark.order;
}

function compare(a: Mark, b: Mark): number {
  return a.order === null || b.order === null ? a.timeMs - b.timeMs : a.order - b.order;
}
