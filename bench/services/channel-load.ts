/**
 * Owners of channels who register them, give and take access, change settings, ban and give channels up by ChanServ without a pause, and a
 * book of what they were told is done. Used by bench/services/kills.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LineClient } from '../hostile/line-client.ts';
import type { VictimHost } from '../kills/victim-host.ts';
import type { KillLoad } from './kills.ts';

const PASSWORD = 'correct-horse';
/** Accounts to which owners give access. */
const MATES = 4;
/** A bot takes 20 commands of a user at once: nobody is to come near that between two kills. */
const COMMANDS = 17;

type Value = string | number | boolean | null;

/** Something as its owner knows it: what they were told it is, and what they have asked for since. */
class Known {
  said: Value;
  readonly #asked = new Set<Value>();

  constructor(said: Value) {
    this.said = said;
  }

  ask(value: Value): void {
    this.#asked.add(value);
  }

  told(value: Value): void {
    this.said = value;
    this.#asked.clear();
  }

  /** What was asked for and not answered may have been done. */
  fits(value: Value): boolean {
    return value === this.said || this.#asked.has(value);
  }
}

/** A channel. Access is by account, bans by mask. */
class KnownChannel {
  readonly name: string;
  readonly registered = new Known(false);
  readonly greeting = new Known(null);
  readonly access = new Map<string, Known>();
  readonly bans = new Map<string, Known>();

  constructor(name: string) {
    this.name = name;
  }
}

interface Owner {
  readonly client: LineClient;
  readonly account: string;
  /** Heard since something was asked. */
  heard: string[];
  channel: KnownChannel | null;
  commands: number;
}

export class ChannelLoad implements KillLoad {
  readonly findings = { registered: 0, changed: 0, lostAccounts: 0, lostChanges: 0 };
  readonly #host: VictimHost;
  readonly #people: number;
  readonly #owners: Owner[] = [];
  readonly #mates: string[] = [];
  /** Channels that were asked for since the last check. */
  readonly #known = new Set<KnownChannel>();
  #names = 0;
  #stopped = true;
  #running: Promise<unknown> = Promise.resolve();
  #answered = 0;

  constructor(host: VictimHost, people: number) {
    this.#host = host;
    this.#people = people;
  }

  get underWay(): boolean {
    return this.#answered > 0;
  }

  /** Everybody registers their account, once. */
  async prepare(): Promise<void> {
    for (let person = 0; person < this.#people + MATES; person++) {
      const account = `o${process.pid}x${person}`;
      const client = new LineClient(this.#host.ircPort!, `127.2.9.${person + 1}`);
      const owner: Owner = { client, account, heard: [], channel: null, commands: 0 };
      await client.register(account);
      client.onLine = (line) => owner.heard.push(line);
      while (!(await this.#told(owner, 'AuthServ', `REGISTER ${account} ${PASSWORD}`, account)))
        await sleep(50);
      if (person < this.#people) this.#owners.push(owner);
      else {
        this.#mates.push(account);
        client.close();
      }
    }
  }

  begin(): void {
    this.#stopped = false;
    this.#answered = 0;
    this.#running = Promise.all(this.#owners.map((owner) => this.#work(owner)));
  }

  async end(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  takeAsked(): string[] {
    const asked = [...this.#known].map(({ name }) => name);
    this.#known.clear();
    for (const { channel } of this.#owners) if (channel !== null) this.#known.add(channel);
    return asked;
  }

  /** Looks whether everything is there, once services are back. */
  async check(): Promise<void> {
    for (const known of this.#known) await this.#look(known);
  }

  close(): void {
    for (const { client } of this.#owners) client.close();
  }

  async #look(known: KnownChannel): Promise<void> {
    const { name, registered, greeting, access, bans } = known;
    const args = { channel: name };
    const outcome = await this.#host.ask('command.run', { daemon: 'services', command: 'channel', args });
    const isThere = outcome?.ok === true;
    this.#compare(registered, isThere, 'lostAccounts');
    if (!isThere) return;
    const now = outcome.result.result as { greeting: string };
    this.#compare(greeting, now.greeting === '' ? null : now.greeting);
    const listed = await this.#host.ask('command.run', {
      daemon: 'services',
      command: 'channel-access',
      args,
    });
    if (listed?.ok !== true) throw new Error(`services do not tell who has access to ${name}`);
    const { rows } = listed.result.result as { rows: { account: string; level: number }[] };
    for (const [account, one] of access)
      this.#compare(one, rows.find((row) => row.account === account)?.level ?? null);
    const masks = await this.#bansOf(name);
    for (const [mask, one] of bans) this.#compare(one, masks.includes(mask));
  }

  /** What is found is what its owner goes on with. */
  #compare(known: Known, now: Value, lost: 'lostAccounts' | 'lostChanges' = 'lostChanges'): void {
    if (!known.fits(now)) {
      this.findings[lost]++;
      console.log(`${String(now)} is found where ${String(known.said)} was said`);
    }
    known.told(now);
  }

  /** As the IRC server tells its owner. */
  async #bansOf(channel: string): Promise<string[]> {
    const owner = this.#owners.find((one) => one.channel?.name === channel);
    if (owner === undefined) return [];
    owner.heard = [];
    owner.client.send(`MODE ${channel} b`);
    while (!owner.heard.some((line) => line.includes(' 368 '))) await sleep(2);
    return owner.heard.filter((line) => line.includes(' 367 ')).map((line) => line.split(' ')[4]!);
  }

  async #work(owner: Owner): Promise<void> {
    owner.commands = 0;
    while (!this.#stopped && owner.commands < COMMANDS) {
      // Services may be about to come back.
      if (!(await this.#act(owner))) await sleep(20);
    }
  }

  /** The next thing that an owner does; whether it was done. */
  async #act(owner: Owner): Promise<boolean> {
    const { channel } = owner;
    if (channel === null || channel.registered.said === false) return await this.#register(owner);
    const { name } = channel;
    const draw = Math.random();
    if (draw < 0.08) return await this.#giveUp(owner, channel);
    if (draw < 0.25) {
      const greeting = `g${++this.#names}`;
      return await this.#asks(
        owner,
        channel.greeting,
        greeting,
        `SET ${name} GREETING ${greeting}`,
        `now: ${greeting}`,
      );
    }
    if (draw < 0.4) {
      const mask = `*!*@b${++this.#names}.example.org`;
      return await this.#asks(
        owner,
        of(channel.bans, mask, false),
        true,
        `BAN ${name} ${mask}`,
        `${mask} is banned`,
      );
    }
    const mate = this.#mates[Math.floor(Math.random() * MATES)]!;
    const access = of(channel.access, mate, null);
    const level = draw < 0.7 ? 200 : 300;
    if (access.said === null)
      return await this.#asks(
        owner,
        access,
        level,
        `ADDUSER ${name} *${mate} ${level}`,
        `${mate} has access to`,
      );
    return draw < 0.7
      ? await this.#asks(owner, access, null, `DELUSER ${name} *${mate}`, `${mate} has no access`)
      : await this.#asks(owner, access, level, `CLVL ${name} *${mate} ${level}`, `${mate} has level`);
  }

  async #register(owner: Owner): Promise<boolean> {
    const channel = new KnownChannel(`#o${process.pid}x${++this.#names}`);
    owner.client.send(`JOIN ${channel.name}`);
    owner.channel = channel;
    this.#known.add(channel);
    const { registered, name } = channel;
    return await this.#asks(owner, registered, true, `REGISTER ${name}`, `${name} belongs to`);
  }

  async #giveUp(owner: Owner, channel: KnownChannel): Promise<boolean> {
    const { name, registered } = channel;
    const confirm = await this.#hear(owner, 'ChanServ', `UNREGISTER ${name}`);
    const word = / UNREGISTER \S+ (\S+)$/.exec(confirm ?? '')?.[1];
    if (word === undefined) return false;
    return await this.#asks(owner, registered, false, `UNREGISTER ${name} ${word}`, 'belongs to nobody');
  }

  /** Asks for something and notes what was said of it. */
  async #asks(owner: Owner, known: Known, value: Value, text: string, word: string): Promise<boolean> {
    known.ask(value);
    if (!(await this.#told(owner, 'ChanServ', text, word))) return false;
    known.told(value);
    this.#answered++;
    if (text.startsWith('REGISTER')) this.findings.registered++;
    else this.findings.changed++;
    return true;
  }

  /** Whether a bot answers with words that say that it is done. */
  async #told(owner: Owner, bot: string, text: string, word: string): Promise<boolean> {
    return (await this.#hear(owner, bot, text))?.includes(word) === true;
  }

  /** What a bot answers first; null where it is not there, or killed meanwhile. */
  async #hear(owner: Owner, bot: string, text: string): Promise<string | null> {
    owner.heard = [];
    owner.commands++;
    owner.client.send(`PRIVMSG ${bot} :${text}`);
    const answers = new RegExp(` 401 |^:${bot}!\\S+ NOTICE `, 'i');
    const preparing = this.#owners.length < this.#people || this.#mates.length < MATES;
    while ((preparing || !this.#stopped) && owner.client.lost === null) {
      const answer = owner.heard.find((line) => answers.test(line));
      if (answer !== undefined) return answer.includes(' 401 ') ? null : answer;
      await sleep(2);
    }
    return null;
  }
}

/** The one of a name; a new one where there is none. @param said what it is before anything was asked */
function of(all: Map<string, Known>, name: string, said: Value): Known {
  const known = all.get(name) ?? new Known(said);
  all.set(name, known);
  return known;
}
