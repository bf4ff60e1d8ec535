/** How somebody wants to be answered: what an account keeps of it (SET), and what holds for everybody who has set nothing. */

/** Ways to draw a table: lined up under headings, or each row as a sentence of its own, as screen readers like it. */
export const TABLE_STYLES = ['NORMAL', 'CLEAN'] as const;
/** One of {@link TABLE_STYLES}. */
export type TableStyle = (typeof TABLE_STYLES)[number];

export interface ReplyStyle {
  /** Answers are messages instead of notices. */
  readonly privmsg: boolean;
  readonly style: TableStyle;
  /** Bytes of a line, at most. */
  readonly width: number;
  /** What stands between the words of a text is bold. */
  readonly color: boolean;
  /** Of a catalogue. */
  readonly language: string;
}

/** The language that everything is written in. */
export const ENGLISH = 'en';
