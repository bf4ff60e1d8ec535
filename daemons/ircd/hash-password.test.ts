import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PasswordChecker } from './passwords.ts';

/** What the command says to a password that is typed. */
function run(input: string) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'hash-password.ts')],
    {
      input,
      encoding: 'utf8',
    },
  );
  return { status, stdout, stderr };
}

it('prints a hash that fits the first line that is typed, without its line end', async () => {
  const { status, stdout, stderr } = run('open sesame\r\nsecond line\n');
  expect([status, stderr, stdout.endsWith('\n')]).toEqual([0, '', true]);
  expect(await new PasswordChecker().check(stdout.trim(), 'open sesame', 'a')).toBe(true);
});

it('says how it is used where nothing is typed', () => {
  expect(run('\n')).toEqual({
    status: 2,
    stdout: '',
    stderr: 'usage: npm run -s hash-password, then type the password and end it with Ctrl-D\n',
  });
});
