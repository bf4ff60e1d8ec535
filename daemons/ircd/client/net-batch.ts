/**
 * What a split or a join of servers brings about, in one batch for each client that has the capability `batch` (IRCv3 netsplit,
 * netjoin), and in single lines for the others. Each message is encoded once for each variant, whether it stands in the batch or
 * not; a client gets the beginning of the batch with the first message that concerns it. Made by links, used by actions.
 */
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { from } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import type { Source } from '../network-events.ts';
import type { LocalClient } from '../state/local-client.ts';
import { deliver, type Message } from '../work-steps.ts';
import { CAP } from './capabilities.ts';
import { Delivery } from './delivery.ts';

/** A message that goes to one client after the other. */
export interface Telling extends Message {
  to(client: LocalClient): void;
}

let counter = 0;

/** One split or join. */
export class NetBatch {
  readonly #server: CommandServer;
  readonly #reference = `net${(++counter).toString(36)}`;
  readonly #begin: Delivery;
  /** Who was told that it begins. */
  readonly #begun = new Set<LocalClient>();

  /**
   * @param near the server that is nearer.
   * @param far the one that is gone, or has come.
   */
  constructor(server: CommandServer, kind: 'netsplit' | 'netjoin', near: string, far: string) {
    this.#server = server;
    this.#begin = this.#line(`+${this.#reference} ${kind} ${near} ${far}`);
  }

  /** A message of a user or a server as part of it; each form of it is made when somebody comes who gets it. */
  message(source: Source, rest: string): Telling {
    let single: Delivery | null = null;
    let inside: Delivery | null = null;
    // It may have been encoded in an earlier turn.
    this.#begin.renew();
    return {
      body: rest,
      renew: () => {
        single?.renew();
        inside?.renew();
        this.#begin.renew();
      },
      to: (client) => {
        if (!client.has(CAP.batch)) {
          single ??= from(this.#server, source, rest);
          single.past(client);
          return;
        }
        if (!this.#begun.has(client)) {
          this.#begun.add(client);
          this.#begin.past(client);
        }
        inside ??= from(this.#server, source, rest, this.#reference);
        inside.past(client);
      },
    };
  }

  /** Tells those who were told that it began that it is over. */
  *end(): WorkSteps {
    const begun = [...this.#begun];
    this.#begun.clear();
    const message = this.#line(`-${this.#reference}`);
    const send = (clients: readonly LocalClient[], start: number, end: number) => {
      for (let i = start; i < end; i++) if (!clients[i]!.user.gone) message.past(clients[i]!);
    };
    yield* deliver(this.#server.host, { entries: begun, send }, message, []);
  }

  #line(rest: string): Delivery {
    return new Delivery(this.#server.host.outbox, `:${this.#server.name} BATCH ${rest}`);
  }
}
