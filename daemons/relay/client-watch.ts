/** What the passing of time means for a client: pings, and the ends that silence brings. Called once a second. */
import { workPrices } from '../runtime/async/work-prices.ts';
import type { Steps } from './net/relay-turns.ts';
import type { Peer } from './rooms/peer.ts';
import type { Relay } from './rooms/relay.ts';

/**
 * Looks at every client, over as many turns as that takes. Also brings the largest send queue up to date, as it walks
 * through all of them anyway.
 */
export function* watchClients(relay: Relay, nowMs: number): Steps<void> {
  let largest = 0;
  let greeted = 0;
  for (const peer of relay.peers()) {
    if (relay.turns.spend(workPrices.skipped.ns)) yield null;
    peer.connection.intake.recount();
    largest = Math.max(largest, peer.connection.outbox.queuedBytes);
    if (peer.stage === 'greeted') greeted++;
    watch(relay, peer, nowMs);
  }
  relay.metrics.queueMaxBytes.set(largest);
  relay.metrics.peersGreeted.set(greeted);
  relay.metrics.rooms.set(relay.rooms.size);
  relay.metrics.roomMemberships.set(relay.rooms.memberships);
}

/** Whether a client is still to prove who it is. */
function unsecured({ door }: Relay, { connection, stage }: Peer): boolean {
  return connection.session === null && stage === 'new' && (connection.intake.handshaking || door.required);
}

function watch(relay: Relay, peer: Peer, nowMs: number): void {
  const { connection } = peer;
  const { limits } = relay;
  const perClass = connection.connectionClass.limits;
  const silentMs = nowMs - connection.lastReceivedAt;
  if (connection.outbox.stalledMs(nowMs) > perClass.stall_seconds * 1_000) {
    relay.endWithError(peer, 'stalled', `Nothing was read for ${perClass.stall_seconds} seconds.`, 'discard');
  } else if (
    connection.intake.frameBegunAt > 0 &&
    nowMs - connection.intake.frameBegunAt > limits.frame_seconds * 1_000
  ) {
    relay.endWithError(
      peer,
      'frame_timeout',
      `A frame was not finished within ${limits.frame_seconds} seconds.`,
    );
  } else if (unsecured(relay, peer)) {
    if (nowMs - connection.acceptedAt > limits.handshake_seconds * 1_000)
      relay.endWithError(
        peer,
        'handshake_timeout',
        `No sealed session came about within ${limits.handshake_seconds} seconds.`,
      );
  } else if (peer.stage === 'greeted') {
    // While nothing is read from it, or its last words are not worked off, silence says nothing; it must take what waits for it within stall_seconds.
    if (connection.intake.choked || connection.intake.busy) return;
    if (silentMs > perClass.idle_seconds * 1_000) {
      relay.endWithError(peer, 'idle', `Nothing was heard for ${perClass.idle_seconds} seconds.`);
    } else if (
      silentMs > perClass.ping_seconds * 1_000 &&
      nowMs - peer.pingedAt > perClass.ping_seconds * 1_000
    ) {
      peer.pingedAt = nowMs;
      relay.tell(peer, { type: 'ping' });
    }
  } else if (peer.stage === 'greeting' || (peer.stage === 'new' && peer.mode === 'rooms')) {
    if (nowMs - connection.acceptedAt > limits.handshake_seconds * 1_000)
      relay.endWithError(
        peer,
        'hello_timeout',
        `No acceptable hello came within ${limits.handshake_seconds} seconds.`,
      );
  } else if (perClass.plain_idle_seconds > 0) {
    const quietMs = Math.min(silentMs, nowMs - connection.outbox.lastWrittenAt);
    if (quietMs > perClass.plain_idle_seconds * 1_000)
      relay.endWithError(
        peer,
        'idle',
        `Nothing was sent or received for ${perClass.plain_idle_seconds} seconds.`,
      );
  }
}
