/** What the relay measures: the catalog for its manifest, and the handles that its code writes. */
import type { MetricSpec } from '../../contract/manifest.ts';
import { metricSpecs } from '../../contract/metric-specs.ts';
import type { QueueTally } from '../../kit/queue-tally.ts';
import { FLUSH_REASONS, type FlushReason } from '../runtime/async/flush-hold.ts';
import type { WorkTurns } from '../runtime/async/work-turns.ts';
import { type Admitting, instrumentAccepting } from '../runtime/net/acceptor-instruments.ts';
import { type Admitted, acceptorMetrics, publishAcceptor } from '../runtime/net/acceptor-metrics.ts';
import type { CertificateWatch } from '../runtime/net/certificate-watch.ts';
import { type Counts, instrumentCounts } from '../runtime/telemetry/counted-instrument.ts';
import type { MetricRegistry } from '../runtime/telemetry/metric-registry.ts';
import { countsOf, instrumentQueue, type QueueCounts } from '../runtime/telemetry/queue-instrument.ts';
import type { RelayedQuota } from './rooms/relayed-quota.ts';
import type { KnownPeers } from './secure/known-peers.ts';
import type { SessionDoor } from './secure/session-door.ts';
import type { StunServer } from './stun/stun-server.ts';

const { name, gauge, counter, histogram } = metricSpecs('relay');

export const relayMetrics: readonly MetricSpec[] = [
  ...acceptorMetrics('relay'),
  gauge('peers_greeted', 'Clients that said hello'),
  gauge('rooms', 'Rooms that exist'),
  gauge('room_memberships', 'Members of all rooms, each counted in every room'),
  counter('frames_in', 'Frames received'),
  counter('frames_out', 'Frames handed to clients'),
  counter('bytes_in', 'Bytes received', 'bytes'),
  counter('bytes_out', 'Bytes written', 'bytes'),
  counter('writes', 'Write calls; each carries many frames'),
  counter('flushes_idle', 'Times that clients were written to because nothing more came for them'),
  counter('flushes_time', 'Times that they were because a frame had waited as long as it may (batch_ms)'),
  counter('flushes_bytes', 'Times that they were because there was enough for a write'),
  counter('flushes_size', 'Times that they were because there were enough of them for a turn'),
  gauge('send_queue_frames', 'Frames that wait in the send queues of all clients'),
  gauge('send_queue_bytes', 'Bytes that the kernel has not accepted yet, all clients', 'bytes'),
  gauge('send_queue_max_bytes', 'The same for the client with the most', 'bytes'),
  gauge('held_send_bytes', 'Memory held for clients that lag; what waits for many is counted once', 'bytes'),
  gauge(
    'receive_queue_bytes',
    'Memory held of unfinished frames and of reads that are not worked off',
    'bytes',
  ),
  counter('memory_disconnects', 'Clients disconnected because all clients together held too much memory'),
  counter('dropped_frames', 'Frames dropped because a client did not read'),
  counter('slow_reader_disconnects', 'Clients disconnected because they did not read'),
  counter('oversized_frames', 'Frames over the size limit; each closes its client'),
  counter('receive_pauses', 'Times that reading from a client paused because it sent too fast'),
  gauge('sealed_clients', 'Clients in sealed sessions'),
  counter('handshakes', 'Handshakes of sealed sessions that were begun'),
  counter('handshake_failures', 'Handshakes that came to no session: not genuine, not in time, or given up'),
  counter('handshakes_refused', 'Handshakes that were not begun, because too many were under way'),
  counter('rekeys', 'New keys that the relay took for what it seals'),
  counter('bad_records', 'Sealed frames that were changed, repeated or out of order; each ends its session'),
  counter('identity_changes', "Times that an identity asked for a peer id that is another's"),
  counter('websocket_handshake_failures', 'WebSocket handshakes that failed'),
  counter('stun_requests', 'STUN messages received'),
  counter('stun_limited', 'STUN requests that were not answered: too fast, or banned'),
  counter('protocol_errors', 'Error frames sent to clients'),
  histogram(
    'frame_latency',
    'From receiving a frame to handing it to the kernel, for receivers that keep up',
  ),
  histogram('backlog_latency', 'The same for receivers that lagged behind'),
];

/** What all clients of a relay share, as far as it is shown. */
interface SharedQueues {
  readonly turns: Pick<WorkTurns, 'stats'>;
  readonly readRounds: { readonly tally: QueueTally };
  readonly paused: QueueTally;
  readonly flusher: {
    readonly counts: QueueCounts;
    readonly flushes: Readonly<Record<FlushReason, number>>;
  };
  readonly memoryWatch: { readonly heldToSend: Counts<'queue'>; readonly heldOfInput: Counts<'queue'> };
}

/** Typed-array handles, taken once. */
export class RelayMetrics {
  readonly peersGreeted;
  readonly rooms;
  readonly roomMemberships;
  readonly framesIn;
  readonly framesOut;
  readonly bytesIn;
  readonly bytesOut;
  readonly writes;
  readonly queueFrames;
  readonly queueBytes;
  readonly queueMaxBytes;
  readonly heldSendBytes;
  readonly heldReceiveBytes;
  readonly memoryDisconnects;
  readonly dropped;
  readonly slowReaders;
  readonly oversized;
  readonly receivePauses;
  readonly errors;
  readonly sealedClients;
  readonly handshakes;
  readonly handshakeFailures;
  readonly handshakesRefused;
  readonly rekeys;
  readonly badRecords;
  readonly webSocketFailures;
  readonly stunRequests;
  readonly stunLimited;
  readonly identityChanges;
  readonly frameLatency;
  readonly backlogLatency;

  readonly #registry: MetricRegistry;

  constructor(registry: MetricRegistry) {
    this.#registry = registry;
    this.peersGreeted = registry.gauge(name('peers_greeted'));
    this.rooms = registry.gauge(name('rooms'));
    this.roomMemberships = registry.gauge(name('room_memberships'));
    this.framesIn = registry.counter(name('frames_in_total'));
    this.framesOut = registry.counter(name('frames_out_total'));
    this.bytesIn = registry.counter(name('bytes_in_total'));
    this.bytesOut = registry.counter(name('bytes_out_total'));
    this.writes = registry.counter(name('writes_total'));
    this.queueFrames = registry.gauge(name('send_queue_frames'));
    this.queueBytes = registry.gauge(name('send_queue_bytes'));
    this.queueMaxBytes = registry.gauge(name('send_queue_max_bytes'));
    this.heldSendBytes = registry.gauge(name('held_send_bytes'));
    this.heldReceiveBytes = registry.gauge(name('receive_queue_bytes'));
    this.memoryDisconnects = registry.counter(name('memory_disconnects_total'));
    this.dropped = registry.counter(name('dropped_frames_total'));
    this.slowReaders = registry.counter(name('slow_reader_disconnects_total'));
    this.oversized = registry.counter(name('oversized_frames_total'));
    this.receivePauses = registry.counter(name('receive_pauses_total'));
    this.errors = registry.counter(name('protocol_errors_total'));
    this.sealedClients = registry.gauge(name('sealed_clients'));
    this.handshakes = registry.counter(name('handshakes_total'));
    this.handshakeFailures = registry.counter(name('handshake_failures_total'));
    this.handshakesRefused = registry.counter(name('handshakes_refused_total'));
    this.rekeys = registry.counter(name('rekeys_total'));
    this.badRecords = registry.counter(name('bad_records_total'));
    this.identityChanges = registry.counter(name('identity_changes_total'));
    this.webSocketFailures = registry.counter(name('websocket_handshake_failures_total'));
    this.stunRequests = registry.counter(name('stun_requests_total'));
    this.stunLimited = registry.counter(name('stun_limited_total'));
    this.frameLatency = registry.histogram(name('frame_latency_seconds'));
    this.backlogLatency = registry.histogram(name('backlog_latency_seconds'));
  }

  /** Shows what the acceptor counts, and how many connections are open. */
  publishAccepting(
    admission: Admitting & Admitted,
    connections: () => number,
    certificates: CertificateWatch,
  ): void {
    publishAcceptor(this.#registry, admission, connections, certificates);
    instrumentAccepting(this.#registry, admission);
  }

  /** Shows how many came for a WebSocket and got none. */
  publishWebSockets(failures: () => number): void {
    this.#registry.onSample(() => this.webSocketFailures.setTotal(failures()));
  }

  /** Shows what waits between the sockets and the rooms. */
  publishClients({ turns, readRounds, paused, flusher, memoryWatch }: SharedQueues): void {
    const registry = this.#registry;
    for (const reason of FLUSH_REASONS) {
      const total = registry.counter(name(`flushes_${reason}_total`));
      registry.onSample(() => total.setTotal(flusher.flushes[reason]));
    }
    instrumentQueue(registry, 'read rounds', () => countsOf(readRounds.tally));
    instrumentQueue(registry, 'work of clients', () => turns.stats());
    instrumentQueue(registry, 'flood control', () => countsOf(paused));
    instrumentQueue(registry, 'writes', () => flusher.counts);
    instrumentCounts(registry, 'queue', 'send queue bytes', () => memoryWatch.heldToSend);
    instrumentCounts(registry, 'queue', 'receive queue bytes', () => memoryWatch.heldOfInput);
  }

  /** Shows handshakes and what came of them. */
  publishSessions({ counts, instrument }: SessionDoor, sealed: () => number): void {
    instrumentCounts(this.#registry, 'limiter', 'handshakes', () => instrument());
    this.#registry.onSample(() => {
      this.sealedClients.set(sealed());
      this.handshakes.setTotal(counts.begun);
      this.handshakeFailures.setTotal(counts.failed);
      this.handshakesRefused.setTotal(counts.refused);
      this.rekeys.setTotal(counts.rekeys);
    });
  }

  /** Shows what is asked for addresses, and what is passed on to peers. */
  publishStun({ counts, instrument }: StunServer, quota: RelayedQuota): void {
    instrumentCounts(this.#registry, 'limiter', 'relayed bytes', quota.instrument);
    instrumentCounts(this.#registry, 'limiter', 'stun', instrument);
    this.#registry.onSample(() => {
      this.stunRequests.setTotal(counts.requests);
      this.stunLimited.setTotal(counts.limited);
    });
  }

  /** Shows whose peer ids are known. */
  publishKnown(known: KnownPeers): void {
    instrumentCounts(this.#registry, 'cache', 'known peers', known.instrument);
    instrumentCounts(this.#registry, 'batcher', 'known peers', () => known.counts);
  }

  /** Shows changes of bans on their way to the disk. */
  publishBans(bans: { readonly counts: Counts<'batcher'> }): void {
    instrumentCounts(this.#registry, 'batcher', 'bans', () => bans.counts);
  }
}
