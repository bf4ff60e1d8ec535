/** What `config check`, start and reload say of links before anybody calls. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SignalboxError } from '../../../contract/errors.ts';
import { ircdConfigSchema } from '../config.ts';
import { limits } from '../limits.ts';
import { prepareIrcd } from '../prepare.ts';

let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'signalbox-links-'));
  await writeFile(join(dataDir, 'empty'), '\n');
  await writeFile(join(dataDir, 'words'), 'two words\n');
  await writeFile(join(dataDir, 'long'), 'x'.repeat(limits.linkPasswordBytes.default + 3));
  await writeFile(join(dataDir, 'good'), 'sesam\n');
  await mkdir(join(dataDir, 'folder'));
});
afterAll(() => rm(dataDir, { recursive: true }));

const IRC = { host: '127.0.0.1', port: 6667 };
const P10 = { host: '0.0.0.0', port: 4400, protocol: 'p10' };
const BASE = { server_name: 'me.test', restore_minutes: 0, listen: [IRC, P10] };
const THERE = { name: 'there.test', password: 'sesam' };
const CALLED = { ...THERE, host: '192.0.2.7', port: 4400 };
const FINGERPRINT = 'ab'.repeat(32);

/** What it says of a table: refusals first, or else warnings. */
async function saidOf(more: object): Promise<string[]> {
  const parsed = ircdConfigSchema.safeParse({ ...BASE, ...more });
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${z.core.toDotPath(path)}: ${message}`);
  const warnings: string[] = [];
  try {
    await prepareIrcd(parsed.data, { dataDir, warn: (_event, text) => warnings.push(text) });
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    return [error.message];
  }
  return warnings;
}

describe('links that could never be are refused, and the setting is named', () => {
  it.each<[string, object[], string]>([
    [
      'this server itself',
      [{ ...THERE, name: 'ME.test' }],
      'ircd.link[0].name: ME.test is this server itself, expected another',
    ],
    ['one name twice', [THERE, { ...THERE, name: 'There.TEST' }], 'link: two blocks name the same server'],
    [
      'a name without a dot',
      [{ ...THERE, name: 'there' }],
      'link[0].name: expected a server name with a dot',
    ],
    [
      'nowhere to call',
      [{ ...THERE, autoconnect: true }],
      'link[0]: autoconnect: expected host and port beside it',
    ],
    ['half a place', [{ ...THERE, host: '192.0.2.7' }], 'link[0]: expected host and port, or neither'],
    ['no password', [{ name: 'there.test' }], 'link[0]: expected either password or password_file'],
    [
      'two passwords',
      [{ ...THERE, password_file: 'good' }],
      'link[0]: expected either password or password_file',
    ],
    ['an empty password', [{ ...THERE, password: '' }], 'link[0].password: '],
    ['a password of two words', [{ ...THERE, password: 'a b' }], 'link[0].password: expected one word'],
    [
      'a fingerprint without TLS',
      [{ ...THERE, fingerprint: FINGERPRINT }],
      'link[0]: fingerprint: expected tls = true beside it',
    ],
    [
      'half a fingerprint',
      [{ ...THERE, tls: true, fingerprint: 'ab:cd' }],
      'link[0].fingerprint: expected the SHA-256 fingerprint',
    ],
    [
      'a hub mask that is no name',
      [{ ...THERE, hub: ['*.test', '*!*@*'] }],
      'link[0].hub[1]: expected a mask of names of servers',
    ],
    [
      'no file',
      [CALLED, { name: 'b.test', password_file: 'none' }],
      'ircd.link[1].password_file: DIR/none does not exist',
    ],
    [
      'a folder for a file',
      [{ name: 'b.test', password_file: 'folder' }],
      'ircd.link[0].password_file: DIR/folder ',
    ],
    [
      'an empty file',
      [{ name: 'b.test', password_file: 'empty' }],
      'ircd.link[0].password_file: DIR/empty holds no password',
    ],
    [
      'a file of two words',
      [{ name: 'b.test', password_file: 'words' }],
      'ircd.link[0].password_file: DIR/words holds no password',
    ],
    [
      'a file that is too long',
      [{ name: 'b.test', password_file: 'long' }],
      'ircd.link[0].password_file: DIR/long ',
    ],
  ])('%s', async (_what, link, wanted) => {
    const said = await saidOf({ link });
    expect(said).toHaveLength(1);
    expect(said[0]!.replaceAll(dataDir, 'DIR')).toContain(wanted);
    expect(said[0]).not.toContain('sesam');
  });
});

describe('links that can hardly be are warned of', () => {
  it.each<[string, object, string | null]>([
    ['neither calls', { listen: [IRC], link: [THERE] }, 'ircd.link[0].host: there.test can never be linked'],
    ['it calls us', { link: [THERE] }, null],
    ['we call it', { listen: [IRC], link: [{ ...CALLED, hub: ['*.a-b.test', 'c?.test'] }] }, null],
    [
      'it may call without TLS only',
      { link: [{ ...THERE, tls: true }] },
      'ircd.link[0].tls: there.test can never be linked',
    ],
    [
      'it calls us over TLS',
      {
        listen: [P10, { ...P10, port: 4401, tls: true }],
        link: [{ ...THERE, tls: true, fingerprint: FINGERPRINT }],
      },
      null,
    ],
    [
      'we call ourselves',
      { link: [{ ...CALLED, host: 'localhost' }] },
      'ircd.link[0].host: localhost:4400 is a listener of this server itself',
    ],
    [
      'we call our own address',
      { listen: [{ ...P10, host: '192.0.2.7' }], link: [CALLED] },
      'ircd.link[0].host: 192.0.2.7:4400 is a listener',
    ],
    ...['127.0.0.1', '::1', 'localhost'].flatMap((host) =>
      ['127.0.0.1', '::1', 'localhost', '0.0.0.0', '::'].map((own): [string, object, string] => [
        `we call ${host}, where ${own} is ours`,
        { listen: [{ ...P10, host: own }], link: [{ ...CALLED, host }] },
        `ircd.link[0].host: ${host}:4400 is a listener of this server itself`,
      ]),
    ),
    ['we call another host', { listen: [{ ...P10, host: '::' }], link: [CALLED] }, null],
    [
      'ours is another host',
      { listen: [{ ...P10, host: '192.0.2.9' }], link: [{ ...CALLED, host: '::1' }] },
      null,
    ],
    ['another port here', { link: [{ ...CALLED, host: '127.0.0.1', port: 4401 }] }, null],
    [
      'two at one place',
      { link: [CALLED, { ...CALLED, name: 'b.test' }] },
      'ircd.link[1].host: 192.0.2.7:4400 is also where ircd.link[0] calls there.test',
    ],
    ['two at two places', { link: [CALLED, { ...CALLED, name: 'b.test', port: 4401 }] }, null],
    [
      'no name of our own',
      { server_name: undefined, link: [CALLED] },
      'ircd.server_name: irc.signalbox.local is what every Signalbox is called',
    ],
    ['nobody may call', { link: [] }, 'ircd.listen[1].protocol: every server that connects there is refused'],
    ['no links at all', { server_name: undefined, listen: [IRC], link: [] }, null],
  ])('%s', async (_what, settings, wanted) => {
    expect(await saidOf(settings)).toEqual(wanted === null ? [] : [expect.stringContaining(wanted)]);
  });
});
