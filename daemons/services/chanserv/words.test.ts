/** What people type for levels, durations and modes, and what is due when. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { STATUS } from '../../irc/modes.ts';
import { ViewChannel } from '../network/view-parts.ts';
import {
  BAN_TIMEOUTS,
  findSetting,
  INITIAL_SETTINGS,
  REFRESHES,
  readSettings,
  SETTINGS,
  spanMs,
} from './channel-settings.ts';
import { DueTimes } from './due-times.ts';
import { durationText, readDuration } from './durations.ts';
import { LEVELS, levelName, levelRange, levelText, readLevel, statusOfLevel } from './levels.ts';
import { lockChanges, readModeLock } from './mode-lock.ts';

it('levels are names and numbers from 1 to 500', () => {
  expect(['peon', 'PAL', 'HalfOp', 'op', 'manager', 'coowner', 'owner', '1', '500'].map(readLevel)).toEqual([
    1, 1, 150, 200, 300, 400, 500, 1, 500,
  ]);
  expect(['0', '501', '-1', '1.5', 'boss', '', 'constructor'].map(readLevel)).toEqual(
    Array.from({ length: 7 }, () => null),
  );
  expect([1, 149, 150, 199, 200, 299, 400, 500].map(levelText)).toEqual([
    ...['peon', 'peon (149)', 'halfop', 'halfop (199)', 'op', 'op (299)', 'coowner', 'owner'],
  ]);
  expect([levelName(0), levelRange('op'), levelRange('owner')]).toEqual([
    'nobody',
    { least: 200, most: 299 },
    { least: 500, most: 500 },
  ]);
  expect([0, 1, 150, 200].map((level) => [statusOfLevel(level, false), statusOfLevel(level, true)])).toEqual([
    [0, 0],
    [STATUS.voice, STATUS.voice],
    [STATUS.voice, STATUS.halfop],
    [STATUS.op, STATUS.op],
  ]);
  for (const [name, level] of Object.entries(LEVELS)) expect(readLevel(name)).toBe(level);
});

it('durations are read and shown', () => {
  expect(['0', '90', '5m', '1d12h', '1y', '2M', '1h25m30s', '1h30'].map(readDuration)).toEqual([
    0, 90, 300, 129_600, 31_536_000, 5_184_000, 5_130, 3_630,
  ]);
  expect(['', 'x', '1x', 'h1', '11y', '-5', '1 h', 'x5m', '5mx', '1.5h'].map(readDuration)).toEqual(
    Array.from({ length: 10 }, () => null),
  );
  // Ten years at most, in as many digits as that has.
  expect(
    ['315360000', '315360001', '10y', '3650d', '3650d1', '1234567890', '1s2m3', '1w'].map(readDuration),
  ).toEqual([315_360_000, null, 315_360_000, 315_360_000, null, null, 124, 604_800]);
  expect([-5, 0.4, 0.6, 604_800, 2_592_000, 31_536_000, 34_128_001, 31_539_600].map(durationText)).toEqual([
    ...['0s', '0s', '1s', '1w', '1M', '1y', '1y1M', '1y'],
  ]);
  expect([0, 59, 60, 3_661, 90_000, 86_405].map(durationText)).toEqual([
    '0s',
    '59s',
    '1m',
    '1h1m',
    '1d1h',
    '1d',
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 315_360_000 }), (seconds) => {
      const shown = readDuration(durationText(seconds))!;
      expect(shown).toBeLessThanOrEqual(seconds);
      expect(seconds - shown).toBeLessThanOrEqual(seconds / 2);
    }),
  );
});

it('settings of a channel are by default what X3 has, and take what they say and nothing else', () => {
  const x = (length: number) => 'x'.repeat(length);
  const LEVEL = {
    takes: [
      ...(['0', 'everybody', 'Everybody'] as const).map((text) => [text, 0] as const),
      ...(['501', 'nobody', 'NOBODY'] as const).map((text) => [text, 501] as const),
      ...([
        ['1', 1],
        ['500', 500],
        ['op', 200],
        ['Owner', 500],
      ] as const),
    ],
    refuses: ['502', '-1', 'boss', '', '1.5', '0x'],
  };
  const TEXT = {
    takes: [x(300), 'é'.repeat(150), 'Hello'].map((text) => [text, text] as const),
    refuses: [x(301), 'é'.repeat(151), 'two\nlines'],
  };
  const choice = (...names: readonly string[]) => ({
    takes: [
      ...names.flatMap((name, at) =>
        [name, name.toUpperCase(), String(at)].map((text) => [text, name] as const),
      ),
    ],
    refuses: [String(names.length), '10', '-1', '', 'some'],
  });
  type Row = { takes: readonly (readonly [string, unknown])[]; refuses: readonly string[] };
  const rows: Readonly<Record<string, readonly [initial: unknown, row: Row]>> = {
    ...{ DEFAULTTOPIC: ['', TEXT], TOPICMASK: ['', TEXT], GREETING: ['', TEXT], USERGREETING: ['', TEXT] },
    MODES: [
      '+nt',
      {
        takes: [
          ['+nt-k', '+nt-k'],
          ['+l 5', '+l 5'],
        ],
        refuses: ['nt', '+o', ''],
      },
    ],
    ...{ ENFOPS: [300, LEVEL], ENFHALFOPS: [300, LEVEL], ENFMODES: [200, LEVEL], ENFTOPIC: [200, LEVEL] },
    ...{ PUBCMD: [0, LEVEL], SETTERS: [400, LEVEL], USERINFO: [1, LEVEL], INVITEME: [1, LEVEL] },
    TOPICSNARF: [501, LEVEL],
    AUTOMODE: ['normal', choice('none', 'normal', 'voice', 'halfop', 'op', 'mute', 'onlyvoice')],
    PROTECT: ['lower', choice('all', 'equal', 'lower', 'none')],
    TOYS: ['public', choice('disabled', 'private', 'public')],
    TOPICREFRESH: ['never', choice('never', '3h', '6h', '12h', '24h')],
    CTCPREACTION: ['none', choice('none', 'kick', 'kickban', 'shortban', 'longban')],
    BANTIMEOUT: ['none', choice('none', '10m', '2h', '4h', '1d', '1w')],
    RESYNC: ['never', choice('never', '3h', '6h', '12h', '24h')],
    DYNLIMIT: [
      0,
      {
        takes: [
          ['off', 0],
          ['OFF', 0],
          ['0', 0],
          ['on', 5],
          ['1', 1],
          ['100', 100],
        ],
        refuses: ['101', '1000', 'x1', '1x', '-1', '+1', '1.5', '1e1', ''],
      },
    ],
    NODELETE: [
      false,
      {
        takes: [
          ['on', true],
          ['ON', true],
          ['1', true],
          ['off', false],
          ['0', false],
        ],
        refuses: ['2', ''],
      },
    ],
  };
  expect(SETTINGS.map(({ name }) => name)).toEqual(Object.keys(rows));
  for (const [name, [initial, { takes, refuses }]] of Object.entries(rows)) {
    const row = findSetting(name.toLowerCase())!;
    expect([row.initial, row.operators ?? false], name).toEqual([initial, name === 'NODELETE']);
    for (const [text, value] of takes) {
      expect(row.read(text), `${name} ${text}`).toBe(value);
      // What is kept is read as it was, and beside it all else is as by default.
      const kept = readSettings([{ name: row.key, value: row.write(value as never) }]);
      expect(kept, `${name} ${text}`).toEqual({ ...INITIAL_SETTINGS, [row.key]: value });
    }
    for (const text of refuses) {
      expect(row.read(text), `${name} ${text}`).toBeNull();
      expect(readSettings([{ name: row.key, value: text }])).toEqual(INITIAL_SETTINGS);
    }
  }
  expect([findSetting('HAT'), readSettings([{ name: 'hat', value: 'red' }])]).toEqual([
    undefined,
    INITIAL_SETTINGS,
  ]);
  const spans = [...REFRESHES, ...BAN_TIMEOUTS].map((one) => (spanMs(one) ?? 0) / 60_000);
  expect(spans).toEqual([0, 180, 360, 720, 1_440, 0, 10, 120, 240, 1_440, 10_080]);
});

it('modes that are kept are read, and compared with what a channel has', () => {
  expect(['+nt', '+ntl 50', '+k-m key', '-k', '+nt-s'].map((text) => readModeLock(text)?.text)).toEqual([
    '+nt',
    '+ntl 50',
    '+k-m key',
    '-k',
    '+nt-s',
  ]);
  expect(['nt', '+o', '+l', '+l 0', '+k', '+k a,b', '+nt more', '+b', ''].map(readModeLock)).toEqual(
    Array.from({ length: 9 }, () => null),
  );
  expect(
    [
      '+l 99999',
      '+l 100000',
      '+l 05',
      'x+n',
      `+k ${'k'.repeat(23)}`,
      `+k ${'k'.repeat(24)}`,
      '-l',
      '-l 5',
      '+lk 5 key',
    ].map((text) => readModeLock(text)?.text),
  ).toEqual([
    '+l 99999',
    undefined,
    undefined,
    undefined,
    `+k ${'k'.repeat(23)}`,
    undefined,
    '-l',
    undefined,
    '+lk 5 key',
  ]);
  for (const letter of 'CDMNQTcimnprstuz') expect(readModeLock(`+${letter}`)?.text).toBe(`+${letter}`);
  expect([...'oOhvbBAIUx'].map((letter) => readModeLock(`+${letter}`))).toEqual(Array(10).fill(null));
  const channel = new ViewChannel('#a', 1);
  channel.modes.set('k', 'old').set('m', '').set('l', '5');
  const changes = (text: string) =>
    lockChanges(readModeLock(text)!, channel, 'nt').map(
      ({ on, letter, argument }) => `${on ? '+' : '-'}${letter}${argument}`,
    );
  expect(changes('+ntk-l new')).toEqual(['+n', '+t', '-kold', '+knew', '-l']);
  expect(changes('+l-k 5')).toEqual(['-kold']);
  expect(changes('-m')).toEqual([]);
});

it('what is due happens in its order, once, with one timer, and not when it was taken back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          key: fc.integer({ min: 0, max: 30 }),
          at: fc.integer({ min: 0, max: 5_000 }),
          cancel: fc.boolean(),
        }),
        { maxLength: 200 },
      ),
      async (steps) => {
        const clock = new FakeClock();
        const begun = clock.now();
        const times = new DueTimes(clock);
        const wanted = new Map<number, number>();
        const happened: [number, number][] = [];
        for (const { key, at, cancel } of steps) {
          if (cancel) {
            times.cancel(String(key));
            wanted.delete(key);
          } else {
            times.set(String(key), begun + at, () => happened.push([key, clock.now() - begun]));
            wanted.set(key, at);
          }
          expect(times.size).toBe(wanted.size);
          expect(clock.pendingTimers).toBeLessThanOrEqual(1);
        }
        await clock.advance(6_000);
        expect(happened.map(([, at]) => at)).toEqual(happened.map(([key]) => wanted.get(key)!));
        expect(happened.map(([key]) => key).sort()).toEqual([...wanted.keys()].sort());
        expect(happened.map(([, at]) => at)).toEqual([...happened.map(([, at]) => at)].sort((a, b) => a - b));
        expect([times.size, clock.pendingTimers]).toEqual([0, 0]);
      },
    ),
  );
});

it('what is due later than timers reach is waited for all the same', async () => {
  const clock = new FakeClock();
  const times = new DueTimes(clock);
  let happened = 0;
  times.set('far', clock.now() + 3 * 86_400_000, () => happened++);
  await clock.advance(3 * 86_400_000 - 1);
  expect(happened).toBe(0);
  await clock.advance(1);
  expect(happened).toBe(1);
});
