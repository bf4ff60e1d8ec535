/** For tests: WeeChat, as people have it, which connects to a server and logs in by SASL. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = 'weechat-headless';

/** Whether it is installed; where it is not, that is said. */
export function hasWeeChat(untested: string): boolean {
  if (spawnSync(PROGRAM, ['--version']).status === 0) return true;
  process.stderr.write(`${untested} NOT TESTED: ${PROGRAM} is not there.\n`);
  return false;
}

/** How it logs in, and where. */
export interface WeeChatOptions {
  readonly port: number;
  readonly nick: string;
  readonly channel: string;
  readonly mechanism: 'plain' | 'scram-sha-256' | 'external';
  readonly account?: string;
  readonly password?: string;
  /** A file with a certificate and its key, which it shows over TLS; without it there is no TLS. */
  readonly certificate?: string;
}

export class WeeChat {
  readonly #child: ChildProcess;
  readonly #folder: string;

  constructor(options: WeeChatOptions) {
    const { port, nick, channel, mechanism, account, password, certificate } = options;
    this.#folder = mkdtempSync(join(tmpdir(), 'signalbox-weechat-'));
    const set = (name: string, value: string) => `/set irc.server.here.${name} ${value}`;
    // Before 4.0 what is called tls was called ssl; the name that it does not know changes nothing.
    const secured = ['tls', 'ssl'].flatMap((name) =>
      certificate === undefined
        ? [set(name, 'off')]
        : [set(name, 'on'), set(`${name}_verify`, 'off'), set(`${name}_cert`, certificate)],
    );
    const commands = [
      `/server add here 127.0.0.1/${port}`,
      ...secured,
      set('nicks', nick),
      set('autojoin', channel),
      set('sasl_mechanism', mechanism),
      ...(account === undefined ? [] : [set('sasl_username', account), set('sasl_password', password ?? '')]),
      '/connect here',
    ];
    const args = commands.flatMap((command) => ['-r', command]);
    this.#child = spawn(PROGRAM, ['-d', this.#folder, ...args], { stdio: 'ignore' });
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
