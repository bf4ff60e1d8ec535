/**
 * People who register accounts with AuthServ and change them without a pause, and a book of what they were told is done. Used by
 * bench/services/kills.ts.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LineClient } from '../hostile/line-client.ts';
import type { VictimHost } from '../kills/victim-host.ts';
import type { KillLoad } from './kills.ts';

const PASSWORD = 'correct-horse';
/** Changes of one account; then its owner registers the next. */
const CHANGES = 6;

/** An account, as its owner knows it. */
interface Known {
  readonly account: string;
  /** What was said to be its information, and what was asked for and not answered. */
  info: string | null;
  asked: string | null;
  readonly masks: string[];
}

export class AccountLoad implements KillLoad {
  readonly findings = { registered: 0, changed: 0, lostAccounts: 0, lostChanges: 0 };
  readonly #host: VictimHost;
  readonly #people: number;
  /** Since the last check. */
  #known: Known[] = [];
  /** Every account that was asked for since then, whatever was answered. */
  #asked: string[] = [];
  /** Begins all names: one Keycloak may be beside several loads, one after the other. */
  readonly #prefix = `p${randomBytes(4).toString('hex')}x`;
  #names = 0;
  #stopped = true;
  #running: Promise<unknown> = Promise.resolve();

  constructor(host: VictimHost, people: number) {
    this.#host = host;
    this.#people = people;
  }

  get underWay(): boolean {
    return this.#known.some(({ info }) => info !== null);
  }

  begin(): void {
    this.#stopped = false;
    this.#running = Promise.all(Array.from({ length: this.#people }, () => this.#work()));
  }

  async end(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  takeAsked(): string[] {
    return this.#asked.splice(0);
  }

  async check(): Promise<void> {
    for (const known of this.#known) await this.#look(known);
    this.#known = [];
  }

  async #look({ account, info, asked, masks }: Known): Promise<void> {
    const outcome = await this.#host.ask('command.run', {
      daemon: 'services',
      command: 'account',
      args: { account },
    });
    this.findings.registered++;
    this.findings.changed += masks.length + (info === null ? 0 : 1);
    if (outcome?.ok !== true) {
      this.findings.lostAccounts++;
      return;
    }
    const now = outcome.result.result as { info: string | null; masks: string };
    // What was asked for and not answered may have been done.
    if (now.info !== info && now.info !== asked) this.findings.lostChanges++;
    const kept = now.masks.split(' ');
    this.findings.lostChanges += masks.filter((mask) => !kept.includes(mask)).length;
  }

  /** Registers one account after the other, and changes each. */
  async #work(): Promise<void> {
    while (!this.#stopped && this.#host.ircPort !== null) {
      try {
        await this.#own();
      } catch {
        // The server was killed meanwhile, or services were.
        await sleep(20);
      }
    }
  }

  async #own(): Promise<void> {
    const account = `${this.#prefix}${++this.#names}`;
    // An address registers a few accounts only.
    const address = `127.2.${Math.floor(this.#names / 250)}.${(this.#names % 250) + 1}`;
    const client = new LineClient(this.#host.ircPort!, address);
    try {
      await client.register(account);
      this.#asked.push(account);
      if (!(await this.#asks(client, `REGISTER ${account} ${PASSWORD}`, account))) return;
      const known: Known = { account, info: null, asked: null, masks: [] };
      this.#known.push(known);
      for (let change = 0; change < CHANGES && !this.#stopped; change++) {
        const info = `i${change}`;
        known.asked = info;
        if (!(await this.#asks(client, `SET INFO ${info}`, info))) return;
        known.info = info;
        // The first covers where everybody is.
        const mask = change === 0 ? '*@*' : `*@192.0.2.${change}`;
        if (!(await this.#asks(client, `ADDMASK ${mask}`, mask))) return;
        known.masks.push(mask);
      }
    } finally {
      client.close();
    }
  }

  /** Whether AuthServ answers with a word that says that it is done, and not that there is no AuthServ or that everything stops. */
  async #asks(client: LineClient, text: string, word: string): Promise<boolean> {
    const heard: string[] = [];
    client.onLine = (line) => heard.push(line);
    client.send(`PRIVMSG AuthServ :${text}`);
    // Services that are killed answer nothing, and nobody waits for that for ever.
    while (!this.#stopped && client.lost === null) {
      const answer = heard.find((line) => / 401 |^:AuthServ!\S+ NOTICE /i.test(line));
      if (answer !== undefined) {
        const said = / NOTICE \S+ :(.*)/.exec(answer)?.[1] ?? '';
        return said.includes(word) && !/ not /.test(said);
      }
      await sleep(2);
    }
    return false;
  }
}
