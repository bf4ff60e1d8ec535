/**
 * How much a channel keeps of what is said there, by the choice of its operators (mode H, in the form of InspIRCd and UnrealIRCd):
 * `50:7d`, how many messages and for how long, and behind a second colon who may read them. `*` leaves it to the settings of the
 * server, which nothing goes beyond. Pure.
 */

/** What a channel has chosen. */
export interface HistoryPolicy {
  /** As it is shown: one spelling of what means the same. */
  readonly text: string;
  /** Messages, the latest; null for as many as the server keeps. */
  readonly messages: number | null;
  /** For how long; null for as long as the server does. */
  readonly minutes: number | null;
  /** Who reads, in the words of the settings; null for those whom the server lets. */
  readonly readers: 'present' | 'members' | null;
}

/** What `+H` means by itself. */
export const AS_SERVER = '*';

/** What is expected, for whoever wrote something else. */
export const POLICY_FORM =
  'messages:time, such as 50:7d, *:12h or 50:7d:members; m, h, d and w stand behind the time, * is what the server keeps, and present or members say who may read';

/** No server keeps more. */
const MOST_MESSAGES = 100_000;
const MOST_MINUTES = 527_040;

const FORM = /^(\*|[1-9]\d{0,5}):(\*|\d[\ddhmw]{1,15})(?::(\*|present|members))?$/i;
/** InspIRCd writes several units behind each other. A number alone is minutes to one server and seconds to another, so it is none here. */
const TIME = /^(?:(\d{1,6})w)?(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?$/i;
const UNITS: readonly (readonly [string, number])[] = [
  ['w', 10_080],
  ['d', 1_440],
  ['h', 60],
  ['m', 1],
];

/** Null for what is none. */
export function parseHistoryPolicy(text: string): HistoryPolicy | null {
  if (text === AS_SERVER) return { text, messages: null, minutes: null, readers: null };
  const [, count = '', time = '', who = AS_SERVER] = FORM.exec(text) ?? [];
  if (count === '') return null;
  const messages = count === AS_SERVER ? null : Number(count);
  const minutes = time === AS_SERVER ? null : minutesOf(time);
  if (messages !== null && messages > MOST_MESSAGES) return null;
  if (minutes !== null && (minutes < 1 || minutes > MOST_MINUTES)) return null;
  const readers = who === AS_SERVER ? null : who.toLowerCase() === 'members' ? 'members' : 'present';
  return { text: textOf(messages, minutes, readers), messages, minutes, readers };
}

/** 0 for what is no time. */
function minutesOf(text: string): number {
  const numbers = TIME.exec(text)?.slice(1) ?? [];
  return numbers.reduce((sum, number, at) => sum + Number(number ?? 0) * UNITS[at]![1], 0);
}

/** Some minutes in the largest unit of which they are a whole number. */
export function shortTime(minutes: number): string {
  const [unit, size] = UNITS.find(([, each]) => minutes % each === 0)!;
  return `${minutes / size}${unit}`;
}

function textOf(messages: number | null, minutes: number | null, readers: string | null): string {
  if (messages === null && minutes === null && readers === null) return AS_SERVER;
  const time = minutes === null ? AS_SERVER : shortTime(minutes);
  return `${messages ?? AS_SERVER}:${time}${readers === null ? '' : `:${readers}`}`;
}

/** Of two choices of channels of one age the one that holds: one's own rather than the server's, else the one that sorts first. */
export function lesserPolicy(text: string | null, other: string): string {
  if (text === null || text === AS_SERVER) return other;
  return other !== AS_SERVER && other < text ? other : text;
}
