/**
 * IRC operators who KILL and KLINE at a steady rate, each deed with a mark of its own in its reason or mask, and a book of
 * those whose effect somebody saw on the wire. Used by bench/kills/trial.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LineClient } from '../hostile/line-client.ts';
import { OPER_ADDRESS, OPER_NAME, OPER_PASSWORD, type VictimHost } from './victim-host.ts';

/** Operators at once; each waits for the end of one deed before the next. */
const OPERATORS = 4;

/** Where they and their victims are, an address whose connections and lines are not slowed down. */
const ADDRESS = OPER_ADDRESS;

/** What was seen to be done. */
export class OperLoad {
  /** Marks of deeds that somebody saw done since the last {@link takeSeen}. */
  #seen: string[] = [];
  /** Masks of K-lines that their operator was told of since the last {@link takeBanned}. */
  #banned: string[] = [];
  readonly #host: VictimHost;
  readonly #prefix: string;
  #count = 0;
  #stopped = true;
  #running: Promise<unknown> = Promise.resolve();
  /** Deeds of which their operator was told that they are not recorded. */
  notAudited = 0;

  /** `prefix` begins every mark. */
  constructor(host: VictimHost, prefix: string) {
    this.#host = host;
    this.#prefix = prefix;
  }

  get sent(): number {
    return this.#count;
  }

  /** How many were seen since the last {@link takeSeen}. */
  get seen(): number {
    return this.#seen.length;
  }

  /** Begins, with about `perSecond` deeds. */
  begin(perSecond: number): void {
    this.#stopped = false;
    const pauseMs = (1_000 * OPERATORS) / perSecond;
    this.#running = Promise.all(
      Array.from({ length: OPERATORS }, (_, index) => this.#operate(index, pauseMs)),
    );
  }

  /** Stops, and resolves when nobody waits any more. */
  async end(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** Takes the marks out. */
  takeSeen(): string[] {
    const taken = this.#seen;
    this.#seen = [];
    return taken;
  }

  /** Takes the masks out. */
  takeBanned(): string[] {
    const taken = this.#banned;
    this.#banned = [];
    return taken;
  }

  /** One operator, who connects again when the server was killed. */
  async #operate(index: number, pauseMs: number): Promise<void> {
    while (!this.#stopped) {
      const port = this.#host.ircPort;
      if (port !== null) await this.#session(port, index, pauseMs).catch(() => {});
      await sleep(20);
    }
  }

  async #session(port: number, index: number, pauseMs: number): Promise<void> {
    const boss = new LineClient(port, ADDRESS);
    boss.onLine = (line) => {
      if (line.includes('is not in the audit trail')) this.notAudited++;
    };
    try {
      await boss.register(`boss${index}`);
      boss.send(`OPER ${OPER_NAME} ${OPER_PASSWORD}`);
      await boss.waitFor(' 381 ');
      while (!this.#stopped && boss.lost === null) {
        const mark = `${this.#prefix}-${++this.#count}-`;
        if (this.#count % 2 === 0) await this.#kill(port, boss, mark);
        else await this.#kline(boss, mark);
        await sleep(pauseMs);
      }
    } finally {
      boss.close();
    }
  }

  /** Has a newcomer killed; it is done when the newcomer reads of it. */
  async #kill(port: number, boss: LineClient, mark: string): Promise<void> {
    const nick = `v${this.#count}`;
    const victim = new LineClient(port, ADDRESS);
    try {
      await victim.register(nick);
      victim.onLine = (line) => {
        if (line.includes(` KILL ${nick} `)) this.#seen.push(mark);
      };
      boss.send(`KILL ${nick} :${mark}`);
      await Promise.race([victim.closed, boss.closed]);
    } finally {
      victim.close();
    }
  }

  /** Sets a K-line for ten minutes, so that the list does not grow; it is done when its operator hears of it. */
  async #kline(boss: LineClient, mark: string): Promise<void> {
    const heard = boss.waitFor(`KLINED ${mark}`);
    boss.send(`KLINE 10 ${mark}@oper.invalid :KLINED ${mark}`);
    await heard;
    this.#seen.push(mark);
    this.#banned.push(`${mark}@oper.invalid`);
  }
}
