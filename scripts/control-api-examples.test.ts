/** Every example of the reference of the control API, run as it stands there. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONTROL_REQUESTS } from '../contract/control/requests.ts';
import { curlExample, REQUEST_NAMES } from './control-api-page.ts';

let dir: string;
let host: ChildProcess;
let where: { url: string; token: string };

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-examples-'));
  const config = join(dir, 'signalbox.toml');
  const listen = 'listen = [{ host = "127.0.0.1", port = 0 }]';
  await writeFile(config, `[ircd]\n${listen}\n[relay]\n${listen}\n`);
  const args = ['--json', '--port', '0', '--data', dir, '--config', config, '--autostart', 'ircd'];
  host = spawn(process.execPath, [join(import.meta.dirname, '../main/headless/main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = await once(createInterface(host.stdout ?? process.stdin), 'line');
  where = JSON.parse(String(line)) as typeof where;
});
afterAll(async () => {
  host.kill('SIGTERM');
  await once(host, 'exit');
  await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

/** Runs a line as a shell does; a machine without curl asks the same by fetch. */
async function run(name: (typeof REQUEST_NAMES)[number]): Promise<unknown> {
  const env = { ...process.env, URL: where.url, TOKEN: where.token };
  const hasCurl = await promisify(execFile)('curl', ['--version']).then(
    () => true,
    () => false,
  );
  if (hasCurl)
    return JSON.parse((await promisify(execFile)('sh', ['-c', curlExample(name)], { env })).stdout);
  const headers = { authorization: `Bearer ${where.token}`, 'content-type': 'application/json' };
  const body = JSON.stringify(CONTROL_REQUESTS[name].example);
  return await (await fetch(`${where.url}api/${name}`, { method: 'POST', headers, body })).json();
}

test.each(REQUEST_NAMES)('the example of %s is answered', async (name) => {
  // No host has the session or the task that a page can name.
  const answer =
    name === 'session.end' || name === 'task.cancel'
      ? { ok: false, error: { code: 'not_found' } }
      : { ok: true };
  expect(await run(name)).toMatchObject(answer);
});
