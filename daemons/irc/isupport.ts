/** Tokens of RPL_ISUPPORT (005) in as many lines as they need. Which tokens there are is for each server to say. */
import { WordLines } from './word-lines.ts';

/** Tokens in one 005 line: 15 parameters less nick and text. */
const TOKENS_PER_LINE = 13;

/**
 * The tokens of each 005 line.
 * @param roomBytes UTF-8 bytes for the tokens of one line: what stands around them is `:server 005 nick ` and the text.
 */
export function isupportLines(tokens: readonly string[], roomBytes: number): string[] {
  const lines: string[] = [];
  const packer = new WordLines(roomBytes, (line) => lines.push(line), TOKENS_PER_LINE);
  for (const token of tokens) packer.add(token);
  packer.end();
  return lines;
}
