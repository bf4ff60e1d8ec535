/**
 * Collects what one labeled command sends to its own client, then sends it as IRCv3 labeled-response asks: one line
 * with the label, a batch for several, `ACK` for none. Created by the dispatcher, filled by LocalClient and Delivery.
 */

import { serverTime } from '../../irc/clock.ts';
import type { Connection } from '../net/connection.ts';
import { CAP } from './capabilities.ts';

/** IRCv3 labeled-response: labels are at most 64 bytes; longer ones are ignored. */
export const MAX_LABEL_BYTES = 64;

let batchCounter = 0;

/** IRCv3 multiline: "Servers MUST only include the label tag on the opening BATCH command" of the echo. */
function isMultiline(body: string): boolean {
  return /^:\S+ BATCH \+\S+ draft\/multiline /.test(body);
}

/** The answer to one labeled command. */
export class LabelCapture {
  readonly #label: string;
  readonly #lines: { readonly tags: string; readonly body: string }[] = [];

  /** @param label raw (escaped) value of the `label` tag. */
  constructor(label: string) {
    this.#label = label;
  }

  /** Adds one line; `tags` is raw and may be empty. */
  add(tags: string, body: string): void {
    this.#lines.push({ tags, body });
  }

  /** Sends the response. `caps` are the client's, `server` the prefix of BATCH and ACK. */
  flush(connection: Connection, caps: number, server: string): void {
    const labelTag = `label=${this.#label}`;
    const only = this.#lines[0];
    const time = (caps & CAP.serverTime) !== 0 ? `;time=${serverTime()}` : '';
    if (only === undefined) {
      connection.sendLine(`@${labelTag}${time} :${server} ACK`);
    } else if (this.#lines.length === 1 || isMultiline(only.body)) {
      connection.sendLine(`@${labelTag}${only.tags === '' ? '' : `;${only.tags}`} ${only.body}`);
      for (const { tags, body } of this.#lines.slice(1))
        connection.sendLine(tags === '' ? body : `@${tags} ${body}`);
    } else {
      const id = (++batchCounter).toString(36);
      connection.sendLine(`@${labelTag}${time} :${server} BATCH +${id} labeled-response`);
      for (const { tags, body } of this.#lines) {
        // What is part of a batch inside names that one (IRCv3 batch, nested batches).
        const own = tags.startsWith('batch=') ? tags : `batch=${id}${tags === '' ? '' : `;${tags}`}`;
        connection.sendLine(`@${own} ${body}`);
      }
      connection.sendLine(`:${server} BATCH -${id}`);
    }
  }
}
