/** What the still host tells: nothing that runs, a busy evening, and one on which things fail. */
import type { AuditEntry } from '../../contract/control/audit.ts';
import type { HistoryStatus } from '../../contract/control/history.ts';
import type { HistoryMark } from '../../contract/control/marks.ts';
import type { SourcedLogRecord } from '../../contract/log-record.ts';
import type { CrashRecord, DaemonSnapshot } from '../../contract/states.ts';
import type { TableCell } from '../../contract/stream.ts';

/** The moment of all images, Unix milliseconds. */
export const NOW = Date.UTC(2026, 2, 14, 18, 30, 0);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** The process ids begin here; main has this one. */
export const MAIN_PID = 4_100;

export interface Scene {
  readonly daemons: readonly DaemonSnapshot[];
  readonly history: HistoryStatus;
  readonly marks: readonly HistoryMark[];
  /** While nothing was recorded, Unix seconds. */
  readonly gap: { readonly from: number; readonly to: number } | null;
}

const RECORDING: HistoryStatus = {
  state: 'recording',
  since: NOW - 12 * DAY,
  reason: null,
  buffered: 0,
  dropped: 0,
};

function stopped(id: string): DaemonSnapshot {
  return {
    id,
    state: 'stopped',
    unresponsive: false,
    pid: null,
    instance: 0,
    since: NOW - 20 * SECOND,
    restarts: 0,
    nextStartAt: null,
    listeners: [],
    cause: null,
    crashes: [],
    runtime: null,
    pendingRestart: [],
  };
}

function running(id: string, pid: number, port?: number): DaemonSnapshot {
  const listeners = port === undefined ? [] : [{ protocol: id, host: '127.0.0.1', port, tls: false }];
  const up = { state: 'running', pid, instance: 1, since: NOW - 12 * DAY, runtime: 'node 24.21.0' } as const;
  return { ...stopped(id), ...up, listeners };
}

const RECORDER = running('recorder', MAIN_PID + 4);
const IRCD = running('ircd', MAIN_PID + 1, 6667);
const RELAY = running('relay', MAIN_PID + 2, 6680);
const OBJECTS = running('objects', MAIN_PID + 3, 7400);

const CRASH: CrashRecord = {
  time: NOW - 24 * MINUTE,
  cause: 'killed by signal SIGSEGV',
  exitCode: null,
  signal: 'SIGSEGV',
  uptimeMs: 2 * DAY,
  stderr: [],
};

const mark = (kind: HistoryMark['kind'], minutes: number, daemon: string, text = ''): HistoryMark => {
  const time = NOW - minutes * MINUTE;
  return { kind, time, until: time, count: 1, daemon, text };
};

export const EMPTY: Scene = {
  daemons: [stopped('ircd'), stopped('relay'), stopped('objects'), RECORDER],
  history: RECORDING,
  marks: [],
  gap: null,
};

export const BUSY: Scene = {
  daemons: [IRCD, RELAY, OBJECTS, RECORDER],
  history: RECORDING,
  marks: [
    mark('action', 52, 'ircd', 'mira: add-ban'),
    mark('reload', 41, '', 'mira: config.reload'),
    mark('crash', 24, 'ircd', CRASH.cause),
    mark('start', 23.6, 'ircd'),
    mark('action', 6, 'ircd', 'jon: kill'),
    mark('action', 0.4, 'ircd', 'jon: kill'),
  ],
  gap: { from: (NOW - 24 * MINUTE) / SECOND, to: (NOW - 23.5 * MINUTE) / SECOND },
};

export const FAILING: Scene = {
  daemons: [
    { ...IRCD, pendingRestart: ['server_name'] },
    {
      ...stopped('relay'),
      state: 'failed',
      since: NOW - 4 * MINUTE,
      restarts: 2,
      cause: 'crashed 3 times within 5 minutes; last: killed by signal SIGSEGV',
      crashes: [CRASH],
    },
    {
      ...stopped('objects'),
      state: 'backoff',
      since: NOW - 8 * SECOND,
      nextStartAt: NOW + 22 * SECOND,
      cause: 'the folder of objects cannot be read (EACCES)',
    },
    RECORDER,
  ],
  history: { ...RECORDING, state: 'paused', since: NOW - MINUTE, reason: 'the disk is full', buffered: 120 },
  marks: [mark('crash', 6, 'relay'), mark('failed', 4, 'relay', CRASH.cause)],
  gap: null,
};

const NICKS = ['ada', 'bea', 'carl', 'dora', 'emil', 'fay', 'gus', 'hanna', 'ivo', 'jana', 'kurt', 'lena'];

/** Clients in the order of the columns of the table of connections. */
export const CLIENTS: readonly (readonly TableCell[])[] = Array.from({ length: 48 }, (_, place) => {
  const nick = `${NICKS[place % NICKS.length]}${place < NICKS.length ? '' : Math.floor(place / NICKS.length)}`;
  const traffic = ((place * 7_919) % 997) * 1_024;
  return [
    nick,
    `${nick}@host-${place}.example.net`,
    place % 5 === 0 ? 'bouncers' : 'default',
    1 + ((place * 3) % 11),
    NOW - (place + 1) * 17 * MINUTE,
    (place * 37) % 400,
    place % 9 === 0 ? 4_096 * (place + 1) : 0,
    traffic,
    traffic * 14,
    place % 4 !== 0,
    place + 1,
  ];
});

const SAID = [
  ['info', 'irc', 'client_connected', 'hanna!hanna@host-7.example.net connected'],
  ['info', 'irc', 'client_left', 'kurt!kurt@host-10.example.net left: Quit: bye'],
  ['debug', 'net', 'accepted', 'accepted a connection'],
  ['info', 'irc', 'channel_made', '#harbour was made by ada'],
  ['warn', 'loop', 'loop_blocked', 'The event loop stood still for 61 ms: kline of 1,200 masks'],
  ['info', 'irc', 'nick_changed', 'ivo is now ivo_away'],
  ['error', 'tls', 'certificate_unreadable', 'the certificate cannot be read: ENOENT'],
] as const;

/** The log of the IRC server, a line every two seconds. */
export const RECORDS: readonly SourcedLogRecord[] = Array.from({ length: 60 }, (_, place) => {
  const [level, subsystem, event, message] = SAID[(place * place + 3 * place) % SAID.length]!;
  const time = NOW - (60 - place) * 2_017;
  const fields = { address: `192.0.2.${place + 1}`, class: 'default' };
  return { source: 'ircd', instance: 1, seq: place + 1, time, level, subsystem, event, message, fields };
});

const entry = (
  id: number,
  minutes: number,
  actor: string,
  command: string,
  args: AuditEntry['args'],
  rest: Partial<AuditEntry> = {},
): AuditEntry => ({
  id,
  time: NOW - minutes * MINUTE,
  actor,
  from: 'browser',
  action: 'command',
  target: 'ircd',
  command,
  args,
  ok: true,
  outcome: '{}',
  durationMs: 4 + id,
  effects: [],
  key: `k${id}`,
  ...rest,
});

const DROPPED = [{ metric: 'signalbox_ircd_connections', before: 1_849, after: 1_840 }];
const REFUSED = { ok: false, outcome: 'not_found: Nobody here is called nobody.' };
const RELOAD = { action: 'config.reload', target: '', from: 'terminal' };

/** The audit trail, newest first. */
export const ENTRIES: readonly AuditEntry[] = [
  entry(9, 0.4, 'jon', 'kill', { client: 'gus1', reason: 'flood' }, { effects: DROPPED }),
  entry(8, 6, 'jon', 'kill', { client: 'gus', reason: 'flood' }, { effects: DROPPED }),
  entry(7, 23.6, 'system', '', {}, { action: 'daemon.start', from: 'system' }),
  entry(6, 30, 'mira', 'kill', { client: 'nobody', reason: 'spam' }, REFUSED),
  entry(5, 41, 'mira', '', {}, RELOAD),
  entry(4, 52, 'mira', 'add-ban', { mask: '*@203.0.113.9', minutes: 60 }, { effects: DROPPED }),
  entry(3, 70, 'mira', 'clear-channel', { channel: '#spam' }),
  entry(2, 1_500, 'jon', '', {}, { action: 'daemon.restart', target: 'relay' }),
];
