/**
 * A user of another server who asks something here: the answer goes back as numerics of this server. What it costs is charged
 * to the link that it was asked by.
 */
import { MAX_LINE_BYTES, splitText } from '../../irc/line-text.ts';
import type { Numeric } from '../../irc/numerics.ts';
import { bytesOf, cutBytes } from '../../irc/p10/text.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import { WordLines } from '../../irc/word-lines.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkTurns } from '../../runtime/async/work-turns.ts';
import { limits } from '../limits.ts';
import type { Asker } from '../state/asker.ts';
import type { Server } from '../state/server.ts';
import type { User } from '../state/user.ts';

/** How its answers are sent. */
export interface AnswerPath {
  readonly me: Server;
  readonly work: WorkTurns;
  send(line: string): void;
}

export class RemoteAsker implements Asker {
  readonly user: User;
  readonly answerBytes = limits.linkAnswerBytes.default;
  readonly #path: AnswerPath;

  constructor(user: User, path: AnswerPath) {
    this.user = user;
    this.#path = path;
  }

  /** What their clients understand is known where they are. */
  has(): boolean {
    return false;
  }

  /** Whoever is an operator elsewhere sees here what anybody sees. */
  can(): boolean {
    return false;
  }

  reply(numeric: Numeric, middle = '', text: string = numeric.text): void {
    this.replyRaw(numeric, middle === '' ? `:${text}` : `${middle} :${text}`);
  }

  replyRaw(numeric: Numeric, params: string): void {
    this.#send(numeric.code, bytesOf(params));
  }

  replyWords(numeric: Numeric, middle = ''): WordLines {
    return new WordLines(this.textRoom(numeric, middle), (words) => this.reply(numeric, middle, words));
  }

  /** As their client reads it, with the name of this server before it. */
  textRoom(numeric: Numeric, middle = ''): number {
    const gap = middle === '' ? '' : ' ';
    const head = `:${this.#path.me.name} ${numeric.code} ${this.user.nick}${gap}${middle} :`;
    return MAX_LINE_BYTES - Buffer.byteLength(head);
  }

  notice(text: string): void {
    const room = MAX_LINE_BYTES - Buffer.byteLength(`:${this.#path.me.name} NOTICE ${this.user.nick} :`);
    for (const piece of splitText(text, room)) this.#send(TOKEN.NOTICE, bytesOf(`:${piece}`));
  }

  #send(token: string, params: string): void {
    const { me, work } = this.#path;
    const line = cutBytes(`${me.numeric} ${token} ${this.user.numeric} ${params}`, MAX_LINE_BYTES);
    work.spend(workPrices.row.ns + line.length * workPrices.rowByte.ns);
    this.#path.send(line);
  }
}
