/**
 * One message on its way to many receivers. The line is serialized once for each variant (set of tag capabilities, and frame)
 * that some receiver needs, when the first such receiver comes; a delivery after that is an array lookup and a push.
 */

import { serverTime } from '../../irc/clock.ts';
import { fitLine } from '../../irc/line-text.ts';
import type { MessageTags } from '../../irc/p10/message-tags.ts';
import type { Chunk, Framing, Outbox } from '../net/connection.ts';
import type { LocalClient } from '../state/local-client.ts';
import { CAP, FRAMING_BITS, FRAMING_SHIFT, VARIANT_BITS, VARIANTS } from './capabilities.ts';

/** Tags that come with a message; each receiver gets those that its capabilities ask for. */
export interface DeliveryTags {
  /** Account of the sender (IRCv3 account-tag). */
  readonly account: string | null;
  /** IRCv3 message id, empty for messages that have none. */
  readonly msgid: string;
  /** Client-only tags, raw. */
  readonly clientTags: string;
  /** The batch that it is part of; absent for none. */
  readonly batch?: string;
  /** Whether the sender marked itself a bot (IRCv3 bot-mode). */
  readonly bot: boolean;
}

const NO_TAGS: DeliveryTags = { account: null, msgid: '', clientTags: '', bot: false };

/** One message; lives for the command that sends it. */
export class Delivery {
  /** Line without tags, at most 510 bytes. */
  readonly body: string;
  readonly #outbox: Outbox;
  readonly #tags: DeliveryTags;
  /** Variant bits that make a difference to this message. */
  readonly #relevant: number;
  /** Null until somebody gets it. */
  #chunks: (Chunk | null)[] | null = null;
  #time: string;

  /** @param time as clients see it; that of the first delivery where it is empty */
  constructor(outbox: Outbox, body: string, tags: DeliveryTags = NO_TAGS, time = '') {
    this.#outbox = outbox;
    this.#time = time;
    this.body = fitLine(body);
    this.#tags = tags;
    let relevant: number = CAP.serverTime | FRAMING_BITS;
    if (tags.account !== null) relevant |= CAP.accountTag;
    if (tags.msgid !== '' || tags.clientTags !== '' || tags.bot) relevant |= CAP.messageTags;
    this.#relevant = relevant;
  }

  /** Appends the message to a client's pending lines; inside a labeled command of that client, to its response. */
  to(client: LocalClient): void {
    if (client.capture !== null) client.capture.add(this.#tagText(client.caps & VARIANT_BITS), this.body);
    else this.past(client);
  }

  /** Like {@link to}, but never part of a labeled response: for messages that merely happen to reach their sender. */
  past(client: LocalClient): void {
    const variant = client.caps & this.#relevant;
    client.connection.push(this.#chunks?.[variant] ?? this.#encode(variant));
  }

  /** To be called when it goes on in a later tick: what was serialized belonged to the tick before. */
  renew(): void {
    this.#chunks?.fill(null);
  }

  /** What goes with it, for whoever keeps it. */
  get tags(): DeliveryTags {
    return this.#tags;
  }

  /** What servers of our own kind are told beside the text. */
  get messageTags(): MessageTags {
    const { msgid, clientTags } = this.#tags;
    return { msgid, time: this.#stamp(), clientTags };
  }

  /** One time for all receivers, also when some of them are served in a later turn. */
  #stamp(): string {
    if (this.#time === '') this.#time = serverTime();
    return this.#time;
  }

  #encode(variant: number): Chunk {
    const tags = this.#tagText(variant);
    // A lane a variant, so that the lines of a receiver lie side by side in the arena.
    const framing = (variant >> FRAMING_SHIFT) as Framing;
    const chunk = this.#outbox.encode(tags === '' ? this.body : `@${tags} ${this.body}`, variant, framing);
    this.#chunks ??= new Array(VARIANTS).fill(null);
    this.#chunks[variant] = chunk;
    return chunk;
  }

  #tagText(variant: number): string {
    const { account, msgid, clientTags, bot, batch } = this.#tags;
    let text = batch === undefined ? '' : `batch=${batch}`;
    if ((variant & CAP.serverTime) !== 0) text = join(text, `time=${this.#stamp()}`);
    if ((variant & CAP.accountTag) !== 0 && account !== null) text = join(text, `account=${account}`);
    if ((variant & CAP.messageTags) !== 0) {
      if (msgid !== '') text = join(text, `msgid=${msgid}`);
      if (bot) text = join(text, 'bot');
      if (clientTags !== '') text = join(text, clientTags);
    }
    return text;
  }
}

function join(tags: string, tag: string): string {
  return tags === '' ? tag : `${tags};${tag}`;
}
