import { expect, test } from 'vitest';
import { daemonEnvironment, WITHHELD_VARIABLES } from './daemon-environment.ts';

test('a daemon gets none of the withheld variables, however Windows spells them, and every other one', () => {
  const withheld = Object.keys(WITHHELD_VARIABLES).flatMap((name) => [
    [name, 'x'],
    [name.toLowerCase(), 'x'],
  ]);
  const kept = {
    PATH: '/bin',
    LD_PRELOAD: 'malloc.so',
    OPENSSL_CONF: '/etc/fips.cnf',
    SIGNALBOX_LOG_LEVEL: 'debug',
  };
  expect(daemonEnvironment({ ...Object.fromEntries(withheld), ...kept, GONE: undefined })).toEqual(kept);
});

test('what would have Node load other code, or open a debugger, is withheld', () => {
  expect(Object.keys(WITHHELD_VARIABLES)).toEqual([
    ...['NODE_OPTIONS', 'NODE_PATH', 'NODE_PRESERVE_SYMLINKS', 'NODE_PRESERVE_SYMLINKS_MAIN'],
    ...['NODE_REPL_EXTERNAL_MODULE', 'NODE_COMPILE_CACHE', 'ELECTRON_RUN_AS_NODE'],
  ]);
});
