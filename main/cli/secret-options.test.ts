import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineManifest, describeManifest } from '../../contract/manifest.ts';
import { commandHelp } from './help.ts';
import { type SecretSource, systemSecrets, withSecrets } from './secret-options.ts';

const manifest = describeManifest(
  defineManifest({
    id: 'chat',
    title: 'Chat',
    summary: 'Lets people chat',
    config: z.strictObject({}),
    metrics: [],
    commands: {
      login: {
        summary: 'Lets somebody in',
        danger: 'safe',
        access: 'admin',
        result: 'json',
        args: z.object({ user: z.string(), passWord: z.string().meta({ secret: true }) }),
      },
    },
  }),
);
const [command] = manifest.commands;

const source = (content: string, input: string | null = null): SecretSource => ({
  readFile: async () => content,
  standardInput: input === null ? null : async () => input,
});
const given = (words: readonly string[], from = source('hunter2')) => withSecrets(command!, words, from);

it('takes a secret from a file or from standard input, without the end of its line', async () => {
  const words = ['--user', 'ann', '--pass-word-file', 'secret.txt', '--json'];
  expect(await given(words)).toEqual(['--user', 'ann', '--pass-word=hunter2', '--json']);
  expect(await given(['--pass-word-file=secret.txt'], source('-x y\r\n'))).toEqual(['--pass-word=-x y']);
  expect(await given(['--pass-word-file', 's'], source('two\n\n'))).toEqual(['--pass-word=two\n']);
  expect(await given(['--pass-word-file', '-'], source('no', 'typed\n'))).toEqual(['--pass-word=typed']);
  expect(await given(['--user', '--pass-word-files'])).toEqual(['--user', '--pass-word-files']);
});

it.each([['--pass-word', 'hunter2'], ['--pass-word=hunter2']])(
  'refuses %s, which others can read, and does not say it again',
  async (...words) => {
    const refusal = await given(words).catch((error: Error) => error.message);
    expect(refusal).toMatch(/^login: --pass-word is secret, .*--pass-word-file FILE/);
    expect(refusal).not.toContain('hunter2');
  },
);

it('takes the text of a file by the name of the file as well, and says why not in words', async () => {
  const { commands } = describeManifest(
    defineManifest({
      ...{ id: 'd', title: 'D', summary: 'd', config: z.strictObject({}), metrics: [] },
      commands: {
        take: {
          ...{ summary: 'Takes', danger: 'safe', access: 'admin', result: 'json' },
          args: z.object({ bans: z.string().meta({ file: 'csv' }) }),
        },
      },
    }),
  );
  const take = (...words: string[]) => withSecrets(commands[0]!, words, source('a,b\nc,d\n'));
  expect(await take('--bans-file', 'bans.csv')).toEqual(['--bans=a,b\nc,d']);
  await expect(take('--bans', 'a,b')).rejects.toThrow(
    'take: --bans is the text of a file: give --bans-file FILE, or --bans-file - to read standard input',
  );
});

it('says what is wrong with where a secret should come from', async () => {
  await expect(given(['--pass-word-file'])).rejects.toThrow(
    'login: --pass-word-file needs the name of a file, or - for standard input',
  );
  await expect(given(['--pass-word-file='])).rejects.toThrow('needs the name of a file');
  await expect(given(['--pass-word-file', '-'])).rejects.toThrow(
    'login: --pass-word-file: standard input is a terminal, which shows what is typed; name a file',
  );
});

it('reads the file that is named, as it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-secret-'));
  const path = join(folder, 'secret.txt');
  await writeFile(path, 'żółw 1\n');
  expect(await given(['--pass-word-file', path], systemSecrets())).toEqual(['--pass-word=żółw 1']);
  await expect(given(['--pass-word-file', join(folder, 'no')], systemSecrets())).rejects.toThrow(
    /^login: --pass-word-file: ENOENT/,
  );
  await rm(folder, { recursive: true });
});

it('is what the help of a command says', () => {
  const help = commandHelp(manifest, command!);
  expect(help).toContain('login --user TEXT --pass-word-file FILE\n');
  expect(help).toContain('  --pass-word-file  (in a file, or - for standard input; needed)');
  expect(help).toContain('  --user            (needed)');
});
