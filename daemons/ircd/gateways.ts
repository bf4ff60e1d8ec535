/**
 * Gateways that bring clients of others, such as web chats, and say by WEBIRC who those are (`[[ircd.webirc]]`). Made from the
 * configuration by prepare.ts; asked by the command.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { AddressRanges } from '../runtime/net/ip-address.ts';

/** One block. */
export interface GatewayBlock {
  /** Where the gateway connects from. */
  readonly match: AddressRanges;
  readonly password: string;
}

interface Gateway {
  readonly match: AddressRanges;
  /** In place of the password, so that comparing takes as long whatever both are. */
  readonly digest: Buffer;
}

/** The gateways of one configuration. */
export class Gateways {
  readonly #gateways: readonly Gateway[];

  constructor(blocks: readonly GatewayBlock[] = []) {
    this.#gateways = blocks.map(({ match, password }) => ({ match, digest: digestOf(password) }));
  }

  /** Whether a gateway may connect from an address. */
  has(address: string): boolean {
    return this.#gateways.some(({ match }) => match.has(address));
  }

  /** Whether a gateway that connects from this address has this password. */
  admits(address: string, password: string): boolean {
    const given = digestOf(password);
    let fits = false;
    for (const { match, digest } of this.#gateways) {
      // All are compared: which of them it was shows in no time.
      if (timingSafeEqual(given, digest) && match.has(address)) fits = true;
    }
    return fits;
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
