/**
 * Bounds what one poll of the sockets brings. Node reads every socket that is readable, up to 64 KiB each, before anything
 * else has its turn: thousands of clients that all send, or all leave, would hold up everybody for a tenth of a second
 * each time. Where reading goes on for a while although the turn is used up, nobody of those networks is read any more, and
 * some of each go on in every turn: as many as a turn has time for, because what is read together is written together.
 * Told by the network path of a daemon.
 */
import type { WorkGroup } from '../async/work-account.ts';
import { limits } from '../limits.ts';

/** A network of so many rounds of clients is read in one poll, whatever it sends, as long as it is alone with that. */
const FEW_ROUNDS = 2;
/** A network of so few clients is read in any case: each of them is read once in a poll, and others wait less for them. */
const FEW_CLIENTS = 2;
/** A round grows to so many times its first size, and is halved when it was too large. */
const MOST_GROWTH = 64;

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
}

/** What tests set; a daemon takes the defaults. */
export interface ReadRoundsOptions {
  /** Clients that go on in one turn of the loop at least, all networks together. */
  readonly perTurn?: number;
  /** For so long, in milliseconds, a poll goes on when the turn is used up. */
  readonly lateMs?: number;
  /** Calls back in the next turn. */
  readonly schedule?: (callback: () => void) => void;
  /** The monotonic clock, in milliseconds. */
  readonly now?: () => number;
}

/** The rounds of one daemon. */
export class ReadRounds {
  readonly #readers = new WeakMap<WorkGroup, Readers>();
  readonly #waiting = new Set<Readers>();
  readonly #perTurn: number;
  /** Clients that go on in the next turn. */
  #size: number;
  readonly #lateMs: number;
  readonly #schedule: (callback: () => void) => void;
  readonly #now: () => number;
  /** Reads of this turn that came when it was used up, of all networks. */
  #late = 0;
  /** When the first of them came, in milliseconds. */
  #lateSince = 0;
  #tooMany = false;
  #scheduled = false;

  constructor(options: ReadRoundsOptions = {}) {
    this.#perTurn = options.perTurn ?? limits.readRoundClients.default;
    this.#size = this.#perTurn;
    this.#lateMs = options.lateMs ?? limits.readLateMs.default;
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
  }

  leave(group: WorkGroup, reader: RoundReader): void {
    const readers = this.#readers.get(group);
    readers?.reading.delete(reader);
    readers?.resting.delete(reader);
  }

  /**
   * A client of this network was read although the turn is used up. When that has gone on for `readLateMs`, nobody of the
   * network is read any more in this turn, unless it has so few clients that a poll of all of them ends soon anyway: most
   * crowds send little at a time, and to read all of it takes less than to stop them. What is few depends on whether others are
   * late as well: a crowd of a hundred addresses is a crowd. Those that rest count too, because a crowd that is let in
   * again by and by is a crowd all the same.
   */
  late(group: WorkGroup): void {
    this.#arm();
    const crowded = ++this.#late > this.#perTurn;
    if (this.#late === 1) this.#lateSince = this.#now();
    if (this.#now() - this.#lateSince < this.#lateMs) return;
    this.#tooMany = true;
    const readers = this.#readers.get(group);
    if (readers === undefined) return;
    const few = crowded ? FEW_CLIENTS : FEW_ROUNDS * this.#perTurn;
    if (readers.reading.size + readers.resting.size <= few) return;
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
    this.#tooMany = false;
    let left = this.#size;
    const share = Math.ceil(left / this.#waiting.size);
    // Those that have had their share stand behind the others then; each is looked at once.
    let networks = this.#waiting.size;
    for (const readers of this.#waiting) {
      if (networks-- === 0 || left === 0) break;
      this.#waiting.delete(readers);
      left -= readOn(readers, Math.min(share, left));
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
