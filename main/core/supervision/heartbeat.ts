/**
 * Pings one daemon and says when it has been silent for too long. Any message counts as a sign of life. Silence is
 * counted in time that this process saw pass, so machine sleep never accuses a daemon.
 */
import type { Clock, Timer } from '../../../kit/clock.ts';
import type { ControlLimits } from '../limits.ts';

/** What a heartbeat does and tells. */
export interface HeartbeatEvents {
  sendPing(seq: number): void;
  onUnresponsive(unresponsive: boolean): void;
  /** Silent for `deadMs`; called once. */
  onDead(): void;
}

/** The heartbeat of one process. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #limits: ControlLimits;
  readonly #events: HeartbeatEvents;
  #seq = 0;
  #silenceMs = 0;
  #tickedAt = 0;
  #unresponsive = false;
  #timer: Timer | null = null;

  constructor(clock: Clock, limits: ControlLimits, events: HeartbeatEvents) {
    this.#clock = clock;
    this.#limits = limits;
    this.#events = events;
  }

  /** Starts, or goes on after {@link stop} with a clean slate. */
  start(): void {
    this.stop();
    this.#silenceMs = 0;
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** A message arrived. */
  alive(): void {
    this.#silenceMs = 0;
    if (!this.#unresponsive) return;
    this.#unresponsive = false;
    this.#events.onUnresponsive(false);
  }

  #arm(): void {
    this.#tickedAt = this.#clock.monotonic();
    this.#timer = this.#clock.after(this.#limits.heartbeatMs, () => this.#tick());
  }

  #tick(): void {
    const step = this.#limits.heartbeatMs;
    this.#silenceMs += Math.min(this.#clock.monotonic() - this.#tickedAt, 2 * step);
    if (this.#silenceMs >= this.#limits.deadMs) {
      this.stop();
      this.#events.onDead();
      return;
    }
    if (this.#silenceMs >= this.#limits.unresponsiveMs && !this.#unresponsive) {
      this.#unresponsive = true;
      this.#events.onUnresponsive(true);
    }
    this.#events.sendPing(++this.#seq);
    this.#arm();
  }
}
