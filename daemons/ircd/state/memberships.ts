/**
 * Where one user is. Most of a network are on one channel or on none: a map for each of them would cost as much as the user. Whoever
 * is on one has that membership as their list.
 */
import type { Channel, Membership } from './channel.ts';

/** The channels of a user with what they are there, in the order of joining. */
export type Memberships = Pick<ReadonlyMap<Channel, Membership>, 'size' | 'get' | 'has' | 'keys' | 'values'>;

/** Of all who are on no channel. */
export const NO_MEMBERSHIPS: Memberships = new Map();

/** With one more. What is given is not to be used any more. */
export function withMembership(of: Memberships, membership: Membership): Memberships {
  if (of.size === 0) return membership;
  const { channel } = membership;
  if (of instanceof Map) return of.set(channel, membership);
  const [first] = of.values();
  return new Map([
    [first!.channel, first!],
    [channel, membership],
  ]);
}

/** With one less. What is given is not to be used any more. */
export function withoutMembership(of: Memberships, { channel }: Membership): Memberships {
  if (!of.has(channel)) return of;
  if (of.size > 1 && of instanceof Map) of.delete(channel);
  else return NO_MEMBERSHIPS;
  return of;
}
