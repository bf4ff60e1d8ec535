/**
 * Bounds what one poll of the sockets brings. Node reads every socket that is readable, up to 64 KiB each, before anything
 * else has its turn: thousands of clients that all send, or all leave, would hold up everybody for a tenth of a second
 * each time. Where reading goes on for a while although the turn is used up, nobody of those networks is read any more, and
 * some of each go on in every turn: as many as a turn has time for, because what is read together is written together.
 * Told by the network path of a daemon.
 */
import { QueueTally } from '../../../kit/queue-tally.ts';
import type { WorkGroup } from '../async/work-account.ts';
import { limits } from '../limits.ts';

/** A network of so many rounds of clients is read in one poll, whatever it sends, as long as it is alone with that. */
const FEW_ROUNDS = 2;
/** A network of so few clients is read in any case: each of them is read once in a poll, and others wait less for them. */
const FEW_CLIENTS = 2;
/** A round grows to so many times its first size, and is halved when it was too large. */
const MOST_GROWTH = 64;
/** A round is large enough when it uses this part of a turn. */
const HALF = 0.5;

/** What is read in rounds. */
export interface RoundReader {
  /** Reads nothing until {@link readOn}. */
  rest(): void;
  readOn(): void;
}

/** The clients of one network that are being read, and those that wait for a round. */
class Readers {
  readonly reading = new Set<RoundReader>();
  readonly resting = new Set<RoundReader>();

  /** Those that rest count too, because a crowd that is let in again by and by is a crowd all the same. */
  get size(): number {
    return this.reading.size + this.resting.size;
  }
}

/** What tests set; a daemon takes the defaults. */
export interface ReadRoundsOptions {
  /** Clients that go on in one turn of the loop at least, all networks together. */
  readonly perTurn?: number;
  /** For so long, in milliseconds, a poll goes on when the turn is used up. */
  readonly lateMs?: number;
  /** Bytes that are read meanwhile at most. */
  readonly lateBytes?: number;
  /** Which part of the turn is used up so far, from 0 to 1; a round does not grow where it is more than half. */
  readonly usedShare?: () => number;
  /** Calls back in the next turn. */
  readonly schedule?: (callback: () => void) => void;
  /** The monotonic clock, in milliseconds. */
  readonly now?: () => number;
}

/** The rounds of one daemon. */
export class ReadRounds {
  /** Clients of which nothing is read until their round comes. */
  readonly tally = new QueueTally();
  readonly #readers = new WeakMap<WorkGroup, Readers>();
  /** Networks that are crowds when others are late as well. */
  readonly #crowds = new Set<Readers>();
  readonly #waiting = new Set<Readers>();
  readonly #perTurn: number;
  /** Clients that go on in the next turn. */
  #size: number;
  readonly #lateMs: number;
  readonly #mostLateBytes: number;
  readonly #usedShare: () => number;
  readonly #schedule: (callback: () => void) => void;
  readonly #now: () => number;
  /** Reads of this turn that came when it was used up, of all networks. */
  #late = 0;
  /** Bytes that they brought. */
  #lateBytes = 0;
  /** When the first of them came, in milliseconds. */
  #lateSince = 0;
  #tooMany = false;
  #scheduled = false;

  constructor(options: ReadRoundsOptions = {}) {
    this.#perTurn = options.perTurn ?? limits.readRoundClients.default;
    this.#size = this.#perTurn;
    this.#lateMs = options.lateMs ?? limits.readLateMs.default;
    this.#mostLateBytes = options.lateBytes ?? limits.readLateBytes.default;
    this.#usedShare = options.usedShare ?? (() => 0);
    this.#schedule = options.schedule ?? setImmediate;
    this.#now = options.now ?? (() => performance.now());
  }

  enter(group: WorkGroup, reader: RoundReader): void {
    let readers = this.#readers.get(group);
    if (readers === undefined) {
      readers = new Readers();
      this.#readers.set(group, readers);
    }
    readers.reading.add(reader);
    if (readers.size > FEW_CLIENTS) this.#crowds.add(readers);
  }

  leave(group: WorkGroup, reader: RoundReader): void {
    const readers = this.#readers.get(group);
    if (readers === undefined) return;
    readers.reading.delete(reader);
    if (readers.resting.delete(reader)) this.tally.leave();
    if (readers.size <= FEW_CLIENTS) this.#crowds.delete(readers);
  }

  /**
   * A client of this network was read although the turn is used up. When that has gone on for `readLateMs` or
   * `readLateBytes`, nobody of the network is read any more in this turn, unless it has so few clients that a poll of all of
   * them ends soon anyway: most crowds send little at a time, and to read all of it takes less than to stop them. Where
   * many are late, or what they send is much, nobody of any network is read on at once: a crowd of a hundred addresses is a crowd.
   * @param bytes what the read brought; Infinity where nothing more may be read
   */
  late(group: WorkGroup, bytes: number): void {
    this.#arm();
    this.#lateBytes += bytes;
    if (++this.#late === 1) this.#lateSince = this.#now();
    const much = this.#lateBytes >= this.#mostLateBytes;
    if (!much && this.#now() - this.#lateSince < this.#lateMs) return;
    this.#tooMany = true;
    if (much || this.#late > this.#perTurn) {
      for (const readers of this.#crowds) this.#rest(readers);
    } else {
      const readers = this.#readers.get(group);
      if (readers !== undefined && readers.size > FEW_ROUNDS * this.#perTurn) this.#rest(readers);
    }
  }

  #rest(readers: Readers): void {
    if (readers.reading.size === 0) return;
    this.tally.enter(readers.reading.size);
    for (const reader of readers.reading) {
      readers.resting.add(reader);
      reader.rest();
    }
    readers.reading.clear();
    this.#waiting.add(readers);
  }

  /** What a crowd's reads cost is not known before: a turn that was used up had too many of them, another had room. */
  #nextSize(): number {
    if (this.#tooMany) return Math.max(this.#perTurn, this.#size >> 1);
    if (this.#usedShare() > HALF) return this.#size;
    return Math.min(this.#perTurn * MOST_GROWTH, this.#size * 2);
  }

  #arm(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(this.#round);
  }

  readonly #round = (): void => {
    this.#scheduled = false;
    this.#size = this.#nextSize();
    this.#late = 0;
    this.#lateBytes = 0;
    this.#tooMany = false;
    let left = this.#size;
    const share = Math.ceil(left / this.#waiting.size);
    // Those that have had their share stand behind the others then; each is looked at once.
    let networks = this.#waiting.size;
    for (const readers of this.#waiting) {
      if (networks-- === 0 || left === 0) break;
      this.#waiting.delete(readers);
      const count = readOn(readers, Math.min(share, left));
      this.tally.leave(count);
      left -= count;
      if (readers.resting.size > 0) this.#waiting.add(readers);
    }
    if (this.#waiting.size > 0) this.#arm();
  };
}

/** Lets so many of a network go on; answers how many there were. */
function readOn({ reading, resting }: Readers, most: number): number {
  let count = 0;
  for (const reader of resting) {
    if (count === most) break;
    count++;
    resting.delete(reader);
    reading.add(reader);
    reader.readOn();
  }
  return count;
}
