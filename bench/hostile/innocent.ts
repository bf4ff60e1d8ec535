/**
 * The process of the innocent client: it pings every 20 ms (or as often as it is told) from 127.0.0.2, whether the last one was answered or not, so
 * that a daemon that stands still for a second is seen to be late for fifty pings and not for one. Started by run.ts
 * with the kind of client and the port, and by netsplit.ts with the milliseconds between pings behind them.
 */
import { ircInnocent, ircNewcomer, ircSecured } from './ircd-innocent.ts';
import { mainInnocent } from './main-innocent.ts';
import { objectsInnocent } from './objects-innocent.ts';
import { relayInnocent, relayNewcomer } from './relay-innocent.ts';
import type { ConnectInnocent, Innocent, InnocentMessage, InnocentReport } from './scenario.ts';

const ADDRESS = '127.0.0.2';
const USUAL_PING_MS = 20;
/** Pings that are under way at the end are waited for, up to this long. */
const LAST_PONG_MS = 15_000;

/** How to speak to each daemon. */
const INNOCENTS: Readonly<Record<string, ConnectInnocent>> = {
  ircd: ircInnocent,
  'ircd-anew': ircNewcomer,
  'ircd-tls': ircSecured,
  relay: relayInnocent,
  'relay-anew': relayNewcomer,
  objects: objectsInnocent,
  main: mainInnocent,
};

const say = (message: InnocentMessage) => process.send?.(message);

/** The value below which `share` of the sorted values lie. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

class PingClock {
  readonly #periodMs: number;
  /** When each ping was due, which is when it counts from. */
  readonly #dueMs: number[] = [];
  readonly #delaysMs: number[] = [];
  readonly #answered = new Set<number>();
  #timer: NodeJS.Timeout | null = null;
  #lost: string | null = null;

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  start(client: Innocent): void {
    const begun = performance.now();
    this.#timer = setInterval(() => {
      while (begun + this.#dueMs.length * this.#periodMs <= performance.now()) {
        client.ping(this.#dueMs.length);
        this.#dueMs.push(begun + this.#dueMs.length * this.#periodMs);
      }
    }, this.#periodMs / 4);
  }

  pong(number: number): void {
    if (this.#answered.has(number)) return;
    this.#answered.add(number);
    this.#delaysMs.push(performance.now() - (this.#dueMs[number] ?? Number.NaN));
  }

  lost(why: string): void {
    this.#lost ??= why;
  }

  /** Stops pinging, waits for the last answers, and says what was seen. */
  async finish(): Promise<InnocentReport> {
    if (this.#timer !== null) clearInterval(this.#timer);
    const lost = this.#lost;
    const until = performance.now() + LAST_PONG_MS;
    while (this.#lost === null && this.#answered.size < this.#dueMs.length && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, this.#periodMs));
    }
    const sorted = this.#delaysMs.toSorted((a, b) => a - b);
    return {
      pings: this.#dueMs.length,
      unanswered: this.#dueMs.length - this.#answered.size,
      p50: percentile(sorted, 0.5),
      p99: percentile(sorted, 0.99),
      max: sorted.at(-1) ?? Number.NaN,
      lost,
    };
  }
}

async function main(kind: string, port: number, periodMs: number): Promise<void> {
  const connect = INNOCENTS[kind];
  if (connect === undefined) throw new Error(`no innocent client ${kind}`);
  const clock = new PingClock(periodMs);
  const client = await connect(
    port,
    ADDRESS,
    (number) => clock.pong(number),
    (why) => clock.lost(why),
    process.env.BENCH_SECRET ?? '',
  );
  process.on('message', (message) => {
    if (message === 'start') clock.start(client);
    else void clock.finish().then((report) => say({ type: 'report', report }));
  });
  say({ type: 'connected' });
}

process.on('disconnect', () => process.exit(0));
await main(process.argv[2] ?? '', Number(process.argv[3]), Number(process.argv[4] ?? USUAL_PING_MS));
