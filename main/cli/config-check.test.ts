/** `signalbox config check` on the inputs that hung it, filled its memory or got past it; those that could do so again as a program. */
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { strangerAt } from '../../contract/listen-place.ts';
import { registry } from '../../daemons/registry.ts';
import { startTestHost } from '../headless/test-fixtures/test-host.ts';
import { typed } from './typed-fixture.ts';

const CLI = resolve(import.meta.dirname, 'main.ts');
const DAEMONS = resolve(import.meta.dirname, '../../daemons');

let dir: string;
let file: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-check-'));
  file = join(dir, 'signalbox.toml');
});
afterEach(() => rm(dir, { recursive: true }));

const words = (more: readonly string[]) => ['config', 'check', '--data', join(dir, 'data'), ...more];

/** What the program says of a file. */
function checkByProgram(...more: string[]): Promise<{ code: number; out: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [CLI, ...words(more)], (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), out: stdout + stderr });
    });
  });
}

async function check(...more: string[]): Promise<{ code: number | null; out: string }> {
  const { code, stdout, stderr } = await typed(words(more), registry, (id) => join(DAEMONS, id, 'main.ts'));
  return { code, out: stdout + stderr };
}

async function checkText(text: string | Buffer): Promise<{ code: number | null; out: string }> {
  await writeFile(file, text);
  return await check('--config', file);
}

const EXPECTED =
  'expected a text file in TOML that this user can read: put it there, or name another with --config FILE';

test.each<[string, (path: string) => string | Promise<string>, string]>([
  [
    'a pipe',
    (path) => {
      execFileSync('mkfifo', [path]);
      return path;
    },
    `the configuration file is a pipe, not a regular file; ${EXPECTED}`,
  ],
  [
    'a device without an end',
    () => '/dev/zero',
    `the configuration file is a device, not a regular file; ${EXPECTED}`,
  ],
  ['a folder', () => tmpdir(), `the configuration file is a folder; ${EXPECTED}`],
  ['nothing', (path) => `${path}.none`, `the configuration file does not exist; ${EXPECTED}`],
  [
    'a file of 2 MB',
    async (path) => {
      await writeFile(path, '#'.repeat(2_000_000));
      return path;
    },
    `the configuration file has 2000000 bytes, the limit is 1000000; ${EXPECTED}`,
  ],
])('%s is no configuration file, and is not read', async (_name, make, message) => {
  const { code, out } = await checkByProgram('--config', await make(file));
  expect(out).toContain(message);
  expect(code).toBe(78);
});

test('a configuration in Latin-1 is refused with its line; a byte order mark is not in the way', async () => {
  expect(await checkText(Buffer.from('[ircd]\nnetwork = "a"\ndescription = "m\xfcll"\n', 'latin1'))).toEqual({
    code: 78,
    out: `signalbox: ${file}:3: the configuration file is not UTF-8 in line 3; convert it, such as with iconv\n`,
  });
  expect(await checkText('\ufeff[ircd]\nlisten = [{ port = 0 }]\ndescription = "müll"\n')).toMatchObject({
    code: 0,
  });
});

test.each<[string, string, string]>([
  [
    'a certificate that is missing',
    '[ircd]\nlisten = [{ port = 0, tls = true }]\ntls = { certificate = "missing.pem", key = "missing.key" }',
    ':3: ircd.tls.certificate: missing.pem does not exist, expected a PEM file',
  ],
  [
    'a hash that is none',
    '[ircd]\npassword_hash = "$argon2id$..."',
    ':2: ircd.password_hash: expected an argon2id hash',
  ],
  [
    'the same listener twice',
    '[ircd]\nlisten = [{ port = 6667 }, { port = 6667 }]',
    ':2: ircd.listen[1]: expected a place of its own; listen[0] has it already',
  ],
  [
    'a host that is none',
    '[relay]\nlisten = [{ host = "*", port = 1 }]',
    ':2: relay.listen[0].host: expected an address',
  ],
  [
    'an address that this machine does not have',
    '[relay]\nlisten = [{ host = "192.0.2.1", port = 0 }]',
    ':2: cannot listen on 192.0.2.1:0: this machine does not have that address now (EADDRNOTAVAIL)',
  ],
])('%s is found before a start finds it', async (_name, text, message) => {
  const { code, out } = await checkText(text);
  expect(out).toContain(message);
  expect(code).toBe(78);
});

test('every mistake that the daemons find is told, each at its line', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const { code, out } = await checkText(`[ircd]
listen = [{ port = ${port}, tls = true }, { host = "192.0.2.1", port = 0 }]
[ircd.tls]
certificate = "none.pem"
key = "none.key"
[relay]
listen = [{ port = 0, tls = true }]
[relay.tls]
certificate = "nothing.pem"
key = "nothing.key"
`);
  taken.close();
  expect(out.split('\n').map((line) => line.replace(file, 'FILE').trim())).toEqual([
    expect.stringMatching(/^signalbox: FILE:2: cannot listen on 192\.0\.2\.1:0: .* \(and 5 more mistakes\)$/),
    `FILE:2: cannot listen on 127.0.0.1:${port}: ${strangerAt({ host: '127.0.0.1', port })}`,
    'FILE:4: ircd.tls.certificate: none.pem does not exist, expected a PEM file',
    'FILE:5: ircd.tls.key: none.key does not exist, expected a PEM file',
    'FILE:9: relay.tls.certificate: nothing.pem does not exist, expected a PEM file',
    'FILE:10: relay.tls.key: nothing.key does not exist, expected a PEM file',
    '',
  ]);
  expect(code).toBe(78);
});

test('a password in clear is not shown', async () => {
  const { code, out } = await checkText(
    '[[ircd.oper]]\nname = "ann"\npassword_hash = "correct-horse-battery"\n',
  );
  expect(out).toContain('(what is there is secret and not shown)');
  expect(out).not.toContain('horse');
  expect(code).toBe(78);
});

test('without a name it is the file of the instance that runs with that data directory', async () => {
  const shipped = registry.filter(({ id }) => id === 'relay');
  const host = await startTestHost(
    '[signalbox]\nautostart = ["relay"]\n[relay]\nlisten = [{ port = 0 }]\n',
    {},
    shipped,
    (id) => join(DAEMONS, id, 'main.ts'),
  );
  try {
    await host.plane.started;
    const { code, out } = await check('--data', host.dataDir);
    expect(out).toBe(`${host.configFile}: no mistakes\n`);
    expect(code).toBe(0);
    const dashboard = createServer().listen(0, '127.0.0.1');
    await once(dashboard, 'listening');
    const { port } = dashboard.address() as AddressInfo;
    host.plane.serves({ host: '127.0.0.1', port });
    await writeFile(host.configFile, `[relay]\nlisten = [{ port = ${port} }]\n`);
    const taken = await check('--data', host.dataDir);
    dashboard.close();
    expect(taken.out).toContain(`127.0.0.1:${port}: the dashboard of this Signalbox does`);
    await writeFile(host.configFile, '[relay]\nmode = 5\n');
    expect((await check('--data', host.dataDir)).out).toContain(`${host.configFile}:2: relay.mode:`);
  } finally {
    await host.close();
  }
});
