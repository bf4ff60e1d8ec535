/** What the relay measures: the catalog for its manifest, and the handles that its code writes. */
import type { MetricSpec } from '../contract/manifest.ts';
import type { MetricRegistry } from '../runtime/metric-registry.ts';

const name = (suffix: string) => `signalbox_relay_${suffix}`;

export const relayMetrics: readonly MetricSpec[] = [
  { name: name('connections'), kind: 'gauge', unit: 'count', help: 'Connected clients' },
  { name: name('peers_greeted'), kind: 'gauge', unit: 'count', help: 'Clients that said hello' },
  { name: name('rooms'), kind: 'gauge', unit: 'count', help: 'Rooms that exist' },
  {
    name: name('room_memberships'),
    kind: 'gauge',
    unit: 'count',
    help: 'Members of all rooms, each counted in every room',
  },
  { name: name('accepted_total'), kind: 'counter', unit: 'count', help: 'Connections accepted' },
  {
    name: name('refused_total'),
    kind: 'counter',
    unit: 'count',
    help: 'Connections refused by the throttle, a ban or a limit',
  },
  { name: name('frames_in_total'), kind: 'counter', unit: 'count', help: 'Frames received' },
  { name: name('frames_out_total'), kind: 'counter', unit: 'count', help: 'Frames handed to clients' },
  { name: name('bytes_in_total'), kind: 'counter', unit: 'bytes', help: 'Bytes received' },
  { name: name('bytes_out_total'), kind: 'counter', unit: 'bytes', help: 'Bytes written' },
  {
    name: name('writes_total'),
    kind: 'counter',
    unit: 'count',
    help: 'Write calls; each carries many frames',
  },
  {
    name: name('send_queue_frames'),
    kind: 'gauge',
    unit: 'count',
    help: 'Frames that wait in the send queues of all clients',
  },
  {
    name: name('send_queue_bytes'),
    kind: 'gauge',
    unit: 'bytes',
    help: 'Bytes that the kernel has not accepted yet, all clients',
  },
  {
    name: name('send_queue_max_bytes'),
    kind: 'gauge',
    unit: 'bytes',
    help: 'The same for the client with the most',
  },
  {
    name: name('dropped_frames_total'),
    kind: 'counter',
    unit: 'count',
    help: 'Frames dropped because a client did not read',
  },
  {
    name: name('slow_reader_disconnects_total'),
    kind: 'counter',
    unit: 'count',
    help: 'Clients disconnected because they did not read',
  },
  {
    name: name('oversized_frames_total'),
    kind: 'counter',
    unit: 'count',
    help: 'Frames over the size limit; each closes its client',
  },
  {
    name: name('throttled_total'),
    kind: 'counter',
    unit: 'count',
    help: 'Times that reading from a client paused because it sent too fast',
  },
  {
    name: name('protocol_errors_total'),
    kind: 'counter',
    unit: 'count',
    help: 'Error frames sent to clients',
  },
  {
    name: name('frame_latency_seconds'),
    kind: 'histogram',
    unit: 'seconds',
    help: 'From receiving a frame to handing it to the kernel, for receivers that keep up',
  },
  {
    name: name('backlog_latency_seconds'),
    kind: 'histogram',
    unit: 'seconds',
    help: 'The same for receivers that lagged behind',
  },
];

/** Typed-array handles, taken once. */
export class RelayMetrics {
  readonly connections;
  readonly peersGreeted;
  readonly rooms;
  readonly roomMemberships;
  readonly accepted;
  readonly refused;
  readonly framesIn;
  readonly framesOut;
  readonly bytesIn;
  readonly bytesOut;
  readonly writes;
  readonly queueFrames;
  readonly queueBytes;
  readonly queueMaxBytes;
  readonly dropped;
  readonly slowReaders;
  readonly oversized;
  readonly throttled;
  readonly errors;
  readonly frameLatency;
  readonly backlogLatency;

  constructor(registry: MetricRegistry) {
    this.connections = registry.gauge(name('connections'));
    this.peersGreeted = registry.gauge(name('peers_greeted'));
    this.rooms = registry.gauge(name('rooms'));
    this.roomMemberships = registry.gauge(name('room_memberships'));
    this.accepted = registry.counter(name('accepted_total'));
    this.refused = registry.counter(name('refused_total'));
    this.framesIn = registry.counter(name('frames_in_total'));
    this.framesOut = registry.counter(name('frames_out_total'));
    this.bytesIn = registry.counter(name('bytes_in_total'));
    this.bytesOut = registry.counter(name('bytes_out_total'));
    this.writes = registry.counter(name('writes_total'));
    this.queueFrames = registry.gauge(name('send_queue_frames'));
    this.queueBytes = registry.gauge(name('send_queue_bytes'));
    this.queueMaxBytes = registry.gauge(name('send_queue_max_bytes'));
    this.dropped = registry.counter(name('dropped_frames_total'));
    this.slowReaders = registry.counter(name('slow_reader_disconnects_total'));
    this.oversized = registry.counter(name('oversized_frames_total'));
    this.throttled = registry.counter(name('throttled_total'));
    this.errors = registry.counter(name('protocol_errors_total'));
    this.frameLatency = registry.histogram(name('frame_latency_seconds'));
    this.backlogLatency = registry.histogram(name('backlog_latency_seconds'));
  }
}
