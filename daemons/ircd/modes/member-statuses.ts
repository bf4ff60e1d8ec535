/**
 * Which status members of channels may have on this server: operators and voices always, owners, the protected and halfops where
 * the settings say so. What another server gives all the same is kept for those servers that have it, and shown to nobody here.
 */
import { STATUS } from '../../irc/modes.ts';
import type { IrcdConfig } from '../config.ts';

/** Those that every server has. */
export const BASIC_STATUS = STATUS.op | STATUS.voice;

/** `STATUS` bits of those that there are. */
export function statusesOf({ channel_status: names }: Pick<IrcdConfig, 'channel_status'>): number {
  return names.reduce((bits, name) => bits | STATUS[name], BASIC_STATUS);
}
