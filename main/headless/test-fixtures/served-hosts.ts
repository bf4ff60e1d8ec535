/** The headless host as a program of its own, on a data directory of each test. For tests of `serve` only. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { ControlResults } from '../../../contract/control/requests.ts';
import { SocketClient } from '../../cli/socket-client.ts';
import { serveFlags } from './serve-flags.ts';

/** The program. */
export const ENTRY = join(import.meta.dirname, '../main.ts');
const CONFIG = `
[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]
[relay]
listen = [{ host = "127.0.0.1", port = 0 }]
`;

/** A program that was started. */
export interface Served {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  readonly exit: Promise<number | null>;
}

type Daemons = ControlResults['status']['daemons'];

/** Hosts on one data directory. What still runs at the end of a test is killed. */
export class ServedHosts {
  dir = '';
  #started: Served[] = [];

  constructor() {
    beforeEach(async () => {
      this.dir = await mkdtemp(join(tmpdir(), 'signalbox-serve-'));
      await writeFile(this.configFile, CONFIG);
      this.#started = [];
    });
    afterEach(async () => {
      for (const { child, exit } of this.#started) {
        child.kill('SIGKILL');
        await exit;
      }
      await rm(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    });
  }

  get configFile(): string {
    return join(this.dir, 'signalbox.toml');
  }

  serve(...args: string[]): Served {
    return this.run(ENTRY, args);
  }

  run(entry: string, args: readonly string[]): Served {
    return this.start([entry, ...serveFlags(this.dir, this.configFile), ...args]);
  }

  start(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Served {
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env });
    const output = { stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      output.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      output.stderr += text;
    });
    // Not 'close', which never comes for a child whose channel was disconnected.
    const exit = once(child, 'exit').then(([code]) => code as number | null);
    const served = { child, output, exit };
    this.#started.push(served);
    return served;
  }

  async ready({ output, exit }: Served): Promise<{ url: string; token: string }> {
    await Promise.race([vi.waitFor(() => expect(output.stdout).toContain('\n')), exit]);
    const lines = output.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    const line = JSON.parse(lines[0] ?? '') as { event: string; url: string; token: string };
    expect(Object.keys(line)).toEqual(['event', 'url', 'token']);
    expect(line.event).toBe('ready');
    expect(line.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    return line;
  }

  async daemons(): Promise<Daemons> {
    const client = await SocketClient.connect(this.dir);
    const outcome = await client.request('status', {});
    client.close();
    if (!outcome.ok) throw new Error(outcome.error.message);
    return outcome.result.daemons;
  }

  /** Resolves with all daemons once those named run. */
  async running(...ids: string[]): Promise<Daemons> {
    return await vi.waitFor(
      async () => {
        const all = await this.daemons();
        const up = all.filter(({ state }) => state === 'running').map(({ id }) => id);
        expect(up).toEqual(expect.arrayContaining(ids));
        return all;
      },
      { interval: 100 },
    );
  }
}
