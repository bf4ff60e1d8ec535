import { expect, it } from 'vitest';
import { describeManifest } from '../../contract/manifest.ts';
import { manifest as tiny } from '../headless/test-fixtures/tiny/manifest.ts';
import { runCommand } from './run-command.ts';

const run = (...words: string[]) =>
  runCommand({
    manifest: describeManifest(tiny),
    words,
    json: true,
    yes: true,
    help: false,
    connect: () => Promise.reject(new Error('nothing was to be asked')),
  });

it('tells whoever types a command by its name of before the new one', async () => {
  await expect(run('prod', '--name', 'ann')).rejects.toMatchObject({
    code: 'renamed_command',
    message: 'tiny prod is called poke now; "signalbox run tiny poke --help" shows its arguments.',
    detail: { name: 'poke' },
  });
  await expect(run('prods')).rejects.toThrow('tiny has no command "prods". It has: poke');
});
