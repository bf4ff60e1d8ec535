/** A command is refused where it is written, and the reason has places, so that it is told in the language of whoever asked. */
import { type ErrorCode, SignalboxError } from '../../../contract/errors.ts';
import { fill, type Message } from './reply.ts';

/** As any other error for everybody but bots, who tell {@link reply}. */
export class RefusedReply extends SignalboxError {
  readonly reply: Message;

  constructor(code: ErrorCode, reply: Message) {
    super(code, inEnglish(reply));
    this.reply = reply;
  }
}

/** To be thrown. */
export function notDone(code: ErrorCode, reply: Message): RefusedReply {
  return new RefusedReply(code, reply);
}

function inEnglish({ text, values }: Message): string {
  return fill(
    text,
    values.map((value) => (typeof value === 'string' ? value : inEnglish(value))),
  );
}
