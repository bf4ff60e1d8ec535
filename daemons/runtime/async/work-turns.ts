/**
 * Bounds what one turn of the event loop does, and shares it out. Work is charged in steps to the account of who causes
 * it; when a turn has had its 20 ms the rest waits for the next, and sockets, timers and the heartbeat have theirs in
 * between. A request that takes longer than a slice is itself split: it is a generator that yields where others may go
 * first. One per daemon process, owned by its network path.
 *
 * - Within an account the order is kept: what it asks for later waits for what it asked for before.
 * - Accounts that used little of late come first, then the others. Both take turns by network and, within one, in the
 *   order in which they came.
 * - Charging is an addition. The clock is looked at once in 0.2 ms of charged work, so that a wrong price cannot break
 *   the bound.
 */
import { limits } from '../limits.ts';
import { type LoopTurn, loopTurn } from './loop-turn.ts';
import { LostTime } from './lost-time.ts';
import { NetworkQueue, type WorkAccount } from './work-account.ts';
import type { WorkGate } from './work-gate.ts';

const NS_PER_MS = 1e6;
/** Charged work after which the clock is looked at. */
const MOST_CHECK_NS = 0.2 * NS_PER_MS;
/** What a step is charged whatever it does, so that many that do nothing end too. */
const STEP_NS = 500;
/** Every so many slices the accounts that used much have one, also while others wait. */
const HEAVY_EVERY = 4;
/** Slices that waiting work gets in every turn, also when new input has used it up. */
const MIN_SLICES = 2;
/** Share of a turn that waiting work gets likewise: a thousand small jobs are a thousand slices. */
const WAITING_SHARE = 0.4;
/** Share of a turn after which patient work waits for the next, whether anybody else has work or not: sockets come first. */
const PATIENT_SHARE = 0.2;
/** Clients whose waiting work is named to whoever asks. */
const MOST_NAMED = 64;
/** Share of a turn that new input may use when work waits already, so that both together are one turn. */
const BUSY_SHARE = 1 - WAITING_SHARE;

/**
 * How far a step came: `done`; `more`, to be continued before anything else of its account; `later`, to be continued
 * behind what the account asked for meanwhile; or the gate that it waits at.
 */
export type StepResult = 'done' | 'more' | 'later' | WorkGate;

/** Work that can be split. */
export interface WorkJob {
  /** Works until it is done or {@link WorkTurns.spend} answers true. */
  step(): StepResult;
  /** Called instead of the rest when the work is given up. */
  cancel?(): void;
}

/** Work written as a generator: it yields null where others may go first, or a gate that it has to wait at. */
export type WorkSteps = Generator<WorkGate | null, void, void>;

/** What {@link WorkTurns} is made of; everything has a default. */
export interface WorkTurnsOptions {
  readonly turnMs?: number;
  readonly sliceMs?: number;
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
  /** Milliseconds that the process has used so far; the clock where another one is given. */
  readonly usedMs?: () => number;
  /** Calls back once sockets and timers had their turn. */
  readonly schedule?: (callback: () => void) => void;
  /** Called before waiting work is done, so that nobody waits behind it with an answer that is there. */
  readonly beforeWaiting?: () => void;
  /** Called at the end of a turn in which waiting work was done, so that its output leaves at once. */
  readonly afterTurn?: () => void;
  /** For tests: where it is announced what the loop works on; that of the process when left out. */
  readonly loop?: LoopTurn;
  /** Told of a job that threw; it counts as done. */
  readonly onError?: (error: unknown) => void;
}

/** A generator as a job. */
class StepsJob implements WorkJob {
  readonly #steps: WorkSteps;

  constructor(steps: WorkSteps) {
    this.#steps = steps;
  }

  step(): StepResult {
    const { done, value } = this.#steps.next();
    return done === true ? 'done' : (value ?? 'more');
  }

  cancel(): void {
    this.#steps.return();
  }
}

/** A call as a job, with the steps that it may leave. */
class CallJob implements WorkJob {
  #call: (() => WorkSteps | null) | null;
  #left: WorkSteps | null = null;

  constructor(call: () => WorkSteps | null) {
    this.#call = call;
  }

  step(): StepResult {
    const call = this.#call;
    if (call !== null) {
      this.#call = null;
      this.#left = call();
    }
    if (this.#left === null) return 'done';
    const { done, value } = this.#left.next();
    return done === true ? 'done' : (value ?? 'more');
  }

  cancel(): void {
    this.#left?.return();
  }
}

/** The turns of one process. */
export class WorkTurns {
  readonly #sliceMs: number;
  readonly #fullNs: number;
  /** Of the turn that runs: shorter where work waits. */
  #turnNs: number;
  readonly #sliceNs: number;
  /** Charged work between two looks at the clock. */
  readonly #stepNs: number;
  readonly #now: () => number;
  readonly #schedule: (callback: () => void) => void;
  readonly #beforeWaiting: () => void;
  readonly #afterTurn: () => void;
  readonly #onError: (error: unknown) => void;
  readonly #loop: LoopTurn;
  readonly #endTurn = () => this.#onTurnEnd();

  // The turn of the loop.
  #open = false;
  #closed = false;
  #scheduled = false;
  /** While work is done that waited. */
  #inTurnEnd = false;
  #turnStartMs = 0;
  #turnUsedNs = 0;
  #turnCheckNs = 0;
  #nowMs = 0;
  /** Since half of the turn was over. */
  readonly #lost: LostTime;
  #lostMarked = false;

  // The slice of one account. `#payer` is charged, `#owner` is whose job runs: they differ inside a nested run().
  #payer: WorkAccount | null = null;
  #owner: WorkAccount | null = null;
  #chargedNs = 0;
  #checkNs = 0;
  #baseMs = Number.NaN;
  #over = false;

  // What waits.
  readonly #light = new NetworkQueue();
  readonly #heavy = new NetworkQueue();
  #sliceCount = 0;
  #depth = 0;
  #highWater = 0;
  #submitted = 0;
  /** Patient accounts that have had their part of the turn; they wait for the next. */
  readonly #resting: WorkAccount[] = [];
  /** The account whose waiting jobs are being done; it is queued again when its slice is over. */
  #running: WorkAccount | null = null;

  constructor(options: WorkTurnsOptions = {}) {
    this.#sliceMs = options.sliceMs ?? limits.workSliceMs.default;
    this.#fullNs = this.#turnNs = (options.turnMs ?? limits.workTurnMs.default) * NS_PER_MS;
    this.#sliceNs = this.#sliceMs * NS_PER_MS;
    this.#stepNs = Math.min(MOST_CHECK_NS, this.#sliceNs / 2);
    this.#lost = new LostTime(options.usedMs ?? options.now);
    this.#now = options.now ?? (() => performance.now());
    this.#schedule = options.schedule ?? ((callback) => void setImmediate(callback));
    this.#beforeWaiting = options.beforeWaiting ?? (() => {});
    this.#afterTurn = options.afterTurn ?? (() => {});
    this.#loop = options.loop ?? loopTurn;
    this.#onError = options.onError ?? (() => {});
  }

  /** Milliseconds of the clock as it was last looked at: at most a slice old while work is done. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Whether some work waits for a later turn. */
  get busy(): boolean {
    return !this.#light.empty || !this.#heavy.empty;
  }

  /** Accounts whose work waits for its turn, the most so far, and how often one had to wait. */
  stats(): { readonly depth: number; readonly highWater: number; readonly submitted: number } {
    return { depth: this.#depth, highWater: this.#highWater, submitted: this.#submitted };
  }

  /** What waits for a turn, by name, once for each client; of a crowd the first. For whoever asks what was ahead. */
  *waitingWork(): Generator<string, void, void> {
    for (const queue of [this.#light, this.#heavy])
      for (const { work } of queue.waiting(MOST_NAMED)) yield work === '' ? 'input of clients' : work;
  }

  /** Which part of the turn that runs is used up, from 0 to 1 and a little more; 0 where none runs. */
  get usedShare(): number {
    return this.#open ? this.#turnUsedNs / this.#turnNs : 0;
  }

  /** Whether the turn that runs has had its time. */
  get usedUp(): boolean {
    return this.#open && this.#turnUsedNs >= this.#turnNs;
  }

  /**
   * Whether new work of an account may be done now: nothing of it waits, the turn is not used up, and nobody who used
   * less is waiting. Where not, {@link run} a job instead.
   */
  mayBegin(account: WorkAccount): boolean {
    if (account.jobs.length > 0 || account.queued || this.#closed) return false;
    if (!this.#open) this.#openTurn();
    if (this.#turnUsedNs >= this.#turnNs) return false;
    return !this.busy || account.isLight(this.#nowMs);
  }

  /**
   * Whether work of an account may be done by a plain call: the slice that runs is its own and has room, and nothing of it waits.
   * Where not, {@link run} a job instead.
   */
  mayCall(account: WorkAccount): boolean {
    return this.#owner === account && !this.#over && account.jobs.length === 0 && !account.queued;
  }

  /** Whether an account that is in the middle of its input may take the next piece of it in this slice. */
  mayGoOn(account: WorkAccount): boolean {
    return !this.#over && account.jobs.length === 0;
  }

  /** Begins a slice that is charged to an account. Ended with {@link end}. */
  begin(account: WorkAccount): void {
    if (!this.#open) this.#openTurn();
    this.#loop.name('', account.connection);
    this.#payer = account;
    this.#owner = account;
    this.#chargedNs = 0;
    this.#checkNs = this.#stepNs;
    // What is patient works for long at a time: its slice is measured from its first line on.
    this.#baseMs = account.patient ? this.#now() : Number.NaN;
    this.#over = false;
  }

  /**
   * Charges work to whose slice it is; outside of one it does nothing. Call it with `count * price` for every few
   * dozen steps of a loop.
   * @returns true when the slice is used up: whoever can be continued later should stop here.
   */
  spend(ns: number): boolean {
    this.#chargedNs += ns;
    return this.#chargedNs >= this.#checkNs ? this.#check() : this.#over;
  }

  /** Ends the slice and books what it cost. */
  end(): void {
    const account = this.#payer;
    if (account === null) return;
    this.#loop.clear();
    this.#payer = null;
    this.#owner = null;
    this.#turnUsedNs += this.#chargedNs;
    if (this.#turnUsedNs >= this.#turnCheckNs) this.#checkTurn();
    account.charge(this.#chargedNs, this.#nowMs);
    this.#over = false;
  }

  /**
   * Does a job of an account: at once if it may, what is left of it in later turns. Inside another slice its first step
   * is part of that slice.
   * @returns whether it is done.
   */
  run(account: WorkAccount, job: WorkJob): boolean {
    if (this.#closed) {
      job.cancel?.();
      return false;
    }
    if (this.#payer !== null) {
      if (this.#over || account.jobs.length > 0 || account.queued) this.#append(account, job);
      else return this.#nested(account, job);
      return false;
    }
    if (!this.mayBegin(account)) {
      this.#append(account, job);
      return false;
    }
    this.begin(account);
    const result = this.#step(job);
    this.#keep(account, job, result);
    this.end();
    return result === 'done';
  }

  /** Keeps a job for a later turn, or for later in this one. */
  later(account: WorkAccount, job: WorkJob): void {
    if (this.#closed) job.cancel?.();
    else this.#append(account, job);
  }

  /** Like {@link run}, for work that is written as a generator. */
  runSteps(account: WorkAccount, steps: WorkSteps): boolean {
    return this.run(account, new StepsJob(steps));
  }

  /** Like {@link run}, for work of which most is done by one call; where it is not, the call answers the steps that are left. */
  runCall(account: WorkAccount, call: () => WorkSteps | null): boolean {
    return this.run(account, new CallJob(call));
  }

  /** Whether the job that runs has to wait at a gate; then it yields the gate, and asks again when it is resumed. */
  mustWait(gate: WorkGate): boolean {
    return gate.holder !== null && gate.holder !== this.#owner;
  }

  /** Closes a gate behind the job that runs, which goes on in a later turn. */
  hold(gate: WorkGate): void {
    gate.holder = this.#owner;
  }

  /** Opens a gate that the job that runs had closed, or whose turn it was; else it does nothing. */
  leave(gate: WorkGate): void {
    if (gate.holder === null || gate.holder !== this.#owner) return;
    this.#pass(gate);
  }

  /** Gives up everything that waits for an account. */
  remove(account: WorkAccount): void {
    const jobs = account.jobs.splice(0);
    const owner = this.#owner;
    this.#owner = account;
    for (const job of jobs) job.cancel?.();
    this.#owner = owner;
  }

  /** Gives up everything and takes no more. Calling it twice is fine. */
  close(): void {
    this.#closed = true;
  }

  #openTurn(): void {
    this.#loop.enter();
    this.#open = true;
    this.#turnNs = this.busy ? BUSY_SHARE * this.#fullNs : this.#fullNs;
    this.#nowMs = this.#turnStartMs = this.#now();
    this.#turnUsedNs = 0;
    this.#turnCheckNs = this.#stepNs;
    this.#lostMarked = false;
    this.#scheduleEnd();
  }

  #scheduleEnd(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    this.#schedule(this.#endTurn);
  }

  /** Looks at the clock within a slice. */
  #check(): boolean {
    if (this.#payer === null) {
      this.#chargedNs = 0;
      return false;
    }
    const now = this.#now();
    this.#nowMs = now;
    const charged = this.#chargedNs;
    // The first look only says when the slice must have begun: reading the clock for every line would be dear.
    if (Number.isNaN(this.#baseMs)) this.#baseMs = now - charged / NS_PER_MS;
    this.#forgiveLost(now, now - this.#baseMs >= this.#sliceMs);
    const used = Math.max(charged, (now - this.#baseMs) * NS_PER_MS);
    const turn = (now - this.#turnStartMs) * NS_PER_MS;
    this.#over ||=
      used >= this.#sliceNs || turn >= this.#turnNs || this.#turnUsedNs + charged >= this.#turnNs;
    this.#checkNs = charged + this.#stepNs;
    return this.#over;
  }

  #checkTurn(): void {
    const now = this.#now();
    this.#nowMs = now;
    this.#forgiveLost(now, false);
    this.#turnUsedNs = Math.max(this.#turnUsedNs, (this.#nowMs - this.#turnStartMs) * NS_PER_MS);
    this.#turnCheckNs = this.#turnUsedNs + this.#stepNs;
  }

  /** A turn and its slice are the longer by the time in which the process did not run. */
  #forgiveLost(now: number, sliceOver: boolean): void {
    const turnNs = (now - this.#turnStartMs) * NS_PER_MS;
    if (!this.#lostMarked) {
      if (turnNs < this.#fullNs / 2) return;
      this.#lostMarked = true;
      this.#lost.mark(now);
    } else if (this.#turnUsedNs < this.#turnNs && (sliceOver || turnNs >= this.#turnNs)) {
      const lostMs = this.#lost.take(now);
      this.#turnStartMs = Math.min(now, this.#turnStartMs + lostMs);
      this.#baseMs = Math.min(now, this.#baseMs + lostMs);
    }
  }

  #step(job: WorkJob): StepResult {
    try {
      return job.step();
    } catch (error) {
      this.#onError(error);
      return 'done';
    }
  }

  #nested(account: WorkAccount, job: WorkJob): boolean {
    const owner = this.#owner;
    this.#owner = account;
    const result = this.#step(job);
    this.#owner = owner;
    if (result === 'done') return true;
    // What runs around it may be of the same account and go on first: where it has to wait is asked again then.
    this.#append(account, job);
    return false;
  }

  #append(account: WorkAccount, job: WorkJob): void {
    account.work = this.#loop.work;
    account.jobs.push(job);
    this.#enqueue(account);
  }

  /** Keeps what is left of a job after a step. */
  #keep(account: WorkAccount, job: WorkJob, result: StepResult): void {
    account.work = this.#loop.work;
    if (result === 'done') {
      if (account.jobs.length > 0) this.#enqueue(account);
    } else if (result === 'later') {
      account.jobs.push(job);
      this.#enqueue(account);
    } else {
      account.jobs.unshift(job);
      if (result !== 'more' && result.holder !== null && result.holder !== account) {
        account.blocked = true;
        result.waiting.push(account);
      } else {
        this.#enqueue(account);
      }
    }
  }

  #enqueue(account: WorkAccount): void {
    if (account.queued || account.blocked || account === this.#running) return;
    if (account.patient && this.#turnUsedNs >= PATIENT_SHARE * this.#fullNs && this.#inTurnEnd) {
      account.blocked = true;
      this.#resting.push(account);
      return;
    }
    account.queued = true;
    this.#submitted++;
    if (++this.#depth > this.#highWater) this.#highWater = this.#depth;
    const { group } = account;
    if (account.isLight(this.#nowMs)) this.#light.push(group.light, account);
    else this.#heavy.push(group.heavy, account);
    this.#scheduleEnd();
  }

  /** Only while somebody waits. */
  #next(): WorkAccount {
    this.#depth--;
    const heavyFirst = ++this.#sliceCount % HEAVY_EVERY === 0;
    if (heavyFirst) return this.#heavy.shift() ?? this.#light.shift()!;
    return this.#light.shift() ?? this.#heavy.shift()!;
  }

  #onTurnEnd(): void {
    if (this.busy && !this.#closed) {
      this.#beforeWaiting();
      if (!this.#open) this.#openTurn();
      this.#checkTurn();
      this.#inTurnEnd = true;
      const endNs = Math.max(this.#turnNs, this.#turnUsedNs + WAITING_SHARE * this.#fullNs);
      for (let slices = 0; this.busy && (slices < MIN_SLICES || this.#turnUsedNs < endNs); slices++) {
        this.#slice(this.#next());
      }
      this.#inTurnEnd = false;
      this.#wake();
      this.#afterTurn();
    }
    this.#open = false;
    this.#scheduled = false;
    if (this.busy) this.#scheduleEnd();
  }

  /** Those that rest have their next slice in the next turn. */
  #wake(): void {
    for (const account of this.#resting.splice(0)) {
      account.blocked = false;
      if (account.jobs.length > 0) this.#enqueue(account);
    }
  }

  /** One slice of what waits for an account. */
  #slice(account: WorkAccount): void {
    account.queued = false;
    this.#running = account;
    this.begin(account);
    this.#loop.work = account.work;
    for (let result: StepResult = 'done'; result === 'done' && !this.#over; ) {
      const job = account.jobs.shift();
      if (job === undefined) break;
      result = this.#step(job);
      this.#keep(account, job, result);
      this.spend(STEP_NS);
    }
    // Looking at the clock here keeps a slice honest that charged nothing.
    this.#checkTurn();
    this.#running = null;
    this.end();
    if (account.jobs.length > 0) this.#enqueue(account);
  }

  /** Hands a gate to the first that waits at it, or opens it. */
  #pass(gate: WorkGate): void {
    for (;;) {
      const next = gate.waiting.shift() ?? null;
      gate.holder = next;
      if (next === null) return;
      next.blocked = false;
      if (next.jobs.length === 0) continue;
      this.#enqueue(next);
      return;
    }
  }
}
