/** Clients of a load that read what they are told, beside those of the generator, which only count. Used by mixed.ts, channel.ts and netsplit.ts. */
import { randomInt } from 'node:crypto';
import { LineSplitter } from '../../kit/line-splitter.ts';
import { LoadClient } from '../ircd/load-client.ts';
import { type IrcLine, readLine } from './irc-line.ts';
import { refusal } from './refusal.ts';
import type { Target } from './target.ts';

const LONGEST_LINE = 4_096;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** What a load calls its clients and channels, so that two loads of one server do not meet. */
export interface Guests {
  readonly nickPrefix: string;
  readonly channelPrefix: string;
}

/** New names: with five digits behind them nicks have eight characters, which every server takes. */
export function newNames(): Guests {
  const mark = LETTERS[randomInt(26)]! + LETTERS[randomInt(26)]!;
  return { nickPrefix: `l${mark}`, channelPrefix: `#load-${mark}-` };
}

/** One client that is in. */
export interface Guest {
  readonly client: LoadClient;
  /** Called with every line but PING, which is answered. */
  onLine: (line: IrcLine) => void;
}

/** Some clients, and what becomes of them. */
export class Party {
  readonly guests: Guest[] = [];
  readonly #target: Target;
  #fail: (error: Error) => void = () => {};
  /** Rejects when the server lets go of one of them. */
  readonly lost: Promise<never>;

  constructor(target: Target) {
    this.#target = target;
    this.lost = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // Whoever waits for something else hears of it by race().
    this.lost.catch(() => {});
  }

  /** Resolves with `work`, or rejects when a guest is lost meanwhile. */
  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.lost]);
  }

  /** Lets so many in, some at a time, each into its channels. They are in the order of their numbers. */
  async letIn(
    count: number,
    concurrency: number,
    nickOf: (index: number) => string,
    channelsOf: (index: number) => readonly string[],
  ): Promise<Guest[]> {
    const come: Guest[] = [];
    let next = 0;
    const lane = async () => {
      while (next < count) {
        const index = next++;
        come[index] = await this.#one(nickOf(index), channelsOf(index));
      }
    };
    await Promise.all(Array.from({ length: Math.min(count, concurrency) }, lane));
    return come;
  }

  close(): void {
    for (const { client } of this.guests) client.close();
  }

  async #one(nick: string, channels: readonly string[]): Promise<Guest> {
    const { port, place, password, webSocket, origin } = this.#target;
    const client = new LoadClient(port, nick, { webSocket, origin, place, password });
    const guest: Guest = { client, onLine: () => {} };
    this.guests.push(guest);
    try {
      await client.register();
      for (const channel of channels) await client.join(channel);
    } catch (error) {
      throw refusal(error, this.#target);
    }
    const splitter = new LineSplitter(LONGEST_LINE, {
      line: (text) => {
        if (text.startsWith('PING ')) client.say(`PONG ${text.slice(5)}`);
        else guest.onLine(readLine(text));
      },
      overlong: () => {},
    });
    client.onBytes = (bytes, length) => splitter.push(client.wire.text(bytes, length));
    client.onLost = (why) => this.#fail(refusal(new Error(`${nick} was lost: ${why}`), this.#target));
    return guest;
  }
}

/** Nick of a number. */
export const nickOf = (prefix: string, index: number) => `${prefix}${String(index).padStart(5, '0')}`;
