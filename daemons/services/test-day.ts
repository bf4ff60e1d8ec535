/**
 * For tests: what people do with services in a day, from a channel that somebody registers to a proxy that is found, in their own words and
 * on real sockets. It runs the same on every make of server: day.test.ts has ours, daemon.test.ts that of Undernet.
 */
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { TestProxies } from './sockcheck/test-proxies.ts';

/** A network that services are linked to. */
export interface DayNetwork {
  /** Where clients connect, on any address of this machine. */
  readonly port: number;
  /** Name of services there. */
  readonly services: string;
  /** Makes a client an operator of the network. */
  readonly oper: string;
  /** A command of administrators. */
  readonly run: (command: string, args: object) => unknown;
}

/** Proxies at which somebody of that network may be: all of this machine, so that nothing else is scanned. */
export class DayProxies {
  readonly #proxies = new TestProxies();
  /** An address at which one is open. */
  readonly open = '127.0.0.31';
  #settings: object = {};

  static async start(): Promise<DayProxies> {
    const day = new DayProxies();
    const port = await day.#proxies.listen('socks5', day.open);
    const turns = [
      { send: '05 01 00', expect: '05 00' },
      { send: '05 01 00 01 {address} {port}', expect: '05 00' },
    ];
    day.#settings = {
      ...{ enabled: true, private: true, target: '127.0.0.1' },
      target_port: await day.#proxies.listen('silent'),
      probe: [{ name: 'an open SOCKS5 proxy', port, turns }],
    };
    return day;
  }

  /** Of `[services.sockcheck]`. */
  get settings(): object {
    return this.#settings;
  }

  async close(): Promise<void> {
    await this.#proxies.close();
  }
}

/** Somebody on the network. */
class Person {
  readonly nick: string;
  readonly #socket: Socket;
  readonly #lines: string[] = [];
  #wake = () => {};

  constructor(socket: Socket, nick: string) {
    this.nick = nick;
    this.#socket = socket;
    createInterface({ input: socket }).on('line', (line) => {
      if (line.startsWith('PING ')) this.send(line.replace('PING', 'PONG'));
      else this.#lines.push(line);
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => this.#wake());
  }

  send(...lines: string[]): void {
    for (const line of lines) this.#socket.write(`${line}\r\n`);
  }

  /** Takes the first line that fits; others wait for their turn. */
  async hears(pattern: RegExp): Promise<string> {
    for (;;) {
      const at = this.#lines.findIndex((line) => pattern.test(line));
      if (at >= 0) return this.#lines.splice(at, 1)[0]!;
      if (this.#socket.destroyed)
        throw new Error(`${this.nick} is gone and has not heard ${pattern}: ${this.#lines.join('\n')}`);
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }

  /** Says something to a bot, and hears a line of its answer. */
  async asks(bot: string, text: string, answer: RegExp): Promise<string> {
    this.send(`PRIVMSG ${bot} :${text}`);
    return await this.hears(
      new RegExp(`^:${bot.split('@')[0]}!\\S+ NOTICE ${this.nick} :.*${answer.source}`),
    );
  }

  /** Leaves a channel where they are on it, and comes to it: what the server says to that. */
  async joins(channel: string): Promise<string> {
    this.send(`JOIN ${channel}`);
    return await this.hears(new RegExp(` (366|47\\d) ${this.nick} ${channel} `));
  }

  async leaves(channel: string): Promise<void> {
    this.send(`PART ${channel}`);
    await this.hears(new RegExp(`^:${this.nick}!\\S+ PART :?${channel}`));
  }

  close(): void {
    this.#socket.destroy();
  }
}

export class Day {
  readonly #network: DayNetwork;
  readonly #people: Person[] = [];

  constructor(network: DayNetwork) {
    this.#network = network;
  }

  /** All of it, in the order in which one needs the other. */
  async live(proxies: DayProxies): Promise<void> {
    try {
      const olive = await this.#operator('olive');
      const hank = await this.#owner('hank');
      const eve = await this.#enter('eve', '127.0.0.11');
      await this.#channel(olive, hank);
      await this.#bans(olive, eve);
      await this.#spam(olive, eve);
      await this.#help(olive, hank);
      await this.#trace(olive);
      await this.#defcon(olive, eve);
      await this.#proxy(proxies);
    } finally {
      for (const person of this.#people) person.close();
    }
  }

  /** Somebody connects, from an address of their own. */
  async #connect(nick: string, address = '127.0.0.1'): Promise<Person> {
    const socket = connect({ port: this.#network.port, host: '127.0.0.1', localAddress: address });
    const person = new Person(socket, nick);
    this.#people.push(person);
    person.send(`NICK ${nick}`, `USER ${nick} 0 * :${nick}`);
    return person;
  }

  async #enter(nick: string, address?: string): Promise<Person> {
    const person = await this.#connect(nick, address);
    await person.hears(/ 001 /);
    return person;
  }

  /** Somebody who has an account. */
  async #owner(nick: string): Promise<Person> {
    const person = await this.#enter(nick);
    const text = `REGISTER ${nick} correct-horse ${nick}@example.net`;
    await person.asks(`AuthServ@${this.#network.services}`, text, /is yours/);
    return person;
  }

  async #operator(nick: string): Promise<Person> {
    const person = await this.#owner(nick);
    await this.#network.run('set-level', { account: nick, level: 1_000 });
    person.send(this.#network.oper);
    await person.hears(/ 381 /);
    return person;
  }

  /** Registered, op on join, access added, and its level changed. */
  async #channel(olive: Person, hank: Person): Promise<void> {
    await olive.joins('#day');
    await olive.asks('ChanServ', 'REGISTER #day', /belongs to olive now/);
    await olive.leaves('#day');
    await olive.joins('#day');
    await olive.hears(/ MODE #day \+o olive/);
    await olive.asks('ChanServ', 'ADDUSER #day *hank op', /hank has access to #day at level/);
    await hank.joins('#day');
    await hank.hears(/ MODE #day \+o hank/);
    await olive.asks('ChanServ', 'CLVL #day *hank peon', /hank has level .* on #day now/);
    expect(await this.#network.run('channel-access', { channel: '#day' })).toMatchObject({
      rows: [
        { account: 'olive', level: 500 },
        { account: 'hank', level: 1 },
      ],
    });
  }

  /** A ban, one that is among the lamers, and one that ends by itself. */
  async #bans(olive: Person, eve: Person): Promise<void> {
    expect(await eve.joins('#day')).toContain(' 366 ');
    await olive.asks('ChanServ', 'BAN #day eve', /is banned from #day/);
    await eve.leaves('#day');
    expect(await eve.joins('#day')).toContain(' 474 ');
    await olive.asks('ChanServ', 'UNBAN #day eve', /bans of #day are gone/);
    expect(await eve.joins('#day')).toContain(' 366 ');
    await olive.asks('ChanServ', 'ADDTIMEDLAMER #day eve 1h noise', /is kept out of #day for 1h/);
    await eve.hears(/ KICK #day eve :.*noise/);
    expect(await eve.joins('#day')).toContain(' 474 ');
    await olive.asks('ChanServ', 'DELLAMER #day eve', /lamers of #day are off the list/);
    await olive.hears(/ MODE #day -b /);
    await olive.hears(/ MODE #day -b /);
    expect(await eve.joins('#day')).toContain(' 366 ');
    await olive.asks('ChanServ', 'ADDTIMEDLAMER #day eve 1s hush', /is kept out of #day for 1s/);
    await eve.hears(/ KICK #day eve :.*hush/);
    await olive.hears(/ MODE #day -b /);
    expect(await eve.joins('#day')).toContain(' 366 ');
  }

  /** Warned, then out. */
  async #spam(olive: Person, eve: Person): Promise<void> {
    await olive.asks('SpamServ', 'REGISTER #day', /SpamServ is on #day/);
    for (let time = 0; time < 6; time++) eve.send('PRIVMSG #day :buy my tea');
    await eve.hears(/^:SpamServ!\S+ NOTICE eve :This is a warning: saying the same again and again/);
    for (let time = 0; time < 6; time++) eve.send('PRIVMSG #day :buy my tea');
    await olive.hears(/^:SpamServ!\S+ KICK #day eve :/);
  }

  /** From question to close, with a bot that is called otherwise and sent elsewhere meanwhile. */
  async #help(olive: Person, hank: Person): Promise<void> {
    const asker = await this.#enter('asker');
    await olive.asks('HelpServ', 'REGISTER Aid #help *hank', /Aid helps on #help/);
    await asker.asks('Aid', 'how do I get a host?', /Your request is number 1/);
    await hank.asks('Aid', 'NEXT', /Request 1 is yours/);
    await asker.hears(/^:Aid!\S+ \S+ asker :hank helps you with your request 1\./);
    asker.send('NICK other');
    await asker.hears(/ NICK /);
    await hank.asks('Aid', 'ANSWER other read the guide', /other has your answer/);
    await asker.hears(/^:Aid!\S+ \S+ other :hank answers: read the guide/);
    await olive.asks('HelpServ', 'MOVE Aid Care', /Aid is Care on #help/);
    asker.send('WHOIS Care');
    expect(await asker.hears(/ 311 /)).toContain(` Care Aid ${this.#network.services} `);
    await olive.asks('HelpServ', 'MOVE Care #day', /Care is Care on #day/);
    await olive.hears(/^:Care!\S+ JOIN :?#day/);
    await hank.asks('Care', 'CLOSE 1 solved', /Request 1 is closed/);
    await asker.hears(/^:Care!\S+ \S+ other :Your request 1 is closed\./);
    hank.send('PRIVMSG Care :UNREGISTER CONFIRM');
    await olive.hears(/^:Care!\S+ QUIT /);
  }

  /** Whom a trace would hit is told and then hit, alone, and a G-line holds until it is lifted. */
  async #trace(olive: Person): Promise<void> {
    const robots = [await this.#enter('robot1', '127.0.0.21'), await this.#enter('robot2', '127.0.0.22')];
    await olive.asks('OpServ', 'TRACE PREVIEW GLINE NICK robot*', /2 users meet that\. GLINE would hit 2;/);
    const acted = 'TRACE GLINE NICK robot* DURATION 1h REASON robots';
    await olive.asks('OpServ', acted, /GLINE was done to 2, and 0 were spared/);
    for (const robot of robots) await robot.hears(/^ERROR /);
    const spammer = await this.#enter('spammer', '127.0.0.23');
    await olive.asks('OpServ', 'GLINE *@127.0.0.23 1h spam', /The G-line for \*@127\.0\.0\.23 is set until/);
    await spammer.hears(/^ERROR /);
    await (await this.#connect('again', '127.0.0.23')).hears(/^ERROR |^\S+ 465 /);
    await olive.asks('OpServ', 'UNGLINE *@127.0.0.23', /is lifted/);
    await this.#enter('again', '127.0.0.23');
  }

  async #defcon(olive: Person, eve: Person): Promise<void> {
    await olive.asks('OpServ', 'DEFCON 2', /Bots hear operators of the network alone/);
    eve.send('PRIVMSG AuthServ :HELP REGISTER', 'PRIVMSG olive :said');
    // What was said behind it is heard; the network is open again, and nothing came of it.
    await olive.hears(/^:eve!\S+ PRIVMSG olive :said/);
    await olive.asks('OpServ', 'DEFCON 5', /DEFCON is 5: the network is open/);
    expect(await eve.asks('AuthServ', 'HELP STATUS', /./)).toContain('STATUS');
  }

  /** Whoever comes through one is told that they are scanned, and banned. */
  async #proxy({ open }: DayProxies): Promise<void> {
    const mallory = await this.#enter('mallory', open);
    await mallory.hears(/^:SockCheck!\S+ NOTICE mallory :This network looks whether open proxies run/);
    await mallory.hears(/^ERROR /);
    expect(await this.#network.run('scans', { found: true, limit: 10 })).toMatchObject({
      rows: [{ address: open, state: 'open', found: expect.stringMatching(/^an open SOCKS5 proxy at port/) }],
    });
    const { rows } = (await this.#network.run('glines', { limit: 10 })) as {
      rows: { mask: string; by: string }[];
    };
    expect(rows).toContainEqual(expect.objectContaining({ mask: `*@${open}`, by: 'SockCheck' }));
  }
}
