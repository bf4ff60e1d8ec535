/** Answers of bots as lines of the network: in the language and the look that somebody likes, cut between words where they are too long. */
import { writeLine } from '../../irc/p10/line.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import { limits } from '../limits.ts';
import type { Catalogues } from './catalogues.ts';
import { fill, isTable, type Message, type Reply, type ReplyTable } from './reply.ts';
import { ENGLISH, type ReplyStyle } from './reply-style.ts';

/** For whoever has set nothing. */
export const PLAIN_STYLE: ReplyStyle = {
  privmsg: false,
  style: 'NORMAL',
  width: limits.replyBytes.default,
  color: false,
  language: ENGLISH,
};

const BOLD = '\x02';

/** The text in pieces of at most so many bytes; a word that is longer alone is cut. */
function replyPieces(text: string, bytes: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const word of text.split(' ').flatMap((one) => shortWords(one, bytes))) {
    const longer = piece === '' ? word : `${piece} ${word}`;
    if (piece === '' || Buffer.byteLength(longer) <= bytes) piece = longer;
    else {
      pieces.push(piece);
      piece = word;
    }
  }
  pieces.push(piece);
  return pieces;
}

function shortWords(word: string, bytes: number): string[] {
  if (Buffer.byteLength(word) <= bytes) return [word];
  const words: string[] = [];
  let part = '';
  for (const character of word) {
    if (Buffer.byteLength(part + character) > bytes) {
      words.push(part);
      part = '';
    }
    part += character;
  }
  return [...words, part];
}

/** What a message comes to for its reader. */
export function messageText(reply: string | Message, catalogues: Catalogues, style: ReplyStyle): string {
  const { text, values } = typeof reply === 'string' ? { text: reply, values: [] } : reply;
  const said = values.map((value) => {
    if (typeof value !== 'string') return messageText(value, catalogues, style);
    return style.color && value !== '' ? `${BOLD}${value}${BOLD}` : value;
  });
  return fill(catalogues.translate(style.language, text), said);
}

function tableLines({ headings, rows }: ReplyTable, catalogues: Catalogues, style: ReplyStyle): string[] {
  const titles = headings.map((heading) => catalogues.translate(style.language, heading));
  if (style.style === 'CLEAN')
    return rows.map((row) => row.map((cell, at) => `${titles[at]}: ${cell}`).join('; '));
  const lines = [titles, ...rows];
  const widths = titles.map((_, at) => Math.max(...lines.map((line) => Array.from(line[at] ?? '').length)));
  return lines.map((line, index) => {
    const cells = line.map((cell, at) => (at === line.length - 1 ? cell : cell.padEnd(widths[at]!)));
    const text = cells.join('  ').trimEnd();
    return style.color && index === 0 ? `${BOLD}${text}${BOLD}` : text;
  });
}

/**
 * Lines of a bot to a user.
 * @param from numeric of the bot
 * @param to numeric of the user
 */
export function replyLines(
  from: string,
  to: string,
  replies: readonly Reply[],
  catalogues: Catalogues,
  style: ReplyStyle = PLAIN_STYLE,
): string[] {
  const token = style.privmsg ? TOKEN.PRIVMSG : TOKEN.NOTICE;
  const width = Math.min(style.width, limits.replyBytes.default);
  return replies
    .flatMap((reply) =>
      isTable(reply) ? tableLines(reply, catalogues, style) : [messageText(reply, catalogues, style)],
    )
    .flatMap((text) => replyPieces(text, width))
    .map((piece) => writeLine(from, token, [to], bytesOf(piece === '' ? ' ' : piece)));
}
