/** The table of limits: what is in it is within its own range, and every limit has a reason that operators can read. */
import { expect, it } from 'vitest';
import { defaultLimits, FIXED_LIMITS, LIMIT_NAMES, LIMITS } from './limits.ts';

it.each(LIMIT_NAMES)('%s begins within its range, and says why', (name) => {
  const { default: value, min, max, reason } = LIMITS[name];
  expect(value).toBeGreaterThanOrEqual(min);
  expect(value).toBeLessThanOrEqual(max);
  expect(defaultLimits()[name]).toBe(value);
  expect(reason).toMatch(/^[A-Z].+\.$/);
});

it('has the numbers that the protocol fixes in no range that anybody could set', () => {
  expect(FIXED_LIMITS.uri_bytes.default).toBe(4_096);
  expect(Object.keys(LIMITS).filter((name) => name in FIXED_LIMITS)).toEqual([]);
});

/** Said here a second time, by hand: operators and documents go by them. */
const KNOWN: Readonly<Record<string, string>> = {
  max_clients: '4096 from 1 to 100000 count',
  connections_per_ip: '256 from 1 to 100000 count, per class',
  connect_burst: '512 from 1 to 1000000 count, per class',
  connects_per_second: '100 from 1 to 1000000 count, per class',
  throttle_addresses: '65536 from 16 to 4194304 count',
  max_queue_depth: '1000 from 1 to 65535 count',
  max_requests: '0 from 0 to 9007199254740991 count',
  idle_seconds: '60 from 1 to 86400 seconds',
  request_seconds: '30 from 1 to 3600 seconds',
  put_bytes_per_second: '1024 from 0 to 1073741824 bytes/second',
  stall_seconds: '60 from 1 to 3600 seconds',
  send_queue_total_bytes: '268435456 from 1048576 to 68719476736 bytes',
  max_object_bytes: '17179869184 from 1 to 9007199254740991 bytes',
  quota_bytes: '0 from 0 to 9007199254740991 bytes',
  quota_objects: '1000000 from 1 to 100000000 count',
  cache_bytes: '1073741824 from 0 to 9007199254740991 bytes',
  cache_entries: '512 from 1 to 100000 count',
  list_entries: '1000 from 1 to 10000 count',
  close_flush_ms: '2000 from 50 to 60000 milliseconds',
  max_bans: '10000 from 1 to 1000000 count',
};
const KNOWN_FIXED: Readonly<Record<string, string>> = {
  uri_bytes: '4096 bytes',
  segment_bytes: '255 bytes',
  pool_threads: '32 count',
  threaded_connections: '32 count',
  uri_segments: '64 count',
  access_rules: '1000 count',
  token_file_bytes: '4096 bytes',
  copy_bytes: '262144 bytes',
  copy_buffers: '64 count',
  memory_object_bytes: '65536 bytes',
  memory_bytes: '16777216 bytes',
  put_waiting_bytes: '524288 bytes',
  changed_close_ms: '250 milliseconds',
  copy_requests: '8 count',
  copies_waiting: '256 count',
  descriptor_idle_seconds: '60 seconds',
  refusal_log_records: '20 lines/second',
  command_rows: '10000 count',
};

it('has the numbers and ranges that operators know', () => {
  const told = Object.entries(LIMITS).map(([name, limit]) => [
    name,
    `${limit.default} from ${limit.min} to ${limit.max} ${limit.unit}${'perClass' in limit ? ', per class' : ''}`,
  ]);
  expect(Object.fromEntries(told)).toMatchObject(KNOWN);
});

it('has the numbers that nobody sets', () => {
  const told = Object.entries(FIXED_LIMITS).map(([name, limit]) => [name, `${limit.default} ${limit.unit}`]);
  expect(Object.fromEntries(told)).toMatchObject(KNOWN_FIXED);
});
