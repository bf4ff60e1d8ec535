import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseFlags, UsageError } from './flags.ts';

test('our flags are found between those of Chromium and the app path', () => {
  const argv = ['--inspect=0', '--no-sandbox', '.', '--data', 'd', '--disable-gpu', '--config=c.toml'];
  expect(parseFlags(argv, '/base')).toEqual({
    dataDir: resolve('/base/d'),
    configFile: resolve('/base/c.toml'),
    autostart: null,
  });
});

test('without flags everything is left to the defaults', () => {
  expect(parseFlags(['.'], '/base')).toEqual({ dataDir: null, configFile: null, autostart: null });
});

test('autostart is a list, and an empty one starts nothing', () => {
  expect(parseFlags(['--autostart', 'ircd,relay'], '/').autostart).toEqual(['ircd', 'relay']);
  expect(parseFlags(['--autostart='], '/').autostart).toEqual([]);
});

test.each([[['--data']], [['--data', '--config', 'x']], [['--config=']]])(
  '%j is refused with an example',
  (argv) => {
    expect(() => parseFlags(argv, '/')).toThrow(UsageError);
  },
);
