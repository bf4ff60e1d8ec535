/** The scripts in their shells: what the Tab key offers. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { describeManifest } from '../../contract/manifest.ts';
import { registry } from '../../daemons/registry.ts';
import { completionScript, SHELLS } from './completion.ts';

const manifests = registry.map(describeManifest);

/** What bash offers for the last word. */
async function offered(...words: string[]): Promise<string[]> {
  const script = `${completionScript('bash', manifests)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _signalbox; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', script, 'bash', 'signalbox', ...words]);
  return stdout.trimEnd().split('\n');
}

test.each<[string[], string[]]>([
  [['st'], ['status', 'start', 'stop']],
  [['stop', 'i'], ['ircd']],
  [
    ['logs', 'm'],
    ['messages', 'main'],
  ],
  [['t'], ['top', 'tasks']],
  [['tasks', 'c'], ['cancel']],
  [['po'], ['pools']],
  [
    ['config', ''],
    ['check', 'reload', '--data', '--json', '--yes', '--help'],
  ],
  [
    ['run', 'ircd', 'add'],
    ['add-ban', 'add-filter'],
  ],
  [['run', 'ircd', 'add-ban', '--k'], ['--kind']],
  [
    ['run', 'ircd', 'add-ban', '--kind', ''],
    ['kline', 'dline', 'resv', 'except', 'gline', 'shun', 'jupe'],
  ],
  [['run', 'ircd', 'add-ban', '--kind', 'kline', '--ma'], ['--mask']],
  [
    ['--data', '/x', 'restart', 're'],
    ['relay', 'recorder'],
  ],
  [['completion', 'f'], ['fish']],
  [['objects', 'p'], ['put']],
  [
    ['objects', 'get', '--mode', ''],
    ['fdpass', 'copy', 'splice'],
  ],
])('bash offers after %j: %j', async (words, expected) => {
  expect(await offered(...words)).toEqual(expected);
});

test.each(SHELLS)(
  'the script for %s has every command of every daemon, and no character that a shell obeys',
  (shell) => {
    const script = completionScript(shell, manifests);
    for (const { id, commands } of manifests) {
      for (const { name, args } of commands) {
        expect(script).toContain(`run ${id} ${name}`);
        expect([id, name, ...Object.keys(args.properties)].join('')).toMatch(/^[\w-]+$/);
      }
    }
  },
);

test('a shell that there is no script for is a usage error that names those there are', () => {
  expect(() => completionScript('tcsh', manifests)).toThrow('completion needs a shell: bash, zsh, fish');
});
