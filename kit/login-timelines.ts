/**
 * What the latest logins went through, step by step, and how long each step took: a bounded ring in memory, and nothing at all where it
 * is set to hold none. Words say what was done; no name of a secret, and no secret, is ever among them. Kept by the IRC server and by
 * services.
 */
import { type LoginStep, MOST_LOGIN_STEPS, type ToldLogin } from '../contract/accounts.ts';
import type { TableCell } from '../contract/stream.ts';
import type { Clock } from './clock.ts';

/** A login that begins. */
export interface BegunLogin {
  /** Tells the connection from all others. */
  readonly session: string;
  /** The nick, or what there is of one. */
  readonly client: string;
  readonly address: string;
  /** How it logs in: `PLAIN`, `AUTH`. */
  readonly way: string;
  /** When it connected, Unix milliseconds; null where that is not known here. */
  readonly connectedAtMs: number | null;
}

interface Step extends LoginStep {
  readonly where: string;
}

/** Which logins are asked for; what is left out may be anything. */
export interface LoginFilter {
  readonly id?: number;
  readonly session?: string;
  /** Compared without regard to case. */
  readonly client?: string;
  /** Likewise. */
  readonly account?: string;
}

/** A login of a client that another process has looked at. */
export interface LoginElsewhere {
  readonly login: ToldLogin;
  /** The other process. */
  readonly where: string;
  /** When the client connected here, Unix milliseconds. */
  readonly connectedAtMs: number;
}

const UNDER_WAY = 'under way';

/** Steps of one login; further ones are not kept. */
const MOST_STEPS = 64;

/** One login. */
export class LoginTimeline {
  readonly id: number;
  readonly begun: BegunLogin;
  /** When it began, Unix milliseconds. */
  readonly atMs: number;
  client: string;
  account: string | null = null;
  outcome = UNDER_WAY;
  readonly steps: Step[] = [];
  readonly #clock: Clock;
  readonly #where: string;
  /** Milliseconds between connecting and the beginning, and the moment of the beginning. */
  readonly #offsetMs: number;
  readonly #from: number;
  #tookMs: number | null = null;

  /** @param where the process whose steps these are */
  constructor(id: number, begun: BegunLogin, where: string, clock: Clock) {
    this.id = id;
    this.begun = begun;
    this.client = begun.client;
    this.atMs = clock.now();
    this.#clock = clock;
    this.#where = where;
    this.#from = clock.monotonic();
    this.#offsetMs = Math.max(0, this.atMs - (begun.connectedAtMs ?? this.atMs));
    if (begun.connectedAtMs !== null) this.#add({ what: 'connected', afterMs: 0, tookMs: null, where });
  }

  /** From its beginning to its end; null while it is under way. */
  get tookMs(): number | null {
    return this.#tookMs;
  }

  /** Something that takes no time. */
  mark(what: string): void {
    this.#add({ what, afterMs: this.#sinceConnected(), tookMs: null, where: this.#where });
  }

  /**
   * Something begins; what is returned says that it is done, and which steps another process took for it meanwhile.
   * @param there the other process
   */
  begin(what: string, there = ''): (steps?: readonly LoginStep[]) => void {
    const afterMs = this.#sinceConnected();
    return (steps = []) => {
      this.#add({ what, afterMs, tookMs: this.#sinceConnected() - afterMs, where: this.#where });
      for (const step of steps) this.#add({ ...step, afterMs: afterMs + step.afterMs, where: there });
    };
  }

  /** It is over; a second call changes nothing. */
  end(outcome: string, account: string | null): void {
    if (this.#tookMs !== null) return;
    this.#tookMs = this.#clock.monotonic() - this.#from;
    this.outcome = outcome;
    this.account = account;
  }

  #sinceConnected(): number {
    return this.#offsetMs + this.#clock.monotonic() - this.#from;
  }

  #add(step: Step): void {
    if (this.steps.length < MOST_STEPS) this.steps.push(step);
  }
}

export interface LoginTimelinesOptions {
  readonly clock: Clock;
  /** How many are kept; 0 keeps none, and nothing is measured. May change with the configuration. */
  readonly most: () => number;
  /** The process, as rows name it. */
  readonly where: string;
}

/** The latest logins. */
export class LoginTimelines {
  readonly #options: LoginTimelinesOptions;
  /** The oldest first. */
  readonly #kept = new Map<number, LoginTimeline>();
  #last = 0;

  constructor(options: LoginTimelinesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** A login begins; null where none are kept. */
  begin(begun: BegunLogin): LoginTimeline | null {
    const { clock, most, where } = this.#options;
    const room = most();
    if (room === 0) {
      this.#kept.clear();
      return null;
    }
    const timeline = new LoginTimeline(++this.#last, begun, where, clock);
    this.#kept.set(timeline.id, timeline);
    for (const id of this.#kept.keys()) {
      if (this.#kept.size <= room) break;
      this.#kept.delete(id);
    }
    return timeline;
  }

  /** Those that fit, the newest first. */
  find(filter: LoginFilter): LoginTimeline[] {
    return [...this.#kept.values()].filter((one) => fits(one, filter)).reverse();
  }

  /** The rows of the command `logins`. */
  rows(filter: LoginFilter, limit: number): Record<string, TableCell>[] {
    return this.find(filter)
      .slice(0, limit)
      .map(({ id, atMs, client, begun, account, outcome, tookMs }) => ({
        at: atMs,
        client,
        address: begun.address,
        account,
        way: begun.way,
        outcome,
        took: tookMs === null ? null : tookMs / 1_000,
        id,
      }));
  }

  /** The newest that fits, for another process; null where none is remembered. */
  told(filter: LoginFilter): ToldLogin | null {
    const [newest] = this.find(filter);
    if (newest === undefined) return null;
    const { atMs, outcome, account, tookMs } = newest;
    const steps = inOrder(newest.steps).map(({ where: _where, ...step }) => step);
    return { at: atMs, outcome, account, tookMs, steps: steps.slice(0, MOST_LOGIN_STEPS) };
  }

  /**
   * The rows of the command `login`: the steps of the newest that fits; none where none is remembered.
   * @param elsewhere the newest that another process has looked at, which is shown where it is newer
   */
  steps(filter: LoginFilter, elsewhere: LoginElsewhere | null = null): Record<string, TableCell>[] {
    const [newest] = this.find(filter);
    if (elsewhere !== null && elsewhere.login.at >= (newest?.atMs ?? 0))
      return this.#rowsElsewhere(elsewhere);
    if (newest === undefined) return [];
    return rowsOf(newest, newest.steps, this.#options.where);
  }

  #rowsElsewhere({ login, where, connectedAtMs }: LoginElsewhere): Record<string, TableCell>[] {
    const connected = { what: 'connected', afterMs: 0, tookMs: null, where: this.#options.where };
    const offsetMs = Math.max(0, login.at - connectedAtMs);
    const steps = login.steps.map((step) => ({ ...step, afterMs: offsetMs + step.afterMs, where }));
    return rowsOf(login, [connected, ...steps], where);
  }
}

function inOrder(steps: readonly Step[]): Step[] {
  return [...steps].sort((a, b) => a.afterMs - b.afterMs);
}

/** @param where the process that says what came of it */
function rowsOf(
  { tookMs, outcome, account }: Pick<ToldLogin, 'tookMs' | 'outcome' | 'account'>,
  steps: readonly Step[],
  where: string,
): Record<string, TableCell>[] {
  const shown: Record<string, TableCell>[] = inOrder(steps).map((step) => ({
    after: step.afterMs / 1_000,
    what: step.what,
    where: step.where,
    took: step.tookMs === null ? null : step.tookMs / 1_000,
  }));
  const what = outcome === 'success' ? `logged in to ${account}` : outcome;
  return [...shown, { after: null, what, where, took: tookMs === null ? null : tookMs / 1_000 }];
}

function fits(one: LoginTimeline, { id, session, client, account }: LoginFilter): boolean {
  return (
    (id === undefined || one.id === id) &&
    (session === undefined || one.begun.session === session) &&
    (client === undefined || one.client.toLowerCase() === client.toLowerCase()) &&
    (account === undefined || one.account?.toLowerCase() === account.toLowerCase())
  );
}
