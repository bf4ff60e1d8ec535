import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../contract/control/audit.ts';
import {
  ANY_ENTRY,
  actionText,
  auditQuery,
  auditRows,
  changedValues,
  type LiveEntry,
  matches,
  originText,
  outcomeText,
  withLive,
} from './audit-entries.ts';

const entry = (id: number, change: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  time: id * 1000,
  actor: 'ann',
  from: 'browser',
  action: 'command',
  target: 'ircd',
  command: 'kill',
  args: { nick: 'bob' },
  ok: true,
  outcome: 'done',
  durationMs: 1,
  effects: [],
  ...change,
});
const live = (id: number, change: Partial<AuditEntry> = {}) => {
  const { id: _, ...rest } = entry(id, change);
  return rest;
};
const NONE = ANY_ENTRY;

describe('the audit trail on the page', () => {
  it('has what happens now on top, newest first', () => {
    const rows = auditRows([entry(2), entry(1)], [live(3), live(4)], NONE);
    expect(rows.map((row) => row.entry.time)).toEqual([4000, 3000, 2000, 1000]);
    expect(new Set(rows.map((row) => row.key)).size).toBe(4);
  });

  it('is narrowed to a person, an outcome and a time, for entries that arrive as for those that are read', () => {
    const failed = live(5, { actor: 'Mira', ok: false });
    expect(matches(failed, { ...NONE, actor: 'mir' })).toBe(true);
    expect(matches(failed, { ...NONE, actor: 'ann' })).toBe(false);
    expect(matches(failed, { ...NONE, outcome: 'failed' })).toBe(true);
    expect(matches(failed, { ...NONE, outcome: 'ok' })).toBe(false);
    expect(matches(failed, { ...NONE, since: 5_000, until: 5_001 })).toBe(true);
    expect(matches(failed, { ...NONE, since: 5_001 })).toBe(false);
    expect(matches(failed, { ...NONE, until: 5_000 })).toBe(false);
    expect(auditQuery(NONE)).toEqual({});
    expect(
      auditQuery({
        target: 'ircd',
        text: 'x',
        actor: 'mira',
        outcome: 'failed',
        since: 1,
        until: 2,
        reads: false,
      }),
    ).toEqual({
      target: 'ircd',
      text: 'x',
      actor: 'mira',
      ok: false,
      since: 1,
      until: 2,
      reads: false,
    });
  });

  it('leaves out what only reads where that is asked, also of what arrives', () => {
    const rows = (reads: boolean) =>
      auditRows([], [live(1), live(2)], { ...NONE, reads }, ({ time }) => time === 1_000);
    expect(rows(false).map(({ entry: { time } }) => time)).toEqual([2_000]);
    expect(rows(true)).toHaveLength(2);
  });

  it('shows an entry once that was read after it had arrived', () => {
    expect(auditRows([entry(2), entry(1)], [live(2)], NONE)).toHaveLength(2);
  });

  it('shows an entry once, with its effects when they have been measured', () => {
    const effects = [{ metric: 'signalbox_ircd_connections', before: 2, after: 1 }];
    const keyed = (id: number, change: Partial<AuditEntry> = {}) => live(id, { key: `k-${id}`, ...change });
    const add = (before: readonly LiveEntry[], each: LiveEntry) => withLive(before, each, 3);
    const arrived = [keyed(3), keyed(4), keyed(3, { effects })].reduce(add, []);
    expect(arrived).toEqual([keyed(3, { effects }), keyed(4)]);
    expect([keyed(5), keyed(6)].reduce(add, arrived)).toHaveLength(3);
    const rows = auditRows([entry(3, { key: 'k-3' })], arrived, NONE);
    expect(rows.map((row) => row.entry.effects)).toEqual([[], effects]);
  });

  it('holds back what does not match the filter', () => {
    expect(
      auditRows([], [live(1), live(2, { target: 'relay' })], { ...NONE, target: 'relay', text: '' }),
    ).toHaveLength(1);
    expect(matches(live(1), { ...NONE, target: '', text: 'BOB' })).toBe(true);
    expect(matches(live(1), { ...NONE, target: '', text: 'carol' })).toBe(false);
  });

  it('says what was done in a few words', () => {
    expect(actionText(live(1))).toBe('ircd kill');
    expect(actionText(live(1, { command: '', action: 'daemon.start' }))).toBe('daemon.start ircd');
    expect(actionText(live(1, { command: '', action: 'config.reload', target: '' }))).toBe('config.reload');
  });
});

describe('where an entry came from', () => {
  it.each([
    ['cli', 'command line'],
    ['console', 'console'],
    ['api', 'HTTP API'],
    ['system', 'Signalbox'],
    ['ircd', 'ircd'],
  ])('%s is shown as %s', (from, words) => {
    expect(originText(from)).toBe(words);
  });
});

describe('what came of an entry', () => {
  it.each([
    ['{"clients":0}', 'clients 0'],
    [
      '{"openClients":2,"server_name":"a","tls":true,"since":null}',
      'open clients 2, server name a, tls true, since none',
    ],
    ['{"rows":[1]}', '{"rows":[1]}'],
    ['{}', '{}'],
    ['{"clients":0', '{"clients":0'],
    ['not_found: no such nick', 'not_found: no such nick'],
    ['', ''],
  ])('%s is shown as %s', (outcome, words) => {
    expect(outcomeText(outcome)).toBe(words);
  });
});

describe('an entry that arrives', () => {
  const keyed = (id: number, change: Partial<AuditEntry> = {}) => live(id, { key: `k-${id}`, ...change });

  it('comes after those before it, of which the newest are kept', () => {
    const add = (before: readonly LiveEntry[], each: LiveEntry) => withLive(before, each, 2);
    expect([live(1), live(2), live(3)].reduce(add, [] as readonly LiveEntry[])).toEqual([live(2), live(3)]);
    expect([live(1), live(1)].reduce(add, [] as readonly LiveEntry[])).toHaveLength(2);
  });

  it('is told from one that was read by everything that it says', () => {
    const read = entry(2);
    for (const change of [
      { time: 1 },
      { actor: 'b' },
      { action: 'b' },
      { target: 'b' },
      { command: 'b' },
      { durationMs: 9 },
    ]) {
      expect(auditRows([read], [live(2, change)], NONE)).toHaveLength(2);
    }
    expect(auditRows([entry(2, { key: 'a' })], [live(2, { key: 'b' })], NONE)).toHaveLength(2);
  });

  it('gives what was read the effects that were measured since, and takes none from it', () => {
    const effects = [{ metric: 'm', before: 2, after: 1 }];
    const other = [{ metric: 'm', before: 5, after: 4 }];
    const rows = (known: typeof effects, now: typeof effects) =>
      auditRows([entry(1, { key: 'k-1', effects: known })], [keyed(1, { effects: now })], NONE).map(
        (row) => row.entry.effects,
      );
    expect(rows([], effects)).toEqual([effects]);
    expect(rows(other, effects)).toEqual([other]);
  });

  it('has a key of its own in the list', () => {
    const rows = auditRows([entry(1), entry(2)], [live(3), live(3)], NONE);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(4);
  });
});

it.each([
  ['ann', true],
  ['COMMAND', true],
  ['ircd', true],
  ['kill', true],
  ['"bob"', true],
  ['done', true],
  ['ann command ircd kill', true],
  ['browser', false],
])('the text %s is looked for in who, what, with what and what came of it', (text, found) => {
  expect(matches(live(1), { ...NONE, text })).toBe(found);
});

it('the query leaves out what is any, and asks for what went well as for what failed', () => {
  expect(auditQuery({ ...NONE, outcome: 'ok' })).toEqual({ ok: true });
  expect(auditQuery({ ...NONE, since: 0, until: 0 })).toEqual({ since: 0, until: 0 });
});

it.each([
  [
    '{"before":{"a":1,"b":2,"c":null},"after":{"a":3,"b":2,"c":"x"}}',
    [
      ['a', '1', '3'],
      ['c', 'none', 'x'],
    ],
  ],
  ['{"before":{"a":{}},"after":{"a":1}}', []],
  ['{"before":1,"after":{"a":1}}', []],
  ['{"before":{"a":1},"after":[', []],
  ['ok', []],
])('of %s these values were changed: %j', (outcome, changed) => {
  expect(changedValues(outcome).map(({ name, before, after }) => [name, before, after])).toEqual(changed);
});
