/** What windows, the CLI and the audit trail go by: who may run what, what becomes of it, and what the tables show. Said here a second time, by hand. */
import { expect, it } from 'vitest';
import { describeManifest } from '../../contract/manifest.ts';
import { manifest } from './manifest.ts';

const described = describeManifest(manifest);

it('lets each command be run by whom it is for, and asks first where it does harm', () => {
  const facts = described.commands.map(({ name, access, danger, unrecorded, result, timeoutMs }) =>
    [name, access, danger, unrecorded, result, timeoutMs].join(' '),
  );
  expect(facts).toEqual([
    'clients operate safe run table 10000',
    'client operate safe run json 10000',
    'kill operate disruptive run json 10000',
    'rooms read safe run table 10000',
    'room operate safe run table 10000',
    'close-room operate disruptive refuse json 10000',
    'broadcast operate disruptive refuse json 10000',
    'limits read safe run table 10000',
    'set-limits admin safe refuse json 10000',
    'add-ban operate disruptive run json 10000',
    'remove-ban operate safe refuse json 10000',
    'bans operate safe run table 10000',
    'export-bans operate safe run text 10000',
    'import-bans operate disruptive refuse json 10000',
    'identity read safe run json 10000',
    'rotate-identity admin disruptive refuse json 10000',
    'peers operate safe run table 10000',
    'forget-peer admin safe refuse json 10000',
    'throttle operate safe run table 10000',
    'reset-throttle operate safe refuse json 10000',
  ]);
});

it('has the audit trail look at what a command moves', () => {
  const effects = Object.entries(manifest.commands).flatMap(([name, { effects = [] }]) =>
    effects.length === 0 ? [] : [[name, ...effects]],
  );
  expect(effects).toEqual([
    ['kill', 'signalbox_relay_connections'],
    ['close-room', 'signalbox_relay_rooms'],
    ['broadcast', 'signalbox_relay_frames_out_total'],
    ['add-ban', 'signalbox_relay_connections'],
    ['import-bans', 'signalbox_relay_connections'],
  ]);
});

/** `key type rank` of each column. */
const columns = (list: readonly { key: string; title: string; type: string; rank?: number }[]) =>
  list.map(({ key, title, type, rank = 1 }) => `${key} (${title}) ${type} ${rank}`);

const CLIENT = [
  'peer (Peer) text 1',
  'address (Address) text 2',
  'mode (Mode) text 1',
  'class (Class) text 3',
  'tls (TLS) text 3',
  'security (Security) text 1',
  'identity (Identity) text 2',
  'cipher (Cipher) text 3',
  'keyAge (Key age) seconds 3',
  'rooms (Rooms) number 2',
  'connectedAt (Connected) time 2',
  'idle (Idle) seconds 1',
  'framesIn (Frames in) number 2',
  'framesOut (Frames out) number 2',
  'bytesIn (In) bytes 1',
  'bytesOut (Out) bytes 1',
  'queueFrames (Queued frames) number 2',
  'queueBytes (SendQ) bytes 1',
  'dropped (Dropped) number 2',
];
const ROOM = [
  'room (Room) text 1',
  'members (Members) number 1',
  'frames (Frames) number 1',
  'createdAt (Created) time 1',
  'createdBy (Created by) text 1',
];
const ON_CLIENT = [
  { title: 'Details', command: 'client', args: { client: 'peer' }, immediate: true },
  { title: 'Kill', command: 'kill', args: { client: 'peer' }, noun: 'client' },
  {
    title: 'Ban address',
    command: 'add-ban',
    args: { mask: 'address' },
    given: { kind: 'cidr', minutes: '1440' },
    choose: 'minutes',
    noun: 'client',
  },
];
const ON_ROOM = [
  { title: 'Members', command: 'room', args: { room: 'room' }, immediate: true },
  { title: 'Close room', command: 'close-room', args: { room: 'room' }, noun: 'room' },
];

it('shows clients and rooms in the same columns wherever they are listed, with what can be done to each', () => {
  const command = (name: string) => described.commands.find((one) => one.name === name)!;
  for (const name of ['clients', 'room'])
    expect([name, columns(command(name).columns), command(name).rowActions]).toEqual([
      name,
      CLIENT,
      ON_CLIENT,
    ]);
  expect([columns(command('rooms').columns), command('rooms').rowActions]).toEqual([ROOM, ON_ROOM]);
  const { connections, rooms } = described.tables;
  expect([connections?.title, connections?.access, connections?.rowKey]).toEqual([
    'Connections',
    'operate',
    'peer',
  ]);
  expect([rooms?.title, rooms?.access, rooms?.rowKey]).toEqual(['Rooms', 'read', 'room']);
  expect([columns(connections!.columns), connections!.rowActions]).toEqual([CLIENT, ON_CLIENT]);
  expect([columns(rooms!.columns), rooms!.rowActions]).toEqual([ROOM, ON_ROOM]);
  const { members } = described.tables;
  expect([members?.of, members?.access, members?.rowKey]).toEqual(['rooms', 'operate', 'peer']);
  expect([columns(members!.columns), members!.rowActions]).toEqual([CLIENT, ON_CLIENT]);
  // Of one client the names of its rooms stand there instead of their number, at the end.
  expect(columns(command('client').columns)).toEqual([
    ...CLIENT.filter((column) => !column.startsWith('rooms ')),
    'port (Port) text 1',
    'stage (Stage) text 1',
    'presence (Presence) boolean 1',
    'rooms (In rooms) text 1',
  ]);
  expect(columns(command('bans').columns).map((column) => column.split(' ')[0])).toEqual([
    'kind',
    'mask',
    'reason',
    'by',
    'createdAt',
    'expiresAt',
  ]);
  expect(command('bans').rowActions).toMatchObject([{ command: 'remove-ban' }]);
  const { bans } = described.tables;
  expect([bans?.title, bans?.access, bans?.rowKey, bans?.columns[0]?.key]).toEqual([
    'Bans',
    'operate',
    'mask',
    'mask',
  ]);
  expect([bans?.rowActions, bans?.actions]).toEqual([
    command('bans').rowActions,
    [
      { title: 'Ban', command: 'add-ban' },
      { title: 'Export', command: 'export-bans', atOnce: true },
      { title: 'Import', command: 'import-bans' },
    ],
  ]);
  expect(columns(command('limits').columns).map((column) => column.split(' ')[0])).toEqual([
    'limit',
    'value',
    'default',
    'unit',
    'reason',
  ]);
});

const long = (characters: number) => 'x'.repeat(characters);

it.each([
  ['clients', 'text', long(100), long(101)],
  ['clients', 'text', '', 'a\nb'],
  ['clients', 'limit', 1, 0],
  ['clients', 'limit', 10_000, 10_001],
  ['clients', 'limit', 7, 7.5],
  ['client', 'client', long(255), long(256)],
  ['client', 'client', 'a', ''],
  ['client', 'client', 'a', 'a b'],
  ['kill', 'reason', long(200), long(201)],
  ['kill', 'reason', 'be nice', 'two\nlines'],
  ['room', 'room', 'the den', ''],
  ['room', 'room', long(255), long(256)],
  ['close-room', 'reason', '', long(201)],
  ['broadcast', 'text', long(2_000), long(2_001)],
  ['broadcast', 'text', 'x', ''],
  ['broadcast', 'room', long(255), long(256)],
  ['broadcast', 'plain', true, 'yes'],
  ['add-ban', 'kind', 'cidr', 'address'],
  ['add-ban', 'mask', '::1', ''],
  ['add-ban', 'mask', long(255), long(256)],
  ['add-ban', 'minutes', 0, -1],
  ['add-ban', 'minutes', 5_256_000, 5_256_001],
  ['add-ban', 'minutes', 5, 0.5],
  ['remove-ban', 'kind', 'peer', ''],
  ['throttle', 'limit', 10_000, 10_001],
] as const)('takes of %s %s %j and not %j', (name, argument, good, bad) => {
  const given = {
    client: 'alice',
    room: 'den',
    text: 'hello',
    kind: 'peer',
    mask: 'alice',
  };
  const takes = (value: unknown) =>
    manifest.commands[name].args.safeParse({ ...given, [argument]: value }).success;
  expect([takes(good), takes(bad)]).toEqual([true, false]);
});

it('fills in what nobody says: two hundred rows, no reason, for ever, and nothing to clients without hello', () => {
  const filled = (name: keyof typeof manifest.commands, given: object) =>
    manifest.commands[name].args.parse(given);
  expect(filled('clients', {})).toEqual({ text: '', limit: 200 });
  expect(filled('rooms', {})).toEqual({ text: '', limit: 200 });
  expect(filled('room', { room: 'den' })).toEqual({ room: 'den', limit: 200 });
  expect(filled('kill', { client: 'al' })).toEqual({ client: 'al', reason: '' });
  expect(filled('close-room', { room: 'den' })).toEqual({ room: 'den', reason: '' });
  expect(filled('broadcast', { text: 'tea' })).toEqual({ text: 'tea', room: '', plain: false });
  expect(filled('add-ban', { kind: 'peer', mask: 'al' })).toEqual({
    kind: 'peer',
    mask: 'al',
    reason: '',
    minutes: 0,
  });
  const minutes = described.commands.find(({ name }) => name === 'add-ban')!.args.properties.minutes;
  expect(minutes).toMatchObject({ unit: 'minutes', zero: 'for ever' });
});

it('measures in these units', () => {
  const own = manifest.metrics.filter(({ kind, unit }) => kind !== 'histogram' && unit !== 'count');
  expect(
    own.map(({ name, kind, unit }) => `${name.replace('signalbox_relay_', '')} ${kind} ${unit}`),
  ).toEqual([
    'certificate_remaining_seconds gauge seconds',
    'bytes_in_total counter bytes',
    'bytes_out_total counter bytes',
    'send_queue_bytes gauge bytes',
    'send_queue_max_bytes gauge bytes',
    'held_send_bytes gauge bytes',
    'receive_queue_bytes gauge bytes',
  ]);
});

it('draws and highlights metrics that there are', () => {
  const short = (name: string | undefined) => name?.replace('signalbox_relay_', '');
  const names = new Set(manifest.metrics.map(({ name }) => name));
  const charts = described.charts.map(({ title, metrics }) => [title, metrics.map(short)]);
  expect(charts).toEqual([
    ['Connections', ['connections', 'peers_greeted']],
    ['Rooms', ['rooms', 'room_memberships']],
    ['Frames', ['frames_in_total', 'frames_out_total']],
    ['Bytes', ['bytes_in_total', 'bytes_out_total']],
    [
      'Why frames were written',
      ['flushes_idle_total', 'flushes_time_total', 'flushes_bytes_total', 'flushes_size_total'],
    ],
    ['Frame latency', ['frame_latency_seconds']],
    [
      'Sealed sessions',
      ['sealed_clients', 'handshakes_total', 'handshake_failures_total', 'handshakes_refused_total'],
    ],
    ['STUN', ['stun_requests_total', 'stun_limited_total']],
    ['Send queues', ['send_queue_bytes', 'send_queue_max_bytes']],
    [
      'Offenders',
      [
        'dropped_frames_total',
        'slow_reader_disconnects_total',
        'oversized_frames_total',
        'receive_pauses_total',
        'refused_throttled_total',
        'refused_address_total',
        'refused_full_total',
        'refused_banned_total',
        'bad_records_total',
        'protocol_errors_total',
      ],
    ],
  ]);
  const { connections, messages, latency, queue } = described.highlights;
  expect([connections, messages, latency, queue].map(short)).toEqual([
    'connections',
    'frames_in_total',
    'frame_latency_seconds',
    'send_queue_bytes',
  ]);
  for (const { metrics } of described.charts) for (const metric of metrics) expect(names).toContain(metric);
  for (const metric of Object.values(described.highlights)) expect(names).toContain(metric);
});

it('answers to the names of before', () => {
  const { commands = {}, metrics = {}, columns: keys = {} } = described.renamed;
  expect(commands).toEqual({
    peer: 'client',
    kick: 'kill',
    ban: 'add-ban',
    unban: 'remove-ban',
  });
  expect(keys).toEqual({ value: 'mask' });
  expect(Object.keys(metrics)).toEqual([
    'signalbox_relay_throttled_total',
    'signalbox_relay_held_receive_bytes',
  ]);
  const names = manifest.metrics.map(({ name }) => name);
  for (const now of Object.values(metrics)) expect(names).toContain(now);
});
