/**
 * One large channel in which things happen in turn at a fixed rate; every member sees each of them, and is timed. Used by main.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Durations, type LoadResult } from './figures.ts';
import { type Guest, type Guests, nickOf, Party } from './guests.ts';
import type { IrcLine } from './irc-line.ts';
import type { NumbersOf } from './options.ts';
import type { Target } from './target.ts';

/** How many come and go, in turn, so that nobody parts before all have seen them join. */
const VISITORS = 10;
const LAST_SEEN_MS = 10_000;

/** What happens, in this order. */
export const HAPPENINGS = ['message', 'join', 'mode', 'topic', 'part'] as const;
type Happening = (typeof HAPPENINGS)[number];

/** By what a member knows it again; null for a line that is none of them. */
export function happeningIn({ from, command, params }: IrcLine): string | null {
  if (command === 'PRIVMSG') return `message ${params[1]}`;
  if (command === 'TOPIC') return `topic ${params[1]}`;
  // MODE #channel +l 1007
  if (command === 'MODE') return `mode ${params[2]}`;
  if (command === 'JOIN') return `join ${from}`;
  return command === 'PART' ? `part ${from}` : null;
}

interface UnderWay {
  readonly happening: Happening;
  readonly sentMs: number;
  left: number;
}

/** Runs it. */
export async function channelLoad(
  { members, rate, seconds, concurrency }: NumbersOf<'channel'>,
  target: Target,
  { nickPrefix, channelPrefix }: Guests,
): Promise<LoadResult> {
  const party = new Party(target);
  const channel = `${channelPrefix}large`;
  const nick = (index: number) => nickOf(nickPrefix, index);
  try {
    // Whoever is first is operator of the channel.
    const [operator] = await party.letIn(1, 1, nick, () => [channel]);
    const others = await party.letIn(
      members - 1,
      concurrency,
      (index) => nick(index + 1),
      () => [channel],
    );
    const visitors = await party.letIn(
      VISITORS,
      VISITORS,
      (index) => nick(members + index),
      () => [],
    );
    const scene = new Scene([operator!, ...others], visitors, channel);
    await party.race(scene.quiet());
    await party.race(scene.play(rate, seconds * 1_000));
    const { unseen, put, declined } = scene;
    return {
      title: `channel: ${members} members, ${rate} things a second, at ${target.name}`,
      measured: [...scene.seen.measured(), ...scene.seenByAll.measured()],
      facts: { 'happened/s': put / seconds, 'not seen by all': unseen, 'declined by the server': declined },
    };
  } finally {
    party.close();
  }
}

class Scene {
  readonly seen = new Durations(HAPPENINGS);
  readonly seenByAll = new Durations(HAPPENINGS.map((name) => `${name}, the last`));
  put = 0;
  unseen = 0;
  /** What the server did not allow; none of it can be seen. */
  declined = 0;
  readonly #members: readonly Guest[];
  readonly #visitors: readonly Guest[];
  readonly #channel: string;
  readonly #underWay = new Map<string, UnderWay>();
  #heard = 0;

  constructor(members: readonly Guest[], visitors: readonly Guest[], channel: string) {
    this.#members = members;
    this.#visitors = visitors;
    this.#channel = channel;
    for (const member of members) member.onLine = (line) => this.#saw(line);
    for (const visitor of visitors) visitor.onLine = (line) => this.#declines(line);
  }

  /** Resolves when the members have been told of each other. */
  async quiet(): Promise<void> {
    for (let before = -1; before !== this.#heard; ) {
      before = this.#heard;
      await sleep(300);
    }
    this.declined = 0;
  }

  async play(perSecond: number, forMs: number): Promise<void> {
    const begun = performance.now();
    const all = Math.floor((perSecond * forMs) / 1_000);
    let lastMs = 0;
    while (this.put < all || (this.#underWay.size > 0 && performance.now() - lastMs < LAST_SEEN_MS)) {
      const nowMs = performance.now() - begun;
      const due = Math.min(all, Math.floor((nowMs * perSecond) / 1_000) + 1);
      while (this.put < due) this.#happens(this.put++);
      if (this.put === all && lastMs === 0) lastMs = performance.now();
      await sleep(1);
    }
    this.unseen += this.#underWay.size;
  }

  #happens(number: number): void {
    const happening = HAPPENINGS[number % HAPPENINGS.length]!;
    const visitor = this.#visitors[Math.floor(number / HAPPENINGS.length) % this.#visitors.length]!;
    const operator = this.#members[0]!.client;
    const { sender, line, key, seers } = {
      message: () => ({
        sender: operator,
        line: `PRIVMSG ${this.#channel} :t${number}`,
        key: `message t${number}`,
        seers: this.#members.length - 1,
      }),
      topic: () => this.#byOperator(`TOPIC ${this.#channel} :t${number}`, `topic t${number}`),
      mode: () => this.#byOperator(`MODE ${this.#channel} +l ${10_000 + number}`, `mode ${10_000 + number}`),
      join: () => this.#byVisitor(visitor, 'JOIN'),
      part: () => this.#byVisitor(visitor, 'PART'),
    }[happening]();
    // So late that the same visitor is to do the same again: what is left of it counts as unseen.
    if (this.#underWay.has(key)) this.unseen++;
    this.#underWay.set(key, { happening, sentMs: performance.now(), left: seers });
    sender.say(line);
  }

  #byOperator(line: string, key: string) {
    return { sender: this.#members[0]!.client, line, key, seers: this.#members.length };
  }

  #byVisitor({ client }: Guest, command: 'JOIN' | 'PART') {
    const key = `${command.toLowerCase()} ${client.nick}`;
    return { sender: client, line: `${command} ${this.#channel}`, key, seers: this.#members.length };
  }

  #saw(line: IrcLine): void {
    this.#heard++;
    const key = happeningIn(line);
    const underWay = key === null ? undefined : this.#underWay.get(key);
    if (underWay === undefined) {
      this.#declines(line);
      return;
    }
    const { happening, sentMs } = underWay;
    const ms = performance.now() - sentMs;
    this.seen.record(happening, ms);
    underWay.left--;
    if (underWay.left > 0) return;
    this.seenByAll.record(`${happening}, the last`, ms);
    this.#underWay.delete(key!);
  }

  #declines({ command }: IrcLine): void {
    if (/^[45]\d\d$/.test(command)) this.declined++;
  }
}
