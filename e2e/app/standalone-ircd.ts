/** Another IRC server, as somebody would run it elsewhere: a process of its own without a host, to be linked to. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TcpListenerInfo } from '../../contract/link/endpoint.ts';
import { CACHE_HOME, NODE, programOf } from './binaries.ts';

export class StandaloneIrcd {
  readonly #process: ChildProcess;
  readonly #listeners: readonly TcpListenerInfo[];

  private constructor(process: ChildProcess, listeners: readonly TcpListenerInfo[]) {
    this.#process = process;
    this.#listeners = listeners;
  }

  /**
   * Starts one with a listener for clients and one for servers, and resolves when it listens.
   * @param folder for its files; it need not exist
   * @param settings further lines of `[ircd]`, and tables after it
   */
  static async start(
    folder: string,
    name: string,
    numeric: number,
    settings: string,
  ): Promise<StandaloneIrcd> {
    await mkdir(folder, { recursive: true });
    const config = join(folder, 'signalbox.toml');
    const listen = `[{ host = "127.0.0.1", port = 0 }, { host = "127.0.0.1", port = 0, protocol = "p10" }]`;
    await writeFile(
      config,
      `[ircd]\nserver_name = "${name}"\nnumeric = ${numeric}\nlisten = ${listen}\ndns = false\n${settings}\n`,
    );
    const program = programOf('daemons/ircd/main.ts');
    const argv = [...program, '--standalone', '--config', config, '--data', folder];
    const child = spawn(NODE, argv, {
      env: { ...process.env, XDG_CACHE_HOME: CACHE_HOME },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`${name} ended with ${code} before it listened`);
    });
    const first = once(createInterface({ input: child.stdout }), 'line');
    const [line] = (await Promise.race([first, ended])) as [string];
    ended.catch(() => {});
    const { listeners } = JSON.parse(line) as { readonly listeners: readonly TcpListenerInfo[] };
    return new StandaloneIrcd(child, listeners);
  }

  /** Where clients connect, or with `p10` servers. */
  listener(protocol: 'irc' | 'p10'): TcpListenerInfo {
    return this.#listeners.find((listener) => listener.protocol === protocol)!;
  }

  /** Ends it as its operator would, and resolves when it is gone. Calling it twice is fine. */
  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await gone;
  }
}
