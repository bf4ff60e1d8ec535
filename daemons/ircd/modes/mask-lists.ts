/** The list modes b, e and I: which list a letter names and how it is shown (numerics 346 to 349, 367, 368). */

import { unixSeconds } from '../../irc/clock.ts';
import { LIST_MODES } from '../../irc/modes.ts';
import { N, type Numeric } from '../../irc/numerics.ts';
import type { Channel } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { MaskList } from '../state/mask-list.ts';

/** Whether a letter is a list mode. */
export function isListMode(letter: string): boolean {
  return LIST_MODES.includes(letter);
}

/** The list of a list mode. */
export function listOf(channel: Channel, letter: string): MaskList {
  if (letter === 'e') return channel.exceptions;
  if (letter === 'I') return channel.inviteExceptions;
  return channel.bans;
}

/** Masks of all lists of a channel, which MAXLIST bounds together. */
export function maskCount(channel: Channel): number {
  return channel.bans.size + channel.exceptions.size + channel.inviteExceptions.size;
}

const NUMERICS: Readonly<Record<string, readonly [Numeric, Numeric]>> = {
  b: [N.RPL_BANLIST, N.RPL_ENDOFBANLIST],
  e: [N.RPL_EXCEPTLIST, N.RPL_ENDOFEXCEPTLIST],
  I: [N.RPL_INVEXLIST, N.RPL_ENDOFINVEXLIST],
};

/**
 * Shows a list to everybody who may know of the channel. The exceptions too, as InspIRCd does and the Modern
 * specification forbids nowhere: who is banned sees the ban, and what lets others past it is no greater secret.
 */
export function sendMaskList(client: LocalClient, channel: Channel, letter: string): void {
  const [entry, end] = NUMERICS[letter] as readonly [Numeric, Numeric];
  if (channel.isPublic || client.user.memberships.has(channel)) {
    for (const { mask, by, atMs } of listOf(channel, letter).entries) {
      client.replyRaw(entry, `${channel.name} ${mask.text} ${by} ${unixSeconds(atMs)}`);
    }
  }
  client.reply(end, channel.name);
}
