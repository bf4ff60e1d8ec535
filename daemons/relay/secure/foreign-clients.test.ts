/**
 * Clients by other people's Noise: snow in Rust, noiseprotocol in Python. Each handshakes with a relay over a real socket, verifies
 * its identity, and sends large and small messages across new keys on both sides. They run where cargo, or python3 with pip, is there and gets
 * what the client needs.
 */
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { TestRelay } from '../test-relay.ts';

const run = promisify(execFile);
/** A place without its packages does not answer. */
const BUILD_MS = 240_000;
const FOREIGN = join(import.meta.dirname, 'foreign');
/** Where what they need is kept between runs. */
const CACHE = join(import.meta.dirname, '../../../node_modules/.cache');

/** What can be run, or null where it cannot. */
function tool(name: string, find: () => readonly string[]): readonly string[] | null {
  try {
    return find();
  } catch (error) {
    const [why] = String((error as { stderr?: unknown }).stderr || error)
      .trim()
      .split('\n')
      .slice(-1);
    process.stderr.write(`SKIPPED: no client by ${name} here (${why})\n`);
    return null;
  }
}

/** What the client in Python needs, in a folder of its own. */
const PACKAGES = join(CACHE, 'noise-client');
const env = { ...process.env, PYTHONPATH: PACKAGES };

const python = tool('noiseprotocol', () => {
  const ask = (...args: readonly string[]) =>
    execFileSync('python3', args, { env, stdio: 'pipe', timeout: BUILD_MS });
  const imports = () => ask('-c', 'import noise.connection, cryptography');
  try {
    imports();
  } catch {
    const requirements = join(FOREIGN, 'requirements.txt');
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--upgrade'];
    ask(...pip, '--target', PACKAGES, '-r', requirements);
    imports();
  }
  return ['python3', join(FOREIGN, 'noise_client.py')];
});

const snow = tool('snow', () => {
  const target = join(CACHE, 'snow-client');
  execFileSync('cargo', ['build', '--quiet', '--locked'], {
    cwd: join(FOREIGN, 'snow-client'),
    env: { ...process.env, CARGO_TARGET_DIR: target },
    stdio: 'pipe',
    timeout: BUILD_MS,
  });
  return [join(target, 'debug', 'snow-client')];
});

let relay: TestRelay | null = null;
afterEach(async () => {
  await relay?.close();
  relay = null;
});

for (const [name, command] of [
  ['noiseprotocol', python],
  ['snow', snow],
] as const)
  it.skipIf(command === null)(`a client by ${name} gets every echo, and knows the relay`, async () => {
    relay = await TestRelay.start({ rekey_frames: 2 });
    const [program, ...first] = command!;
    const { stdout } = await run(program!, [...first, String(relay.port), '8'], { env });
    expect(stdout.trim().split('\n')).toEqual([relay.server.door.identity, ...Array(8).fill('same')]);
    relay.registry.sample();
    expect(relay.metrics.rekeys.value).toBeGreaterThan(2);
    expect(relay.metrics.handshakeFailures.value).toBe(0);
  });
