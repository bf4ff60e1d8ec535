/**
 * People whose channels outlive the server: founders who are logged in to an account and change their channel without a pause, one
 * who has no account, and newcomers who register accounts. After a kill a stranger comes first, then the founders look
 * whether everything is there that they were told of. Used by bench/kills/trial.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LineClient } from '../hostile/line-client.ts';
import { ChannelBook, numeric, stateOf } from './channel-book.ts';
import { OPER_ADDRESS, type VictimHost } from './victim-host.ts';

const FOUNDERS = 4;
/** Changes that a founder asks for before they wait for their announcements. */
const AT_ONCE = 3;
const PASSWORD = 'correct horse';

/** What was found after kills. */
export interface ChannelFindings {
  /** Changes that were announced, and accounts that were said to be registered. */
  changes: number;
  accounts: number;
  /** Channels that are not as they were announced last. */
  lostChanges: number;
  lostAccounts: number;
  /** Strangers who became operator by coming first, and founders who are not operator again. */
  luckyOperators: number;
  lostOperators: number;
}

/** The people and their books. */
export class ChannelLoad {
  readonly findings: ChannelFindings = {
    changes: 0,
    accounts: 0,
    lostChanges: 0,
    lostAccounts: 0,
    luckyOperators: 0,
    lostOperators: 0,
  };
  readonly #host: VictimHost;
  readonly #books = Array.from({ length: FOUNDERS }, (_, index) => new ChannelBook(`#founded${index}`));
  /** Registered since the last check. */
  #accounts: string[] = [];
  #registered = 0;
  /** Channels of nobody with an account, since the last check. */
  #ownerless: string[] = [];
  #cycle = 0;
  /** Changes that each founder was told of when it began. */
  #before: readonly number[] = [];
  #stopped = true;
  #running: Promise<unknown> = Promise.resolve();

  constructor(host: VictimHost) {
    this.#host = host;
  }

  /** Whether every founder was told of a change since it began. */
  get underWay(): boolean {
    return this.#books.every(({ acknowledged }, index) => acknowledged > (this.#before[index] ?? 0));
  }

  /** Registers the founders' accounts, and makes their channels. */
  async prepare(): Promise<void> {
    for (const [index, { name }] of this.#books.entries()) {
      const founder = await this.#connect(`founder${index}`, OPER_ADDRESS);
      founder.send(`REGISTER * * :${PASSWORD}`);
      await founder.waitFor(' REGISTER SUCCESS ');
      founder.send(`JOIN ${name}`);
      await founder.waitFor(' 366 ');
      await this.#leave(founder);
    }
  }

  /** Begins; everybody ends when the server does. */
  begin(): void {
    this.#stopped = false;
    this.#cycle++;
    this.#before = this.#books.map(({ acknowledged }) => acknowledged);
    const people = this.#books.map((_, index) => this.#found(index));
    this.#running = Promise.all([...people, this.#foundUnknown(), this.#register()]);
  }

  /** Resolves when nobody waits any more. */
  async end(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** Looks at everything once the server is there again. */
  async check(): Promise<void> {
    await this.#comeFirst();
    for (const [index, book] of this.#books.entries()) await this.#comeBack(index, book);
    for (const account of this.#accounts) {
      const outcome = await this.#host.ask('command.run', {
        daemon: 'ircd',
        command: 'account',
        args: { account },
      });
      if (outcome?.ok !== true) this.findings.lostAccounts++;
    }
    this.findings.accounts += this.#accounts.length;
    this.findings.changes = this.#books.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
    this.#accounts = [];
    this.#ownerless = [];
  }

  async #connect(nick: string, address: string): Promise<LineClient> {
    const port = this.#host.ircPort;
    if (port === null) throw new Error('the server is not there');
    const client = new LineClient(port, address);
    await client.register(nick);
    return client;
  }

  /** As founder of a channel, logged in. */
  async #logIn(index: number): Promise<LineClient> {
    const nick = `founder${index}`;
    const client = await this.#connect(nick, OPER_ADDRESS);
    client.send('AUTHENTICATE PLAIN');
    await client.waitFor('AUTHENTICATE +');
    client.send(`AUTHENTICATE ${Buffer.from(`\0${nick}\0${PASSWORD}`).toString('base64')}`);
    await client.waitFor(' 903 ');
    return client;
  }

  async #found(index: number): Promise<void> {
    const book = this.#books[index]!;
    try {
      const client = await this.#logIn(index);
      client.send(`JOIN ${book.name}`);
      await client.waitFor(' 366 ');
      let wake = () => {};
      client.onLine = (line) => {
        book.heard(line);
        if (!book.waiting) wake();
      };
      void client.closed.then(() => wake());
      while (!this.#stopped && client.lost === null) {
        const all = new Promise<void>((resolve) => {
          wake = resolve;
        });
        client.send(...Array.from({ length: AT_ONCE }, () => book.next().line));
        await all;
      }
      client.close();
    } catch {
      // The server was killed meanwhile.
    }
  }

  /** Makes channels without an account; they are nobody's after a crash. */
  async #foundUnknown(): Promise<void> {
    try {
      const client = await this.#connect('nobody', OPER_ADDRESS);
      for (let n = 0; !this.#stopped && client.lost === null; n++) {
        const name = `#nobody${this.#cycle}-${n}`;
        client.send(`JOIN ${name}`);
        await client.waitFor(' 366 ');
        this.#ownerless.push(name);
        await sleep(100);
      }
      client.close();
    } catch {
      // As above.
    }
  }

  /** One after the other, from an address of their own each: an address may register a few. */
  async #register(): Promise<void> {
    while (!this.#stopped && this.#host.ircPort !== null) {
      const n = ++this.#registered;
      try {
        const client = await this.#connect(`new${n}`, `127.3.${n >> 8}.${n & 255}`);
        client.send(`REGISTER * * :${PASSWORD}`);
        await client.waitFor(' REGISTER SUCCESS ');
        this.#accounts.push(`new${n}`);
        client.close();
        // Making a password's hash takes a tenth of a second of a core.
        await sleep(200);
      } catch {
        return;
      }
    }
  }

  /** A stranger tries every channel before anybody else is back. */
  async #comeFirst(): Promise<void> {
    const stranger = await this.#connect('stranger', OPER_ADDRESS);
    stranger.onLine = (line) => {
      if (numeric([line], '353')?.includes('@stranger') === true) this.findings.luckyOperators++;
    };
    for (const name of [...this.#books.map((book) => book.name), ...this.#ownerless])
      stranger.send(`JOIN ${name}`);
    stranger.send('PING done');
    await stranger.waitFor('PONG');
    await this.#leave(stranger);
  }

  /** The nick is free when it resolves. */
  async #leave(client: LineClient): Promise<void> {
    client.send('QUIT');
    await client.closed;
  }

  async #comeBack(index: number, book: ChannelBook): Promise<void> {
    const client = await this.#logIn(index);
    const lines: string[] = [];
    client.onLine = (line) => lines.push(line);
    client.send(`JOIN ${book.name}`, 'PING joined');
    await client.waitFor('PONG');
    const names = numeric(lines, '353') ?? '';
    if (!names.includes(`@founder${index}`)) this.findings.lostOperators++;
    lines.length = 0;
    client.send(`MODE ${book.name}`, `MODE ${book.name} b`, `TOPIC ${book.name}`, 'PING looked');
    await client.waitFor('PONG');
    if (!book.accepts(stateOf(lines))) this.findings.lostChanges++;
    await this.#leave(client);
  }
}
