// How clients of the tools come in: over WebSockets, and with a password; processes of their own (child_process).
import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { hashPassword } from '../../daemons/ircd/passwords.ts';
import { TCP } from '../ircd/servers.ts';
import { counts, load, loadTests } from './load-tests.ts';

const { file: fileOf, loaded, ourServer } = loadTests();
const FRAMES = '--websocket';

test('clients come over WebSockets to our own server and measure the same things', async () => {
  const connect = await loaded('connect', '--clients', '5', FRAMES, '--tls');
  expect(counts(connect)).toEqual({ 'time to 001, ms': 5 });
  const short = ['--channels', '2', '--seconds', '1'];
  const said = await loaded('throughput', '--clients', '6', ...short, '--warmup', '0', FRAMES, '--tls');
  expect(said.facts['deliveries/s, whole time']).toBeGreaterThan(0);
  const mixed = await loaded('mixed', '--clients', '6', ...short, '--rate', '60', FRAMES, '--tls');
  expect(mixed.facts).toMatchObject({ refused: 0, unanswered: 0, 'due and never sent': 0 });
  const channel = await loaded('channel', '--members', '4', '--rate', '10', '--seconds', '1', FRAMES);
  expect(channel.facts).toMatchObject({ 'not seen by all': 0, 'declined by the server': 0 });
});

test('a named server takes WebSockets where it listens for them, from pages that it allows and from programs', async () => {
  const { port, morePorts } = await ourServer(
    [TCP, '{ host = "127.0.0.1", port = 0, protocol = "websocket" }'],
    'websocket_origins = ["https://chat.example.net"]\n',
  );
  const to = (at: number | undefined) => ['--websocket', '--clients', '3', '--against', `localhost:${at}`];
  for (const tool of ['connect', 'mixed']) {
    const some = tool === 'mixed' ? ['--channels', '1', '--seconds', '1'] : [];
    expect(await load(tool, ...some, ...to(morePorts?.[0]))).toMatchObject({ code: 0, err: '' });
    const page = (origin: string) => load(tool, ...some, ...to(morePorts?.[0]), '--origin', origin);
    expect(await page('https://chat.example.net')).toMatchObject({ code: 0, err: '' });
    expect(await page('https://other.example.net')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/load: refused: .*WebSocket.*HTTP\/1\.1 403.*--origin/),
    });
    expect(await load(tool, ...some, ...to(port))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/load: refused: .*WebSocket/),
    });
  }
});

test('the password of a server is said by every client, and told by nobody', async () => {
  const password = 'open :s3same';
  const file = fileOf('server-password');
  const result = fileOf('secret.json');
  const config = `password_hash = "${await hashPassword(password)}"\n`;
  const { port } = await ourServer([TCP], config);
  for (const words of [
    ['connect', '--clients', '2'],
    ['mixed', '--clients', '2', '--channels', '1', '--seconds', '1'],
  ]) {
    const named = [...words, '--against', `127.0.0.1:${port}`, '--json', result];
    const secret = [...named, '--password-file', file];
    await writeFile(file, `${password}\n`);
    const said = await load(...secret);
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out + (await readFile(result, 'utf8'))).not.toContain('s3same');
    await writeFile(file, 'wrong\n');
    for (const refused of [named, secret])
      expect(await load(...refused)).toMatchObject({
        code: 1,
        err: expect.stringContaining('load: refused: '),
      });
    await writeFile(file, `${password}\nand more\n`);
    expect(await load(...secret)).toMatchObject({
      code: 2,
      err: expect.stringContaining('load: bad_request: --password-file names'),
    });
  }
  await writeFile(file, password);
  const own = await loaded('connect', '--clients', '2', '--websocket', '--password-file', file);
  expect(counts(own)).toEqual({ 'time to 001, ms': 2 });
});
