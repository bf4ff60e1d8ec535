/**
 * What a channel bears of a flood (mode f, in the form of UnrealIRCd): `[5j#i10,20m,8t#b]:15`, how many joins, messages and so on within
 * how many seconds, and what is done then. Each server counts what its own users do: a number a kind, and one a member who speaks.
 */
import type { Membership } from './channel.ts';

/** Kinds, each with what may be done, the first by default: a mode that is set, or for `t` what happens to the member. */
const ACTIONS: Readonly<Record<FloodKind, string>> = { c: 'C', j: 'ir', m: 'mM', t: 'kbd' };

/** CTCPs, joins, messages, and messages of one member. */
export type FloodKind = 'c' | 'j' | 'm' | 't';

/** How much of one kind is too much, and what is done. */
export interface FloodLimit {
  readonly kind: FloodKind;
  readonly most: number;
  /** A mode of the channel; of `t` k kicks, b bans as well, d drops what is said. */
  readonly action: string;
  /** After how many minutes a mode is taken away again; 0 for never. */
  readonly minutes: number;
}

const RULE = /^\[([^\]]{1,64})\]:(\d{1,3})$/;
const ITEM = /^(\d{1,3})([cjmt])(?:#([A-Za-z])(\d{1,2})?)?$/;

/** A limit as it is written. */
function itemText({ kind, most, action, minutes }: FloodLimit): string {
  if (action === ACTIONS[kind][0] && minutes === 0) return `${most}${kind}`;
  return `${most}${kind}#${action}${minutes === 0 ? '' : minutes}`;
}

/** What a channel bears, with what it had of late. */
export class ChannelFlood {
  /** As it is shown: one spelling of what means the same. */
  readonly text: string;
  readonly #windowMs: number;
  readonly #limits: ReadonlyMap<FloodKind, FloodLimit>;
  #sinceMs = Number.NEGATIVE_INFINITY;
  readonly #counts = { c: 0, j: 0, m: 0 };
  /** Messages of who spoke since then. */
  readonly #spoken = new Map<Membership, number>();
  /** By letter of a mode that is to be taken away again. */
  readonly #timers = new Map<string, NodeJS.Timeout>();

  private constructor(limits: ReadonlyMap<FloodKind, FloodLimit>, seconds: number) {
    this.#limits = limits;
    this.#windowMs = seconds * 1000;
    this.text = `[${[...limits.values()].map(itemText).join(',')}]:${seconds}`;
  }

  /** Null for what is none. */
  static parse(text: string): ChannelFlood | null {
    const [, items = '', window = ''] = RULE.exec(text) ?? [];
    const seconds = Number(window);
    const limits: FloodLimit[] = [];
    for (const item of items.split(',')) {
      const [, number = '', kind = '', action, minutes = '0'] = ITEM.exec(item) ?? [];
      const most = Number(number);
      const allowed = ACTIONS[kind as FloodKind];
      if (allowed === undefined || most === 0 || limits.some((limit) => limit.kind === kind)) return null;
      if (action !== undefined && !allowed.includes(action)) return null;
      // Who is kicked is gone, and a ban stays until it is taken away.
      if (kind === 't' && minutes !== '0') return null;
      limits.push({ kind: kind as FloodKind, most, action: action ?? allowed[0]!, minutes: Number(minutes) });
    }
    if (seconds === 0) return null;
    limits.sort((a, b) => (a.kind < b.kind ? -1 : 1));
    return new ChannelFlood(new Map(limits.map((limit) => [limit.kind, limit])), seconds);
  }

  /** Counts one more; the limit where that is too much. */
  counts(kind: 'c' | 'j' | 'm', nowMs: number): FloodLimit | null {
    const limit = this.#limits.get(kind);
    if (limit === undefined) return null;
    this.#begin(nowMs);
    return ++this.#counts[kind] > limit.most ? limit : null;
  }

  /** The same of a message of one member. */
  countsOf(member: Membership, nowMs: number): FloodLimit | null {
    const limit = this.#limits.get('t');
    if (limit === undefined) return null;
    this.#begin(nowMs);
    const spoken = (this.#spoken.get(member) ?? 0) + 1;
    this.#spoken.set(member, spoken);
    return spoken > limit.most ? limit : null;
  }

  /** After the time that a limit says, unless it is said again before. */
  later(letter: string, minutes: number, run: () => void): void {
    clearTimeout(this.#timers.get(letter));
    const timer = setTimeout(() => {
      this.#timers.delete(letter);
      run();
    }, minutes * 60_000);
    timer.unref();
    this.#timers.set(letter, timer);
  }

  /** Nothing is taken away any more: the mode is gone, or the channel. */
  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#spoken.clear();
  }

  /** What was before a window ended counts no more. */
  #begin(nowMs: number): void {
    const passedMs = nowMs - this.#sinceMs;
    if (passedMs >= 0 && passedMs < this.#windowMs) return;
    this.#sinceMs = nowMs;
    this.#counts.c = 0;
    this.#counts.j = 0;
    this.#counts.m = 0;
    this.#spoken.clear();
  }
}
