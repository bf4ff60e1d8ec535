/** Brings channels back that were there before a restart, and ends the time in which they wait for who was on them. */
import { CMODE } from '../../irc/modes.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import type { CommandServer } from '../command-server.ts';
import type { Channel } from '../state/channel.ts';
import { type ChannelRecord, channelOf, channelRecordSchema, newestOf } from './channel-record.ts';

/** Longest time of a timer. */
const MOST_TIMER_MS = 2 ** 31 - 1;
/** What ending the time of a channel costs, in nanoseconds of work. */
const END_NS = workPrices.row.ns;

/** Channels that wait. */
export class RestoredChannels {
  readonly #server: CommandServer;
  /** Whose time is over first, last. */
  #waiting: Channel[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(server: CommandServer) {
    this.#server = server;
  }

  /**
   * Brings back what records of a journal say, before anybody can connect.
   * @param untilMs until when those are kept that had members, Unix milliseconds
   * @returns how many channels came back, and how many records nobody can read
   */
  restore(
    records: readonly unknown[],
    nowMs: number,
    untilMs: number,
  ): { readonly channels: number; readonly unreadable: number } {
    const good: ChannelRecord[] = [];
    for (const record of records) {
      const { success, data } = channelRecordSchema.safeParse(record);
      if (success) good.push(data);
    }
    for (const kept of newestOf(good)) {
      const channel = channelOf(kept, untilMs);
      // Nobody came for it in its time.
      if (channel.restored!.untilMs <= nowMs && !channel.has(CMODE.permanent)) continue;
      this.#server.state.restore(channel);
      this.#waiting.push(channel);
    }
    this.#waiting.sort((a, b) => b.restored!.untilMs - a.restored!.untilMs);
    this.#arm();
    return { channels: this.#waiting.length, unreadable: records.length - good.length };
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #arm(): void {
    const next = this.#waiting.at(-1)?.restored;
    if (next === undefined) return;
    // One that was cleared has no time of its own any more.
    const waitMs = (next?.untilMs ?? 0) - Date.now();
    const timer = setTimeout(() => this.#onTimer(), Math.min(Math.max(waitMs, 1), MOST_TIMER_MS));
    timer.unref();
    this.#timer = timer;
  }

  #onTimer(): void {
    this.#timer = null;
    this.#server.host.work.runSteps(this.#server.house, this.#endDue());
  }

  *#endDue(): WorkSteps {
    const now = Date.now();
    for (let channel = this.#waiting.at(-1); channel !== undefined; channel = this.#waiting.at(-1)) {
      if (channel.restored !== null && channel.restored.untilMs > now) break;
      this.#waiting.pop();
      endWaiting(this.#server, channel);
      if (this.#server.host.work.spend(END_NS)) yield null;
    }
    this.#arm();
  }
}

/** From here on a channel is one like any other: it ends when nobody is on it. */
export function endWaiting(server: CommandServer, channel: Channel): void {
  if (channel.restored === null) return;
  channel.restored = null;
  server.keeper?.changed(channel);
  server.state.endIfEmpty(channel);
}
