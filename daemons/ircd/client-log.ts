/**
 * Who came and who left, in the log and for operators who want to hear it (notices of the kind `c`). A storm of connects is told by a few records and a count of the rest, so that
 * logging never costs more than the connects themselves. Written by registration and by the server when a client ends.
 */
import { limits } from './limits.ts';
import type { Fields, ServerHost } from './server-host.ts';
import { SpokenRecords } from './spoken-records.ts';
import type { LocalClient } from './state/local-client.ts';

/** At most `clientLogRecords` records a second. */
export class ClientLog {
  readonly #host: ServerHost;
  readonly #records: SpokenRecords;

  readonly #tellOpers: (text: string) => void;

  /** @param tellOpers is told what is logged */
  constructor(host: ServerHost, tellOpers: (text: string) => void) {
    this.#host = host;
    this.#tellOpers = tellOpers;
    this.#records = new SpokenRecords(limits.clientLogRecords.default, (left) =>
      this.#tell('clients_not_logged', `${left} more clients connected or left within a second`, {
        clients: left,
      }),
    );
  }

  #tell(event: string, text: string, fields: Fields): void {
    this.#host.log('info', event, text, fields);
    this.#tellOpers(text);
  }

  /** A client has registered. */
  connected({ connection, user }: LocalClient): void {
    if (!this.#records.mayTell()) return;
    const { tls, connectionClass, remoteAddress } = connection;
    this.#tell('client_connected', `${user.prefix} connected`, {
      nick: user.nick,
      address: remoteAddress,
      class: connectionClass.name,
      tls: tls !== null,
    });
  }

  /** A registered client has ended; `reason` is what others were shown. */
  quit({ user }: LocalClient, reason: string): void {
    if (!this.#records.mayTell()) return;
    this.#tell('client_quit', `${user.prefix} left: ${reason}`, { nick: user.nick });
  }

  /** Ends the open second; what was left out is told. */
  close(): void {
    this.#records.close();
  }
}
