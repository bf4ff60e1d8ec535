/** Answers of bots: notices that fit a line, cut between words. */
import { writeLine } from '../../irc/p10/line.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import { limits } from '../limits.ts';

/** The text in pieces that each fit a notice. */
export function replyPieces(text: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const word of text.split(' ')) {
    const longer = piece === '' ? word : `${piece} ${word}`;
    if (piece === '' || Buffer.byteLength(longer) <= limits.replyBytes.default) piece = longer;
    else {
      pieces.push(piece);
      piece = word;
    }
  }
  pieces.push(piece);
  return pieces;
}

/**
 * Notices of a bot to a user.
 * @param from numeric of the bot
 * @param to numeric of the user
 */
export function replyLines(from: string, to: string, texts: readonly string[]): string[] {
  return texts
    .flatMap(replyPieces)
    .map((piece) => writeLine(from, TOKEN.NOTICE, [to], bytesOf(piece === '' ? ' ' : piece)));
}
