/** What windows, the CLI and the audit trail go by. Said here a second time, by hand; others may be added. */
import { expect, it } from 'vitest';
import { describeManifest } from '../../contract/manifest.ts';
import { manifest } from './manifest.ts';

const described = describeManifest(manifest);

it('lets each command be run by whom it is for, and asks first where it does harm', () => {
  const facts = described.commands.map(({ name, access, danger, unrecorded, result, timeoutMs }) =>
    [name, access, danger, unrecorded, result, timeoutMs].join(' '),
  );
  expect(facts).toEqual(
    expect.arrayContaining([
      'list operate safe run table 10000',
      'stat operate safe run json 10000',
      'delete admin irreversible refuse json 10000',
      'cache operate safe run table 10000',
      'cache-clear operate safe refuse json 10000',
      'cache-pin operate safe refuse json 10000',
      'cache-unpin operate safe refuse json 10000',
      'clients operate safe run table 10000',
      'client operate safe run json 10000',
      'kill operate disruptive run json 10000',
      'drain operate disruptive run json 10000',
      'resume operate safe refuse json 10000',
      'threads read safe run table 10000',
      'set-threads admin safe refuse json 10000',
      'limits read safe run table 10000',
      'set-limits admin safe refuse json 10000',
      'add-ban operate disruptive run json 10000',
      'remove-ban operate safe refuse json 10000',
      'bans operate safe run table 10000',
      'export-bans operate safe run text 10000',
      'import-bans operate disruptive refuse json 10000',
      'throttle operate safe run table 10000',
      'reset-throttle operate safe refuse json 10000',
    ]),
  );
});

it('has the audit trail look at what a command moves', () => {
  const effects = Object.entries(manifest.commands).flatMap(([name, { effects = [] }]) =>
    effects.length === 0 ? [] : [[name, ...effects]],
  );
  expect(effects).toEqual(
    expect.arrayContaining([
      ['delete', 'signalbox_objects_objects'],
      ['kill', 'signalbox_objects_connections'],
      ['drain', 'signalbox_objects_connections'],
      ['add-ban', 'signalbox_objects_connections'],
      ['import-bans', 'signalbox_objects_connections'],
    ]),
  );
});

it('measures what operators watch, in units that they know', () => {
  const facts = described.metrics.map(({ name, kind, unit }) => [name, kind, unit].join(' ').trim());
  expect(facts).toEqual(
    expect.arrayContaining([
      'signalbox_objects_cpu_ratio gauge ratio',
      'signalbox_objects_cpu_seconds_total counter seconds',
      'signalbox_objects_resident_memory_bytes gauge bytes',
      'signalbox_objects_heap_used_bytes gauge bytes',
      'signalbox_objects_heap_limit_bytes gauge bytes',
      'signalbox_objects_descriptor_limit gauge count',
      'signalbox_objects_loop_delay_seconds histogram seconds',
      'signalbox_objects_loop_blocks_total counter count',
      'signalbox_objects_gc_pause_seconds histogram seconds',
      'signalbox_objects_monitoring_cpu_ratio gauge ratio',
      'signalbox_objects_monitoring_bytes_total counter bytes',
      'signalbox_objects_monitoring_subscribers gauge count',
      'signalbox_objects_instruments gauge count',
      'signalbox_objects_instruments_refused_total counter count',
      'signalbox_objects_connections gauge count',
      'signalbox_objects_accepted_total counter count',
      'signalbox_objects_accept_failures_total counter count',
      'signalbox_objects_refused_throttled_total counter count',
      'signalbox_objects_refused_address_total counter count',
      'signalbox_objects_refused_full_total counter count',
      'signalbox_objects_refused_banned_total counter count',
      'signalbox_objects_tls_handshake_failures_total counter count',
      'signalbox_objects_requests_fdpass_total counter count',
      'signalbox_objects_requests_copy_total counter count',
      'signalbox_objects_requests_splice_total counter count',
      'signalbox_objects_requests_put_total counter count',
      'signalbox_objects_requests_delete_total counter count',
      'signalbox_objects_requests_list_total counter count',
      'signalbox_objects_requests_stat_total counter count',
      'signalbox_objects_requests_total counter count',
      'signalbox_objects_failed_requests_total counter count',
      'signalbox_objects_failed_fdpass_total counter count',
      'signalbox_objects_failed_copy_total counter count',
      'signalbox_objects_failed_splice_total counter count',
      'signalbox_objects_denied_requests_total counter count',
      'signalbox_objects_protocol_errors_total counter count',
      'signalbox_objects_bytes_fdpass_total counter bytes',
      'signalbox_objects_bytes_copy_total counter bytes',
      'signalbox_objects_bytes_splice_total counter bytes',
      'signalbox_objects_bytes_in_total counter bytes',
      'signalbox_objects_bytes_out_total counter bytes',
      'signalbox_objects_fdpass_latency_seconds histogram seconds',
      'signalbox_objects_copy_latency_seconds histogram seconds',
      'signalbox_objects_splice_latency_seconds histogram seconds',
      'signalbox_objects_put_latency_seconds histogram seconds',
      'signalbox_objects_delete_latency_seconds histogram seconds',
      'signalbox_objects_list_latency_seconds histogram seconds',
      'signalbox_objects_stat_latency_seconds histogram seconds',
      'signalbox_objects_queue_wait_seconds histogram seconds',
      'signalbox_objects_queue_fdpass gauge count',
      'signalbox_objects_queue_copy gauge count',
      'signalbox_objects_queue_splice gauge count',
      'signalbox_objects_objects gauge count',
      'signalbox_objects_stored_bytes gauge bytes',
      'signalbox_objects_uploads gauge count',
      'signalbox_objects_send_queue_bytes gauge bytes',
      'signalbox_objects_slow_reader_disconnects_total counter count',
      'signalbox_objects_idle_disconnects_total counter count',
    ]),
  );
});

it('shows rows of commands and connections in columns of their kind', () => {
  const columns = described.commands.flatMap(({ name, columns: list }) =>
    list === undefined
      ? []
      : [
          `${name}: ${list.map(({ key, title, type, rank = 1 }) => `${key} (${title}) ${type} ${rank}`).join('; ')}`,
        ],
  );
  expect(columns).toEqual(
    expect.arrayContaining([
      'list: uri (Object) text 1; size (Size) bytes 1; modifiedAt (Modified) time 1; contentType (Type) text 2; etag (Etag) text 3',
      'stat: uri (Object) text 1; size (Size) bytes 1; modifiedAt (Modified) time 1; contentType (Type) text 2; etag (Etag) text 3',
      'delete: ',
      'cache: uri (Object) text 1; size (Size) bytes 1; hits (Hits) number 1; pinned (Pinned) boolean 1',
      'cache-clear: ',
      'cache-pin: ',
      'cache-unpin: ',
      'clients: client (Client) number 1; address (Address) text 2; peer (Who) text 1; listener (Listener) text 3; version (Version) number 2; dialect (Dialect) text 3; writable (Writable) boolean 3; class (Class) text 3; tls (TLS) text 3; connectedAt (Connected) time 2; idle (Idle) seconds 1; requests (Requests) number 1; waiting (Waiting) number 2; bytesIn (In) bytes 1; bytesOut (Out) bytes 1; queueBytes (SendQ) bytes 1',
      'client: client (Client) number 1; address (Address) text 2; peer (Who) text 1; listener (Listener) text 3; version (Version) number 2; dialect (Dialect) text 3; writable (Writable) boolean 3; class (Class) text 3; tls (TLS) text 3; connectedAt (Connected) time 2; idle (Idle) seconds 1; requests (Requests) number 1; waiting (Waiting) number 2; bytesIn (In) bytes 1; bytesOut (Out) bytes 1; queueBytes (SendQ) bytes 1',
      'kill: ',
      'drain: ',
      'resume: ',
      'threads: pool (Pool) text 1; threads (Threads) number 1; setting (Setting) number 1; connections (Connections) number 1; why (Why) text 1',
      'set-threads: ',
      'limits: limit (Limit) text 1; value (Value) number 1; default (Default) number 1; unit (Unit) text 1; reason (Reason) text 1',
      'set-limits: ',
      'add-ban: ',
      'remove-ban: ',
      'bans: mask (Mask) text 1; reason (Reason) text 1; by (By) text 2; createdAt (Created) time 2; expiresAt (Expires) time 1',
      'export-bans: ',
      'import-bans: ',
      'throttle: network (Network) text 1; open (Open) number 1; recovers (Recovers in) seconds 1',
      'reset-throttle: ',
    ]),
  );
});
