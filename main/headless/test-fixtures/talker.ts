/** A client of IRC whose lines are taken one after the other, for tests with servers in real processes. */
import type { IrcClient } from './irc-client.ts';

export class Talker {
  readonly client: IrcClient;
  readonly #lines: string[] = [];
  #wake = () => {};

  /** @param open where it is noted, for whoever closes all of them in the end */
  constructor(client: IrcClient, open: IrcClient[]) {
    this.client = client;
    client.onLine = (line) => {
      this.#lines.push(line);
      this.#wake();
    };
    open.push(client);
  }

  send(...lines: string[]): void {
    this.client.send(...lines);
  }

  /** The next line that fits, past all before it. */
  async until(wanted: RegExp): Promise<string> {
    for (;;) {
      for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift())
        if (wanted.test(line)) return line;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
