import { afterEach, expect, it, vi } from 'vitest';
import { describeManifest } from '../../contract/manifest.ts';
import { registry } from '../../daemons/registry.ts';
import { manifest as tiny } from '../headless/test-fixtures/tiny/manifest.ts';
import { runCommand } from './run-command.ts';
import type { SocketClient } from './socket-client.ts';

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

const wasTerminal = process.stdout.isTTY;
afterEach(() => {
  process.stdout.isTTY = wasTerminal;
  vi.restoreAllMocks();
});

/** What a command that answers with this text prints. */
async function printed(isTTY: boolean, text: string): Promise<string> {
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    out += String(chunk);
    return true;
  });
  process.stdout.isTTY = isTTY;
  const client = {
    request: async () => ({ ok: true, result: { result: { text } } }),
    close() {},
    onEvent() {},
  } as unknown as SocketClient;
  const manifest = registry.map(describeManifest).find(({ id }) => id === 'ircd')!;
  const request = { manifest, words: ['export-bans'], json: false, yes: false, help: false };
  expect(await runCommand({ ...request, connect: async () => client })).toBe(0);
  return out;
}

it('a file goes to another file byte for byte, and to a terminal without what that would obey', async () => {
  const file = 'kind,mask\r\nkline,a@b\r\n"kline","\u001b[2J"\r\n';
  expect(await printed(false, file)).toBe(file);
  expect(await printed(true, file)).toBe('kind,mask\nkline,a@b\n"kline","\\x1b[2J"\n\n');
});
