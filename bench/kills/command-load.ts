/**
 * Commands at a steady rate, each with a mark of its own in its arguments, and a book of what was answered. Used by
 * bench/kills/trial.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { VictimHost } from './victim-host.ts';

/** Outcomes after which nothing is in the audit trail: the command was not even begun. */
const NEVER_BEGUN = new Set(['limit_reached', 'audit_unavailable', 'bad_request']);

/** Most commands under way at once; an instance answers more of one client with `limit_reached`. */
const OUTSTANDING = 32;

/** Bans that are left in force, so that there is something to lose. */
const BANS_KEPT = 40;

/** One ban as the load knows it. */
interface BanState {
  /** What an answer said last; null while none has. */
  inForce: boolean | null;
  /** A change is under way or its answer was lost: both are right. */
  unsure: boolean;
}

/** What was answered. */
export class CommandLoad {
  /** Marks of commands that were answered since the last {@link takeAnswered}. */
  #answered: string[] = [];
  readonly #bans = { ircd: new Map<string, BanState>(), relay: new Map<string, BanState>() };
  readonly #host: VictimHost;
  readonly #prefix: string;
  readonly latenciesMs: number[] = [];
  #count = 0;
  #outstanding = 0;
  #stopped = true;
  #running: Promise<void> = Promise.resolve();
  /** Answers that said of a ban that it is not on disk. */
  notSaved = 0;
  /** Answers that said of themselves that they are not recorded. */
  notAudited = 0;

  /** `prefix` begins every mark. */
  constructor(host: VictimHost, prefix: string) {
    this.#host = host;
    this.#prefix = prefix;
  }

  get sent(): number {
    return this.#count;
  }

  /** How many were answered since the last {@link takeAnswered}. */
  get answered(): number {
    return this.#answered.length;
  }

  /** Begins to send `perSecond` commands. */
  begin(perSecond: number): void {
    this.#stopped = false;
    this.#running = this.#send(perSecond);
  }

  /** Stops, and resolves when every command was answered or can no longer be. */
  async end(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    while (this.#outstanding > 0) await sleep(5);
  }

  /** Takes the marks out. */
  takeAnswered(): string[] {
    const taken = this.#answered;
    this.#answered = [];
    return taken;
  }

  /** Bans of a daemon that must be there, and those that must not. */
  bans(daemon: 'ircd' | 'relay'): { inForce: string[]; lifted: string[] } {
    const sure = [...this.#bans[daemon]].filter(([, state]) => !state.unsure);
    return {
      inForce: sure.flatMap(([mark, state]) => (state.inForce === true ? [mark] : [])),
      lifted: sure.flatMap(([mark, state]) => (state.inForce === false ? [mark] : [])),
    };
  }

  async #send(perSecond: number): Promise<void> {
    const start = performance.now();
    let begun = 0;
    while (!this.#stopped) {
      const due = ((performance.now() - start) / 1_000) * perSecond;
      for (; begun < due && this.#outstanding < OUTSTANDING && this.#host.connected; begun++)
        void this.#one();
      // What could not be sent in time is not made up for: the rate is a rate, not a debt.
      begun = Math.max(begun, Math.floor(due));
      await sleep(5);
    }
  }

  async #one(): Promise<void> {
    const n = ++this.#count;
    const mark = `${this.#prefix}-${n}-`;
    this.#outstanding++;
    try {
      const kind = n % 10;
      if (kind === 0) await this.#ban('ircd', mark);
      else if (kind === 5) await this.#ban('relay', mark);
      else if (kind === 3) await this.#ask('relay', 'broadcast', { text: mark, plain: false }, mark);
      else if (kind < 5) await this.#ask('ircd', 'clients', { text: mark }, mark);
      else await this.#ask('relay', 'clients', { text: mark }, mark);
    } finally {
      this.#outstanding--;
    }
  }

  /** Sets a ban, or lifts the oldest when there are many. */
  async #ban(daemon: 'ircd' | 'relay', mark: string): Promise<void> {
    const bans = this.#bans[daemon];
    const oldest = [...bans].filter(([, state]) => state.inForce === true && !state.unsure);
    const lifting = oldest.length > BANS_KEPT ? oldest[0] : undefined;
    const [target, state] = lifting ?? [mark, { inForce: null, unsure: false }];
    bans.set(target, state);
    state.unsure = true;
    const ok = await this.#ask(daemon, ...banCommand(daemon, target, lifting === undefined), mark);
    if (ok) Object.assign(state, { inForce: lifting === undefined, unsure: false });
  }

  /** Whether it was done, and on disk where it is a ban. */
  async #ask(
    daemon: string,
    command: string,
    args: Record<string, string | number | boolean>,
    mark: string,
  ): Promise<boolean> {
    const start = performance.now();
    const outcome = await this.#host.ask('command.run', { daemon, command, args, confirmed: true });
    if (outcome === null) return false;
    if (outcome.audited === false) this.notAudited++;
    else if (outcome.ok || !NEVER_BEGUN.has(outcome.error.code)) {
      // Lifting a ban names another mark: it is counted by its own where the arguments have it.
      if (JSON.stringify(args).includes(mark)) this.#answered.push(mark);
    }
    if (!outcome.ok) return false;
    this.latenciesMs.push(performance.now() - start);
    const { result } = outcome.result;
    if (typeof result === 'object' && result !== null && 'saved' in result && result.saved === false) {
      this.notSaved++;
      return false;
    }
    return true;
  }
}

function banCommand(
  daemon: 'ircd' | 'relay',
  mark: string,
  setting: boolean,
): [command: string, args: Record<string, string | number | boolean>] {
  const ban =
    daemon === 'relay' ? { kind: 'peer', mask: mark } : { kind: 'kline', mask: `${mark}@bench.invalid` };
  return [setting ? 'add-ban' : 'remove-ban', ban];
}
