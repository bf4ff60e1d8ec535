/**
 * Clients that do all sorts of things at a fixed rate. A command is measured from when it was due, not from when it could be
 * sent: a server that answers late is not spared what waits behind. Used by main.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Durations, type LoadResult } from './figures.ts';
import { type Guest, type Guests, nickOf, Party } from './guests.ts';
import type { IrcLine } from './irc-line.ts';
import { DEEDS, type Deed, type Doer, isRefusal, ORDER } from './mixed-commands.ts';
import type { NumbersOf } from './options.ts';
import type { Target } from './target.ts';

/** How long the last of what is due, and its answers, may take. */
const LAST_ANSWER_MS = 10_000;

interface Busy {
  readonly kind: string;
  readonly deed: Deed;
  readonly dueMs: number;
}

/** One client with what it has under way, which is one thing at most. */
interface Actor extends Doer {
  readonly guest: Guest;
  readonly partner: () => Actor;
  busy: Busy | null;
}

/** Runs it. */
export async function mixedLoad(
  { clients, channels, rate, seconds, concurrency }: NumbersOf<'mixed'>,
  target: Target,
  { nickPrefix, channelPrefix }: Guests,
): Promise<LoadResult> {
  const party = new Party(target);
  const nick = (index: number) => nickOf(nickPrefix, index);
  const channelOf = (index: number) => `${channelPrefix}${index % channels}`;
  try {
    const guests = await party.letIn(clients, concurrency, nick, (index) => [channelOf(index)]);
    const actors: Actor[] = guests.map((guest, index) => {
      const partner = () => actors[index + channels] ?? actors[index % channels]!;
      return {
        guest,
        partner,
        nick: nick(index),
        channel: channelOf(index),
        side: `${channelPrefix}side${index}`,
        ...{ inSide: false, away: false, busy: null },
        other: () => partner().nick,
      };
    });
    const stage = new Stage(actors);
    await party.race(stage.play(rate, seconds * 1_000));
    const { answered, unanswered, refused, unsent } = stage;
    return {
      title: `mixed: ${rate} commands/s of ${clients} clients in ${channels === 1 ? 'one channel' : `${channels} channels`}, at ${target.name}`,
      measured: stage.durations.measured(),
      facts: { 'commands/s': answered / seconds, refused, unanswered, 'due and never sent': unsent },
    };
  } finally {
    party.close();
  }
}

class Stage {
  readonly durations = new Durations(Object.keys(DEEDS));
  answered = 0;
  refused = 0;
  unanswered = 0;
  unsent = 0;
  readonly #idle: Actor[];
  #busy = 0;
  #begun = 0;

  constructor(actors: readonly Actor[]) {
    this.#idle = [...actors];
    for (const actor of actors) actor.guest.onLine = (line) => this.#heard(actor, line);
    // A message is done when the other has it.
    for (const actor of actors) {
      const other = actor.partner();
      const before = other.guest.onLine;
      other.guest.onLine = (line) => {
        before(line);
        if (actor.busy?.deed.seenByOther && actor.busy.deed.done(line)) this.#done(actor, actor.busy);
      };
    }
  }

  /** Everything that is due in that time, and the last answers. */
  async play(perSecond: number, forMs: number): Promise<void> {
    this.#begun = performance.now();
    const all = Math.floor((perSecond * forMs) / 1_000);
    let sent = 0;
    while (sent < all || this.#busy > 0) {
      const nowMs = performance.now() - this.#begun;
      if (nowMs > forMs + LAST_ANSWER_MS) break;
      const due = Math.min(all, Math.floor((nowMs * perSecond) / 1_000) + 1);
      for (; sent < due && this.#idle.length > 0; sent++) this.#begin(sent, (sent * 1_000) / perSecond);
      await sleep(1);
    }
    this.unsent = all - sent;
    this.unanswered = this.#busy;
  }

  #begin(number: number, dueMs: number): void {
    const actor = this.#idle.shift()!;
    const kind = ORDER[number % ORDER.length]!;
    const deed = DEEDS[kind]!(actor, `t${number}`);
    actor.busy = { kind, deed, dueMs };
    this.#busy++;
    actor.guest.client.say(deed.line);
  }

  #heard(actor: Actor, line: IrcLine): void {
    const { busy } = actor;
    if (busy === null) return;
    if (isRefusal(line)) {
      this.refused++;
      this.#free(actor);
    } else if (!busy.deed.seenByOther && busy.deed.done(line)) this.#done(actor, busy);
  }

  #done(actor: Actor, { kind, deed, dueMs }: Busy): void {
    this.durations.record(kind, performance.now() - this.#begun - dueMs);
    this.answered++;
    deed.after?.();
    this.#free(actor);
  }

  #free(actor: Actor): void {
    actor.busy = null;
    this.#busy--;
    this.#idle.push(actor);
  }
}
