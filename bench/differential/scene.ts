/** One case on one server: who is there, what was said before, the line itself, and what everybody hears of it. */
import { connect, type Socket } from 'node:net';
import type { Case } from './cases.ts';
import { namesOf, shapesOf, spoken } from './shape.ts';

/** Who may become an operator of the network, on every server. */
export const OPERATOR = 'root';
export const PASSWORD = 'hunter2';

/** How long one answer may take. */
const ANSWER_MS = 60_000;

/** A server that cases are tried on. */
export interface ComparedServer {
  readonly port: number;
  /** What it calls itself. */
  readonly serverName: string;
}

/** What was heard of a case, as shapes. */
export interface Heard {
  readonly me: readonly string[];
  readonly you: readonly string[];
}

/** How long both ask whether there is something to hear, where nothing was: a busy disk takes its time. */
const LATE_MS = 5_000;

/** Says nothing to the case by itself, and is answered by all servers once all before it is. */
const MARK = 'differential';

/** A client that keeps what it hears. */
class Person {
  readonly nick: string;
  lines: string[] = [];
  readonly #socket: Socket;
  #rest = '';
  #woken: () => void = () => {};
  #gone = false;

  constructor(port: number, nick: string) {
    this.nick = nick;
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.#socket.setEncoding('utf8');
    this.#socket.on('data', (text: string) => this.#hear(text));
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.#gone = true;
      this.#woken();
    });
  }

  say(line: string): void {
    this.#socket.write(`${line}\r\n`);
  }

  async register(): Promise<void> {
    this.say(`NICK ${this.nick}`);
    this.say(`USER ${this.nick} 0 * :somebody`);
    await this.#until((line) => / (376|422) /.test(line));
  }

  /** Resolves when all that was said is answered, or the server has hung up. */
  async settled(): Promise<void> {
    this.say(`PING ${MARK}`);
    await this.#until((line) => line.includes(MARK));
    this.lines = this.lines.filter((line) => !line.includes(MARK));
  }

  /** As {@link settled}, of somebody whom the server knows not yet: it takes no PING of theirs. */
  async settledBefore(): Promise<void> {
    this.say('CAP LS');
    await this.#until((line) => / CAP \S+ LS /.test(line));
    this.lines = this.lines.filter((line) => !/ CAP \S+ LS /.test(line));
  }

  leave(): void {
    this.#socket.destroy();
  }

  #hear(text: string): void {
    const lines = (this.#rest + text).split(/\r?\n/);
    this.#rest = lines.pop()!;
    for (const line of lines) {
      if (line.startsWith('PING ')) this.say(`PONG${line.slice(4)}`);
      else this.lines.push(line);
    }
    this.#woken();
  }

  async #until(found: (line: string) => boolean): Promise<void> {
    const deadline = performance.now() + ANSWER_MS;
    while (!this.#gone && !this.lines.some(found)) {
      if (performance.now() > deadline) throw new Error(`${this.nick} heard no answer: ${this.lines.at(-1)}`);
      await new Promise<void>((woken) => {
        const late = setTimeout(woken, 1_000);
        this.#woken = () => {
          clearTimeout(late);
          woken();
        };
      });
    }
  }
}

/** Tries a case with people and a channel of its own. @param number one that no other case has */
export async function tryCase(server: ComparedServer, one: Case, number: number): Promise<Heard> {
  const names = namesOf(server.serverName, number);
  const me = new Person(server.port, names.ME);
  const you = new Person(server.port, names.YOU);
  try {
    await Promise.all([you.register(), one.role === 'newcomer' ? null : me.register()]);
    const founders = one.role === 'op' ? [me, you] : one.role === 'member' ? [you, me] : [you];
    for (const person of founders) {
      person.say(`JOIN ${names['#c']}`);
      await person.settled();
    }
    if (one.role === 'oper') me.say(`OPER ${OPERATOR} ${PASSWORD}`);
    for (const { who, line } of one.before) {
      const person = who === 'ME' ? me : you;
      person.say(spoken(line, names));
      await person.settled();
    }
    if (one.role !== 'newcomer') await me.settled();
    await you.settled();
    me.lines = [];
    you.lines = [];
    me.say(spoken(one.line, names));
    await (one.role === 'newcomer' ? me.settledBefore() : me.settled());
    await you.settled();
    // What an operator does is written down first, and answered after what was said behind it.
    const deadline = performance.now() + LATE_MS;
    while (one.role === 'oper' && performance.now() < deadline) {
      const heard = me.lines.length + you.lines.length;
      for (const person of [me, you, me, you]) await person.settled();
      if (heard > 0 && heard === me.lines.length + you.lines.length) break;
    }
    return { me: shapesOf(me.lines, names), you: shapesOf(you.lines, names) };
  } finally {
    me.leave();
    you.leave();
  }
}
