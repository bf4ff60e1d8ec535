import { afterEach, expect, it, vi } from 'vitest';
import type { LogLevel, LogRecord } from '../../../contract/log-record.ts';
import { limits } from '../limits.ts';
import { Logger, redactFields } from './logger.ts';

afterEach(() => {
  vi.useRealTimers();
});

it.each([
  'password',
  'oper_pass',
  'PASSPHRASE',
  'userPassword',
  'client_secret',
  'secretName',
  'token',
  'accessTokens',
  'authorization',
  'set_cookie',
  'credentials',
  'private_key',
  'privateKey',
])('masks what is called %s', (name) => {
  expect(redactFields({ nick: 'anna', [name]: 'x' })).toEqual({ nick: 'anna', [name]: '[redacted]' });
});

it.each(['passed', 'bypass_count', 'compass_x', 'key', 'public_key', 'nick'])(
  'leaves %s as it is',
  (name) => {
    const fields = { [name]: 'x' };
    expect(redactFields(fields)).toBe(fields);
  },
);

it('masks every secret of a record, also where it is no text', () => {
  expect(redactFields({ token: 5, secret: null, n: 1 })).toEqual({
    token: '[redacted]',
    secret: '[redacted]',
    n: 1,
  });
});

it('numbers records from 1, stamps them, and has fields only where there are some', () => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
  const logger = new Logger();
  const log = logger.child('net');
  log.info('one', 'first');
  log.warn('two', 'second', { n: 2 });
  expect(logger.after(0)).toEqual([
    { seq: 1, time: 1_700_000_000_000, level: 'info', subsystem: 'net', event: 'one', message: 'first' },
    {
      seq: 2,
      time: 1_700_000_000_000,
      level: 'warn',
      subsystem: 'net',
      event: 'two',
      message: 'second',
      fields: { n: 2 },
    },
  ]);
});

const LEVELS: LogLevel[] = ['debug', 'info', 'warn', 'error'];
it.each(LEVELS.map((level, at) => [level, LEVELS.slice(at)] as const))(
  'keeps from the level %s on %j',
  (level, kept) => {
    const logger = new Logger(level);
    const log = logger.child('s');
    for (const one of LEVELS) log[one]('e', 'm');
    expect(logger.after(0).map((record) => record.level)).toEqual(kept);
  },
);

it('keeps info and more where nobody says otherwise', () => {
  const logger = new Logger();
  logger.child('s').debug('e', 'm');
  logger.child('s').info('e', 'm');
  expect(logger.after(0)).toHaveLength(1);
});

it('keeps a message of just the longest length whole, and marks what it cut', () => {
  const logger = new Logger();
  const longest = 'x'.repeat(limits.logMessageCharacters.default);
  logger.log('info', 's', 'e', longest);
  logger.log('info', 's', 'e', `${longest}y`);
  expect(logger.after(0).map(({ message }) => message)).toEqual([longest, `${longest}… (cut)`]);
});

it('lets the oldest go a quarter of a ring at a time, and knows what it still has', () => {
  const logger = new Logger();
  const most = limits.logRingRecords.default;
  const log = (count: number) => {
    for (let n = 0; n < count; n++) logger.log('info', 's', 'e', 'm');
  };
  log(most * 1.25);
  expect(logger.after(0)).toHaveLength(most * 1.25);
  log(1);
  const kept = logger.after(0);
  expect([kept.length, kept[0]?.seq, kept.at(-1)?.seq]).toEqual([most, most / 4 + 2, most * 1.25 + 1]);
  // What is gone is left out, what is kept is found by its number.
  expect(logger.after(most / 4 + 1)).toEqual(kept);
  expect(logger.after(most / 4 + 2)).toEqual(kept.slice(1));
  expect(logger.after(most * 1.25)).toEqual(kept.slice(-1));
  expect(logger.after(most * 1.25 + 1)).toEqual([]);
  expect(logger.after(most * 2)).toEqual([]);
  expect(new Logger().after(0)).toEqual([]);
});

it('tells sinks and listeners of every record, listeners until they leave, and all of them until it closes', async () => {
  const logger = new Logger();
  const written: LogRecord[] = [];
  let closed = 0;
  const sink = {
    write: (record: LogRecord) => void written.push(record),
    close: async () => {
      closed++;
    },
  };
  logger.addSink(sink);
  logger.addSink(sink);
  const [one, other] = [vi.fn(), vi.fn()];
  const leave = logger.subscribe(one);
  logger.subscribe(other);
  logger.log('info', 's', 'e', '1');
  leave();
  logger.log('info', 's', 'e', '2');
  await logger.close();
  await logger.close();
  logger.log('info', 's', 'e', '3');
  expect([written.length, closed, one.mock.calls.length, other.mock.calls.length]).toEqual([4, 2, 1, 2]);
  expect(logger.after(0)).toHaveLength(3);
});
