/**
 * The protocol limits that an operator may change while the server runs (`set-limits`). Defaults and reasons are in
 * limits.ts; a restart brings them back.
 */
import type { LiveLimits } from '../runtime/host/live-limits.ts';
import { limits } from './limits.ts';

const RANGE = { min: 1, max: 100_000 };

/** The limits that `set-limits` takes. */
export const ADJUSTABLE_LIMITS = {
  channels_per_user: { ...limits.channelsPerUser, ...RANGE },
  mask_list_entries: { ...limits.maskListEntries, ...RANGE },
  modes_per_command: { ...limits.modesPerCommand, ...RANGE },
  nick_seconds: { ...limits.nickSeconds, ...RANGE },
  registration_seconds: { ...limits.registrationSeconds, ...RANGE },
  targets_per_message: { ...limits.targetsPerMessage, ...RANGE },
  who_replies: { ...limits.whoReplies, ...RANGE },
} satisfies LiveLimits<string>;

/** Name of one of {@link ADJUSTABLE_LIMITS}. */
export type AdjustableLimit = keyof typeof ADJUSTABLE_LIMITS;

/** The values in force. */
export class Tuning {
  readonly #values = new Map<AdjustableLimit, number>();

  get(name: AdjustableLimit): number {
    return this.#values.get(name) ?? ADJUSTABLE_LIMITS[name].default;
  }

  /** Sets a limit and returns what it was. */
  set(name: AdjustableLimit, value: number): number {
    const before = this.get(name);
    this.#values.set(name, value);
    return before;
  }
}
