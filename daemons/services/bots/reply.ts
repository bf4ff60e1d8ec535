/**
 * What a bot answers: texts whose English words are apart from what stands between them, so that a catalogue can say them in another
 * language; and tables, which are drawn as their reader likes them. `reply-lines.ts` makes lines of them.
 */

/** A text with places: `You are called {0}.` */
export interface Message {
  readonly text: string;
  /** What stands in the places; a message among them is translated by itself. */
  readonly values: readonly (string | Message)[];
}

/** Rows under headings. */
export interface ReplyTable {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One answer. A bare string is a message without places. */
export type Reply = string | Message | ReplyTable;

/** A message, as a tagged template: said`You are called ${nick}.` */
export function said(
  words: TemplateStringsArray,
  ...values: readonly (string | number | Message)[]
): Message {
  const text = words.reduce((before, word, index) => `${before}{${index - 1}}${word}`);
  return { text, values: values.map((value) => (typeof value === 'number' ? String(value) : value)) };
}

/** A message without places, to stand in another. */
export function phrase(text: string): Message {
  return { text, values: [] };
}

/** So many of something, to stand in another message: a text each for one and for more, so that both can be translated. */
export function counted(count: number, one: string, more: string): Message {
  return { text: `{0} ${count === 1 ? one : more}`, values: [String(count)] };
}

/** Whether an account was found, and not why it was not. */
export function isAccount<Account extends { readonly key: string }>(
  found: Account | Reply,
): found is Account {
  return typeof found !== 'string' && 'key' in found;
}

export function isTable(reply: Reply): reply is ReplyTable {
  return typeof reply !== 'string' && 'rows' in reply;
}

/** Puts values into the places of a text. */
export function fill(text: string, values: readonly string[]): string {
  return text.replace(PLACE, (place, index: string) => values[Number(index)] ?? place);
}

/** The places of a text, each once, in order. */
export function placesOf(text: string): number[] {
  const found = new Set(Array.from(text.matchAll(PLACE), ([, index]) => Number(index)));
  return [...found].sort((a, b) => a - b);
}

const PLACE = /\{(\d{1,2})\}/g;
