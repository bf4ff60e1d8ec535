/**
 * The time by which things are recorded and forgotten. A wall clock may be set, by a person, by NTP, or wrongly at boot:
 * for a while a jump is not believed, so that a clock which is wrong for seconds neither mislabels history nor erases it.
 * Used by the recorder with every append, and by what must not expire by a clock that is wrong for a moment.
 */
import { limits } from './limits.ts';

/** What a {@link RecordingClock} makes of the wall clock. */
export interface ClockReading {
  /** Unix milliseconds by the clock as it was believed, plus the time that has passed since. */
  readonly now: number;
  /** Unix milliseconds, as the system's clock has it. */
  readonly wall: number;
  /** By how much the system's clock is ahead of `now` (behind, where negative); 0 while it is believed. */
  readonly jumpMs: number;
  /** A jump that was taken back a moment ago: what it stamped may still be on its way. */
  readonly echo: ClockEcho | null;
}

/** A time in which the system's clock was wrong, by that clock (Unix milliseconds). */
export interface ClockEcho {
  readonly from: number;
  readonly to: number;
  readonly jumpMs: number;
}

/** What was stamped this long before or after a jump was noticed may be stamped by it, milliseconds. */
const NOTICE_MS = 5_000;

/** Follows the wall clock, but not over a jump that is younger than `clockBelieveSeconds`. */
export class RecordingClock {
  readonly #wall: () => number;
  readonly #uptime: () => number;
  /** Wall clock minus uptime, as it is believed. */
  #offset: number;
  #claim: { readonly offset: number; readonly since: number; readonly from: number; to: number } | null =
    null;
  #echo: (ClockEcho & { readonly uptime: number }) | null = null;

  /**
   * @param wall the system's clock, Unix milliseconds
   * @param uptime milliseconds that nobody sets and that go on while the machine sleeps, as `os.uptime()` counts them
   */
  constructor(wall: () => number, uptime: () => number) {
    this.#wall = wall;
    this.#uptime = uptime;
    this.#offset = wall() - uptime();
  }

  read(): ClockReading {
    const wall = this.#wall();
    const uptime = this.#uptime();
    const offset = wall - uptime;
    if (isJump(offset - this.#offset)) {
      if (this.#claim === null || isJump(offset - this.#claim.offset)) {
        this.#claim = { offset, since: uptime, from: wall, to: wall };
      }
      this.#claim.to = wall;
      if (uptime - this.#claim.since < limits.clockBelieveSeconds.default * 1_000) {
        return { now: uptime + this.#offset, wall, jumpMs: offset - this.#offset, echo: null };
      }
      this.#echo = null;
    } else if (this.#claim !== null) {
      const { from, to } = this.#claim;
      this.#echo = {
        from: from - NOTICE_MS,
        to: to + NOTICE_MS,
        jumpMs: this.#claim.offset - this.#offset,
        uptime,
      };
    }
    this.#claim = null;
    this.#offset = offset;
    if (this.#echo !== null && uptime - this.#echo.uptime > limits.clockBelieveSeconds.default * 1_000)
      this.#echo = null;
    return { now: wall, wall, jumpMs: 0, echo: this.#echo };
  }
}

function isJump(differenceMs: number): boolean {
  return Math.abs(differenceMs) > limits.clockStepSeconds.default * 1_000;
}

/** The time of something that was stamped by the system's clock: put right where that was after a jump. */
export function restamp(time: number, { now, wall, jumpMs, echo }: ClockReading): number {
  // The clock comes to the times at which it was ahead once more: only what is still to come was stamped by the jump.
  const right = echo !== null && echo.jumpMs > 0 && time <= now + NOTICE_MS;
  if (echo !== null && !right && time >= echo.from && time <= echo.to) return time - echo.jumpMs;
  const afterTheJump = jumpMs !== 0 && Math.abs(time - wall) < Math.abs(time - now);
  return afterTheJump ? time - jumpMs : time;
}
