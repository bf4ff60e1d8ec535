/** A headless host that is killed, or its daemons, and started again on one data directory. Used by bench/kills/trial.ts and bench/services.ts. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlOutcome } from '../../contract/control/messages.ts';
import type { ControlApi, ControlRequestName } from '../../contract/control/requests.ts';
import { portOf } from '../../contract/listen-place.ts';
import { hashPassword } from '../../daemons/ircd/passwords.ts';
import { SocketClient } from '../../main/cli/socket-client.ts';
import { readyLine } from '../shared/server-process.ts';

const ENTRY = resolve(import.meta.dirname, '../../main/headless/main.ts');
const READY_MS = 240_000;
/** The operator block of the IRC server, and the address whose clients it does not slow down. */
export const OPER_NAME = 'boss';
export const OPER_PASSWORD = 'sesame';
export const OPER_ADDRESS = '127.1.9.1';

const config = (passwordHash: string) => `
[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]
dns = false
[[ircd.class]]
name = "operators"
match = ["${OPER_ADDRESS}"]
throttle = false
flood = false
[[ircd.oper]]
name = "${OPER_NAME}"
hosts = ["*"]
password_hash = "${passwordHash}"
flags = ["kill", "kline"]
[relay]
listen = [{ host = "127.0.0.1", port = 0 }]
`;

/** What runs on a host. */
export interface Victims {
  /** Started with it. */
  readonly daemons: readonly string[];
  readonly toml: string;
}

const EVERYDAY = async (): Promise<Victims> => ({
  daemons: ['ircd', 'relay'],
  toml: config(await hashPassword(OPER_PASSWORD)),
});

/** The host, whichever process it is at present. */
export class VictimHost {
  readonly #folder: string;
  readonly #victims: () => Promise<Victims>;
  #child: ChildProcess | null = null;
  #client: SocketClient | null = null;
  #ircPort: number | null = null;

  /**
   * @param folder exists and is empty
   * @param victims what runs there; the IRC server and the relay where absent
   */
  constructor(folder: string, victims: () => Promise<Victims> = EVERYDAY) {
    this.#folder = folder;
    this.#victims = victims;
  }

  /** Whether there is somebody to ask. */
  get connected(): boolean {
    return this.#client !== null;
  }

  /** Where the IRC server listens; null while it is not there. */
  get ircPort(): number | null {
    return this.#ircPort;
  }

  /** Starts it, and resolves when its daemons run. */
  async start(): Promise<void> {
    const file = join(this.#folder, 'signalbox.toml');
    const { daemons, toml } = await this.#victims();
    await writeFile(file, toml);
    const place = ['--data', this.#folder, '--config', file];
    const args = [ENTRY, '--port', '0', '--json', '--autostart', daemons.join(','), ...place];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child = child;
    await readyLine(child, 'the host', READY_MS);
    this.#client = await SocketClient.connect(this.#folder);
    for (const id of ['recorder', ...daemons]) await this.#up(id);
    await this.#findIrcd();
  }

  /** The port of a listener of a daemon that speaks a protocol. */
  async portOf(daemon: string, protocol: string): Promise<number> {
    const listeners = (await this.#snapshot(daemon))?.listeners ?? [];
    return portOf(listeners.find((one) => one.protocol === protocol));
  }

  /** The process of a daemon. */
  async pidOf(daemon: string): Promise<number> {
    const pid = (await this.#snapshot(daemon))?.pid;
    if (pid == null) throw new Error(`${daemon} has no process`);
    return pid;
  }

  /** One request, or null where nothing answered. */
  async ask<Name extends ControlRequestName>(
    name: Name,
    args: ControlApi[Name]['args'],
  ): Promise<ControlOutcome<ControlApi[Name]['result']> | null> {
    const client = this.#client;
    if (client === null) return null;
    const outcome = await Promise.race([client.request(name, args), client.closed.then(() => null)]);
    return outcome === null || (!outcome.ok && outcome.error.code === 'no_instance') ? null : outcome;
  }

  /** Ends a process, or several at once, as nothing can be prepared for, and resolves when everything is as before. */
  async kill(...targets: readonly string[]): Promise<void> {
    await Promise.all(targets.map((target) => this.#kill(target)));
  }

  async #kill(target: string): Promise<void> {
    if (target === 'main' || target === 'ircd') this.#ircPort = null;
    if (target === 'main') {
      const child = this.#child;
      this.#client = null;
      child?.kill('SIGKILL');
      if (child !== null && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await this.start();
      return;
    }
    const before = await this.#snapshot(target);
    if (before?.pid == null) throw new Error(`${target} has no process to kill`);
    process.kill(before.pid, 'SIGKILL');
    const deadline = performance.now() + READY_MS;
    for (;;) {
      const now = await this.#snapshot(target);
      if (now === undefined) throw new Error(`the host ended when ${target} was killed`);
      if (now.instance > before.instance && now.state === 'running') {
        await this.#findIrcd();
        return;
      }
      if (performance.now() > deadline)
        throw new Error(`${target} is ${now.state} after its kill: ${now.cause}`);
      // An operator who does not wait, which also makes crashes no loop.
      if (now.state === 'backoff' || now.state === 'failed') await this.ask('daemon.start', { id: target });
      await sleep(20);
    }
  }

  /** Ends it with all that belongs to it. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#client?.close();
    this.#client = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }

  async #findIrcd(): Promise<void> {
    this.#ircPort = portOf((await this.#snapshot('ircd'))?.listeners[0]) || null;
  }

  async #snapshot(id: string) {
    const status = await this.ask('status', {});
    return status?.ok === true ? status.result.daemons.find((daemon) => daemon.id === id) : undefined;
  }

  async #up(id: string): Promise<void> {
    const deadline = performance.now() + READY_MS;
    while ((await this.#snapshot(id))?.state !== 'running') {
      if (performance.now() > deadline) throw new Error(`${id} does not run`);
      await sleep(50);
    }
  }
}
