/**
 * Users whom a peer cannot be told of for as long as their nick is longer than it holds: it would kill them. That lasts only until
 * their own server has heard of the peer and calls them otherwise; then the peer is told of all at once. Called by
 * link-network.ts before lines are made of an event.
 */
import type { NetworkEvent } from '../network-events.ts';
import type { User } from '../state/user.ts';
import { linesOf } from './event-lines.ts';
import type { Numbers, Peer } from './peer.ts';
import { introduction } from './user-lines.ts';

/** Lines of an event for a peer, where somebody takes part whom it does not know or cannot hold. */
export function linesFor(numbers: Numbers, me: string, peer: Peer, event: NetworkEvent): readonly string[] {
  const { untold, limits } = peer;
  const user = whoIn(event);
  if (user === null) return linesOf(numbers, me, peer, event);
  const fits = user.nick.length <= limits.nick;
  if (event.kind === 'user' && !fits) untold.add(user);
  if (untold.has(user)) {
    if (event.kind === 'split' || event.kind === 'quit' || event.kind === 'kill') untold.delete(user);
    if (event.kind !== 'nick' || !fits) return [];
    untold.delete(user);
    return allOf(numbers, me, peer, user);
  }
  // It goes on calling them as before.
  if (event.kind === 'nick' && !fits) return [];
  return linesOf(numbers, me, peer, event);
}

/** Whoever does something, or to whom it happens by no other member's will; null for a server. */
function whoIn(event: NetworkEvent): User | null {
  if (event.kind === 'rename') return null;
  if (event.kind === 'join') return event.membership.user;
  if ('user' in event && event.kind !== 'kick' && event.kind !== 'invite') return event.user;
  return 'nick' in event.source ? event.source : null;
}

/** Who they are and where. */
function allOf(numbers: Numbers, me: string, peer: Peer, user: User): string[] {
  const lines = [introduction(numbers, peer, user)];
  for (const membership of user.memberships.values())
    lines.push(...linesOf(numbers, me, peer, { kind: 'join', membership, created: false }));
  return lines;
}
