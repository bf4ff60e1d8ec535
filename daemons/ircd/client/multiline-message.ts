/**
 * A message of several lines on its way to its receivers (IRCv3 multiline): one batch for who knows what that is, single lines for
 * others, each serialized once for all who get it so.
 */
import type { HistoryLine } from '../history/history-buffer.ts';
import type { Outbox } from '../net/connection.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Message } from '../work-steps.ts';
import { CAP } from './capabilities.ts';
import { MULTILINE } from './client-batch.ts';
import { Delivery, type DeliveryTags } from './delivery.ts';

let counter = 0;

/** What it is made of. */
export interface MultilineParts {
  readonly outbox: Outbox;
  /** Of whoever says it, `nick!user@host`. */
  readonly prefix: string;
  /** As receivers see it. */
  readonly target: string;
  /** One of them at least is not blank. */
  readonly lines: readonly HistoryLine[];
  /** With the batch that it is part of, for who asked for history. */
  readonly tags: DeliveryTags;
  /** As clients see it; that of the first delivery where it is empty. */
  readonly time: string;
}

/** One message of several lines. */
export class MultilineMessage implements Message {
  /** All of it, for its length. */
  readonly body: string;
  /** The first line that is not blank, with the tags of the message. */
  readonly first: Delivery;
  readonly #batch: readonly Delivery[];
  readonly #single: readonly Delivery[];

  constructor({ outbox, prefix, target, lines, tags, time }: MultilineParts) {
    // "Servers MUST NOT send blank lines to clients that have not negotiated the multiline capability."
    const [first, ...others] = lines.filter(({ blank }) => !blank);
    this.first = new Delivery(outbox, first!.body, tags, time);
    const stamp = this.first.messageTags.time;
    const make = (body: string, its: DeliveryTags) => new Delivery(outbox, body, its, stamp);
    // "Servers MUST only include a message ID on the first message of a batch."
    const later = { ...tags, msgid: '' };
    this.#single = [this.first, ...others.map(({ body }) => make(body, later))];
    const reference = `l${(++counter).toString(36)}`;
    const bare = { account: null, msgid: '', clientTags: '', bot: false };
    this.#batch = [
      make(`:${prefix} BATCH +${reference} ${MULTILINE} ${target}`, tags),
      ...lines.map(({ body, joined }) =>
        make(body, { ...bare, batch: joined ? `${reference};draft/multiline-concat` : reference }),
      ),
      make(`:${prefix} BATCH -${reference}`, bare),
    ];
    this.body = lines.map(({ body }) => body).join('\n');
  }

  /** As `Delivery.to`. */
  to(client: LocalClient): void {
    for (const one of this.#formFor(client)) one.to(client);
  }

  /** As `Delivery.past`. */
  past(client: LocalClient): void {
    for (const one of this.#formFor(client)) one.past(client);
  }

  renew(): void {
    for (const one of this.#batch) one.renew();
    for (const one of this.#single) one.renew();
  }

  #formFor(client: LocalClient): readonly Delivery[] {
    return client.has(CAP.multiline) && client.has(CAP.batch) ? this.#batch : this.#single;
  }
}
