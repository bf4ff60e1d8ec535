/** Who asks what this server is and who is there: a client of its own, or a user of another server by the links. */
import type { Numeric } from '../../irc/numerics.ts';
import type { WordLines } from '../../irc/word-lines.ts';
import type { User } from './user.ts';

/** Whoever gets an answer. `LocalClient` is one; links/remote-asker.ts has the other. */
export interface Asker {
  readonly user: User;
  /** Bytes that all lines of one answer may have together. */
  readonly answerBytes: number;
  /** Whether a capability is in force. */
  has(cap: number): boolean;
  /** Whether an operator session of this server has a flag. */
  can(flag: string): boolean;
  /**
   * A numeric whose last parameter is text.
   * @param middle parameters between nick and text, separated by spaces; may be empty.
   */
  reply(numeric: Numeric, middle?: string, text?: string): void;
  /** A numeric whose parameters hold no text. */
  replyRaw(numeric: Numeric, params: string): void;
  /** A numeric whose text is a list of words: as many lines as they need. */
  replyWords(numeric: Numeric, middle?: string): WordLines;
  /** Bytes for the text of {@link reply}. */
  textRoom(numeric: Numeric, middle?: string): number;
  /** A notice of the server. */
  notice(text: string): void;
}
