/**
 * Every limit of the recorder in one table: what it is by default and why. The store, the retention and the
 * command schemas read it; the configuration may override how long history and audit are kept.
 */

import { SERIES_ID_CHARACTERS } from '../../contract/control/history.ts';
import type { Limit } from '../../contract/limit.ts';

export const limits = {
  secondTierKeepSeconds: {
    default: 3_600,
    unit: 'seconds',
    reason: 'One-second samples answer "what happened just now"; an hour of them is four megabytes a daemon.',
  },
  tenSecondTierKeepSeconds: {
    default: 86_400,
    unit: 'seconds',
    reason: 'A day at ten seconds covers the shift in which an incident is looked into.',
  },
  historyDays: {
    default: 30,
    unit: 'days',
    reason: 'One-minute samples for a month show weekly rhythms and still fit on any disk.',
  },
  retentionSlackSeconds: {
    default: 120,
    unit: 'seconds',
    reason:
      'A tier keeps a little more than it promises, so that "the last hour" never lacks its first points.',
  },
  clockSlackSeconds: {
    default: 3_600,
    unit: 'seconds',
    reason: 'A clock that is ahead by no more than this deletes what is past its time without further ado.',
  },
  clockTrustSeconds: {
    default: 86_400,
    unit: 'seconds',
    reason:
      'A clock that is further ahead has to be so for a day of running before anything is deleted by it.',
  },
  deletesPerAppend: {
    default: 400,
    unit: 'count',
    reason:
      'Retention removes at most this many rows of a table with each append: far above what arrives, and below a millisecond or two of work.',
  },
  chunksDeletedPerAppend: {
    default: 2,
    unit: 'count',
    reason: 'Chunks of a tier that one append removes: a few hundred small rows, and far above what arrives.',
  },
  fullChunks: {
    default: 32,
    unit: 'count',
    reason:
      'Full chunks of a tier that wait in memory to be encoded by another thread, some 200 kB each; the oldest of one more is encoded in the append that fills it.',
  },
  chunkEncodingMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason:
      'A chunk that another thread has not encoded after this long, a thousand times as long as usual, is encoded by the recorder itself.',
  },
  encoderIdleMs: {
    default: 90_000,
    unit: 'milliseconds',
    reason:
      'How long the thread that encodes chunks has nothing to do before it ends. Chunks fill up every minute: while anything is recorded it stays, because a start takes 80 ms of CPU and a minute of five sources 15 ms.',
  },
  auditRows: {
    default: 100_000,
    unit: 'count',
    reason: 'About 40 MB of audit trail; the oldest entries go first.',
  },
  auditDays: { default: 365, unit: 'days', reason: 'A year is what most policies ask an audit trail for.' },
  auditJsonCharacters: {
    default: 16_384,
    unit: 'characters',
    reason:
      'Arguments longer than this are replaced by a note of their length, so that one entry stays small.',
  },
  auditOutcomeCharacters: {
    default: 2_000,
    unit: 'characters',
    reason: 'The audit trail names the outcome; the whole result belongs to whoever ran the command.',
  },
  auditPageRows: {
    default: 200,
    unit: 'count',
    reason: 'Entries in one answer when the caller names no limit.',
  },
  auditScanRows: {
    default: 2_000,
    unit: 'count',
    reason: 'Rows looked through before a text search lets appends and pings in again (about 2 ms).',
  },
  markTextCharacters: {
    default: 200,
    unit: 'characters',
    reason:
      'What a mark on a chart says of its last event: a line of a tooltip; the log and the audit trail have the rest.',
  },
  markScanRows: {
    default: 500,
    unit: 'count',
    reason: 'Rows summed up into marks before appends and pings are let in again (about a millisecond).',
  },
  stateRows: {
    default: 50_000,
    unit: 'count',
    reason: 'State changes kept; a daemon that crash-loops all month stays within it.',
  },
  settings: {
    default: 1_000,
    unit: 'count',
    reason: 'Settings are few; a runaway caller must not fill the disk.',
  },
  settingCharacters: {
    default: 65_536,
    unit: 'characters',
    reason: 'A layout of the dashboard fits many times over.',
  },
  historyPoints: {
    default: 600,
    unit: 'count',
    reason: 'Points of a series when the caller names no number.',
  },
  historyPageRows: {
    default: 64,
    unit: 'count',
    reason: 'Rows fetched at a time, so that a slice of a query can end within its time.',
  },
  querySliceMs: {
    default: 5,
    unit: 'milliseconds',
    reason: 'A long query gives the event loop back after this long: appends and pings never wait for it.',
  },
  queuedQueries: {
    default: 64,
    unit: 'count',
    reason: 'Queries run one after the other; past this many waiting, the caller is told to come back.',
  },
  batchSamples: {
    default: 2_000,
    unit: 'count',
    reason: 'Samples in one append: about 0.2 s of work, and ten minutes of three sources.',
  },
  batchEntries: { default: 2_000, unit: 'count', reason: 'State changes in one append.' },
  journalStepBytes: {
    default: 512_000,
    unit: 'bytes',
    reason:
      'Read of the audit journal in one transaction: some 1,500 entries, about 20 ms, and longer than any line.',
  },
  damagedLineBytes: {
    default: 1_000_000,
    unit: 'bytes',
    reason:
      'Kept of journal lines that cannot be read: enough to find the cause, and no disk is filled by it.',
  },
  catalogMetrics: { default: 1_000, unit: 'count', reason: 'Metrics of one source.' },
  catalogVersions: {
    default: 500,
    unit: 'count',
    reason:
      'Metric lists of one source that instruments may bring about; each takes some 10 kB until its rows are deleted.',
  },
  catalogGrowthBurst: {
    default: 30,
    unit: 'count',
    reason:
      'New metric lists of one source, for instruments that it made, that are kept at once: a network that links up.',
  },
  catalogGrowthSeconds: {
    default: 300,
    unit: 'seconds',
    reason:
      'After those, one new list of a source in this time; what is new meanwhile is recorded from then on. A list a second would grow the database without bound.',
  },
  batchCatalogs: {
    default: 1_000,
    unit: 'count',
    reason: 'Metric lists in one batch: main sends fewer samples, and each has one list.',
  },
  seriesIdCharacters: {
    default: SERIES_ID_CHARACTERS,
    unit: 'characters',
    reason:
      'Longest name of a series with its labels: four labels of 64 characters that are all escaped fit.',
  },
  catalogs: {
    default: 65_536,
    unit: 'count',
    reason: 'Catalog ids share a 53-bit key with the time; versions without rows are removed long before.',
  },
  epochsRemembered: {
    default: 16,
    unit: 'count',
    reason: 'Runs of the app whose last batch is remembered; only the newest can send one again.',
  },
  busyTimeoutMs: {
    default: 2_000,
    unit: 'milliseconds',
    reason: 'How long a write waits for another program that has the file locked, such as the sqlite3 shell.',
  },
  corruptFilesKept: {
    default: 3,
    unit: 'count',
    reason: 'Damaged databases set aside for rescue; the oldest is removed when a fourth appears.',
  },
  walPages: {
    default: 1_000,
    unit: 'count',
    reason: 'Checkpoint after 4 MB of write-ahead log: small enough to take a few milliseconds.',
  },
  cacheBytes: {
    default: 8_388_608,
    unit: 'bytes',
    reason: 'SQLite page cache: the recent end of every tier.',
  },
  vacuumPages: {
    default: 256,
    unit: 'count',
    reason: 'Pages (1 MB) given back to the file system in one step, between which appends go on.',
  },
  freePagesKept: {
    default: 4_096,
    unit: 'count',
    reason:
      'Free pages (16 MB) kept for reuse before retention gives any back, so that the file does not breathe.',
  },
} as const satisfies Record<string, Limit>;
