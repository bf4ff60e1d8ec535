import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseServeOptions, UsageError } from './serve-options.ts';

const parse = (...argv: string[]) =>
  parseServeOptions(argv, ['ircd', 'relay'], { XDG_DATA_HOME: '/xdg/data' });

test('without flags: the XDG directory, the usual port, what the configuration starts', () => {
  expect(parse()).toMatchObject({
    dataDir: join('/xdg/data', 'signalbox'),
    port: 8420,
    autostart: null,
    json: false,
  });
});

test('all flags', () => {
  expect(
    parse(
      '--headless',
      '--port',
      '0',
      '--data',
      'd',
      '--config=c.toml',
      '--autostart',
      'ircd,relay',
      '--json',
    ),
  ).toMatchObject({
    port: 0,
    dataDir: resolve('d'),
    configFile: resolve('c.toml'),
    autostart: ['ircd', 'relay'],
    json: true,
  });
});

test('an empty autostart starts nothing', () => {
  expect(parse('--autostart', '').autostart).toEqual([]);
});

test.each<[string[], string]>([
  [['--port', 'abc'], 'expected a number from 0 to 65535, got "abc"'],
  [['--port', '70000'], 'got "70000"'],
  [['--port='], 'got ""'],
  [['--autostart', 'irdc'], 'no daemon is called "irdc"; there are ircd, relay'],
  [['--prot', '1'], '--prot'],
  [['extra'], 'extra'],
  [['--data'], '--data'],
])('%j is a usage error that says what is wrong', (argv, text) => {
  expect(() => parse(...argv)).toThrow(UsageError);
  expect(() => parse(...argv)).toThrow(text);
});
