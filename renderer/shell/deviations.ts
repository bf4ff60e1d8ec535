/**
 * What is not as it should be in what the window measures: event loops that are late, frames that this window was too slow for, a clock
 * that is another. Asked a few times a second by the status bar, which says nothing else at its right.
 */

import { formatDuration, formatSeconds } from '../format/numbers.ts';
import type { HostModel } from '../model/host-model.ts';
import { named } from '../model/hosts.ts';
import { processReading } from '../samples/process-reading.ts';
import { messages } from './messages.ts';

/** A loop that is later than this at its p99 is felt, in seconds. */
const LATE_LOOP_S = 0.05;
/** How far the clocks of host and window may be apart, in milliseconds: what is shorter may be the way of a frame. */
const CLOCK_MS = 2_000;
/** Weights beside which seconds of a loop are little. */
const [SKIPPED, CLOCK] = [1e6, 1e7];
/** How long something is said after it was last so, in milliseconds: what comes and goes can be read. */
const SAID_MS = 10_000;

export interface Deviation {
  /** Names it whatever its figures are. */
  readonly key: string;
  /** Without figures, for who hears it. */
  readonly name: string;
  readonly text: string;
  /** What is said first where there is no room for all: another clock, then what is not shown, then the latest loop. */
  readonly weight: number;
}

interface Said extends Deviation {
  /** Unix milliseconds of this machine. */
  readonly until: number;
}

export class Deviations {
  #said: readonly Said[] = [];
  /** Frames that were skipped when it was looked last, by source of all hosts. */
  readonly #skipped = new Map<string, number>();

  /**
   * What is not as it should be now, or was a moment ago.
   * @param now Unix milliseconds of this machine
   */
  look(hosts: readonly HostModel[], now: number): readonly Deviation[] {
    const found = hosts.flatMap((host) => [...this.#ofSources(hosts, host), ...ofClock(hosts, host, now)]);
    const keys = new Set(found.map(({ key }) => key));
    const until = now + SAID_MS;
    this.#said = [
      ...found.map((one) => ({ ...one, until })),
      ...this.#said.filter((one) => one.until > now && !keys.has(one.key)),
    ].sort((a, b) => b.weight - a.weight);
    return this.#said;
  }

  #ofSources(hosts: readonly HostModel[], host: HostModel): Deviation[] {
    const found: Deviation[] = [];
    const { freshness } = host.store.getState();
    for (const source of host.sources()) {
      const id = named(hosts, host.id, source.id);
      const late = processReading(source, 'loop_delay_seconds');
      // What a process measured before it ended, or fell silent, is no news.
      if (late > LATE_LOOP_S && freshness[source.id]?.state === 'live')
        found.push({
          key: `loop ${source.key}`,
          name: messages.lateLoop(id),
          text: messages.lateLoopBy(id, formatSeconds(late)),
          weight: late,
        });
      const { skipped } = source.samples;
      const before = this.#skipped.get(source.key) ?? 0;
      this.#skipped.set(source.key, skipped);
      if (skipped > before)
        found.push({
          key: `skipped ${source.key}`,
          name: messages.skips(id),
          text: messages.skipped(id, skipped),
          weight: SKIPPED,
        });
    }
    return found;
  }
}

function ofClock(hosts: readonly HostModel[], host: HostModel, now: number): readonly Deviation[] {
  const ms = host.hostNow() - now;
  if (Math.abs(ms) <= CLOCK_MS) return [];
  const name = messages.clock(hosts.length > 1 ? host.name : null);
  return [
    {
      key: `clock ${host.id}`,
      name,
      text: messages.clockBy(name, formatDuration(Math.abs(ms)), ms > 0),
      weight: CLOCK,
    },
  ];
}
