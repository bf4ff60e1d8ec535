/**
 * The protocol limits that an operator may change while the server runs (`set-limit`). Defaults and reasons are in
 * limits.ts; a restart brings them back.
 */
import type { Limit } from '../../contract/limit.ts';
import { limits } from './limits.ts';

const ADJUSTABLE = {
  'channels-per-user': limits.channelsPerUser,
  'mask-list-entries': limits.maskListEntries,
  'modes-per-command': limits.modesPerCommand,
  'registration-seconds': limits.registrationSeconds,
  'targets-per-message': limits.targetsPerMessage,
  'who-replies': limits.whoReplies,
} satisfies Record<string, Limit>;

/** Name of a limit that `set-limit` takes. */
export type AdjustableLimit = keyof typeof ADJUSTABLE;

/** Names of the limits that can be changed. */
export const ADJUSTABLE_LIMITS = Object.keys(ADJUSTABLE) as [AdjustableLimit, ...AdjustableLimit[]];

/** The values in force. */
export class Tuning {
  private readonly values = new Map<AdjustableLimit, number>();

  get(name: AdjustableLimit): number {
    return this.values.get(name) ?? ADJUSTABLE[name].default;
  }

  /** Sets a limit and returns what it was. */
  set(name: AdjustableLimit, value: number): number {
    const before = this.get(name);
    this.values.set(name, value);
    return before;
  }
}
