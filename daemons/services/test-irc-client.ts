/** For tests: clients as people have them, which connect to a server and log in by themselves: WeeChat and irssi. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAMS = { WeeChat: 'weechat-headless', irssi: 'irssi' } as const;
/** A client of one make. */
export type IrcClientMake = keyof typeof PROGRAMS;

/** The makes that are installed; of each that is not, that is said. @param untested what is not tried then: `Logins are` */
export function installed(untested: string): IrcClientMake[] {
  return (Object.keys(PROGRAMS) as IrcClientMake[]).filter((make) => {
    const program = PROGRAMS[make];
    if (spawnSync(program, ['--version']).status === 0) return true;
    process.stderr.write(`${untested} NOT TESTED with ${make}: ${program} is not there.\n`);
    return false;
  });
}

/** How it logs in, and where. */
export interface IrcClientOptions {
  readonly make: IrcClientMake;
  readonly port: number;
  readonly nick: string;
  readonly channel: string;
  /** Absent where it does not log in by SASL. */
  readonly sasl?: {
    readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'EXTERNAL';
    readonly account: string;
    readonly password?: string;
  };
  /** What it says once it is connected. */
  readonly message?: { readonly to: string; readonly text: string };
  /** A file with a certificate and its key, which it shows over TLS; without it there is no TLS. */
  readonly certificate?: string;
}

export class IrcClient {
  readonly #child: ChildProcess;
  readonly #folder: string;

  constructor(options: IrcClientOptions) {
    this.#folder = mkdtempSync(join(tmpdir(), 'signalbox-client-'));
    const start = options.make === 'irssi' ? startIrssi : startWeeChat;
    this.#child = start(options, this.#folder);
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

function startWeeChat(
  { port, nick, channel, sasl, message, certificate }: IrcClientOptions,
  folder: string,
): ChildProcess {
  const set = (name: string, value: string) => `/set irc.server.here.${name} ${value}`;
  // Before 4.0 what is called tls was called ssl; the name that it does not know changes nothing.
  const secured = ['tls', 'ssl'].flatMap((name) =>
    certificate === undefined
      ? [set(name, 'off')]
      : [set(name, 'on'), set(`${name}_verify`, 'off'), set(`${name}_cert`, certificate)],
  );
  const password = sasl?.password;
  const commands = [
    `/server add here 127.0.0.1/${port}`,
    ...secured,
    set('nicks', nick),
    set('autojoin', channel),
    ...(sasl === undefined ? [] : [set('sasl_mechanism', sasl.mechanism.toLowerCase())]),
    ...(sasl === undefined || password === undefined
      ? []
      : [set('sasl_username', sasl.account), set('sasl_password', password)]),
    ...(message === undefined ? [] : [set('command', `/quote PRIVMSG ${message.to} :${message.text}`)]),
    '/connect here',
  ];
  const args = commands.flatMap((command) => ['-r', command]);
  return spawn(PROGRAMS.WeeChat, ['-d', folder, ...args], { stdio: 'ignore' });
}

function startIrssi(
  { port, nick, channel, sasl, message, certificate }: IrcClientOptions,
  folder: string,
): ChildProcess {
  const block = (values: Readonly<Record<string, string | undefined>>) =>
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name} = ${JSON.stringify(value)};`)
      .join(' ');
  const server = {
    ...{ address: '127.0.0.1', chatnet: 'here', port: `${port}`, autoconnect: 'yes' },
    ...(certificate === undefined ? {} : { use_tls: 'yes', tls_verify: 'no', tls_cert: certificate }),
  };
  const chatnet = {
    type: 'IRC',
    nick,
    sasl_mechanism: sasl?.mechanism,
    sasl_username: sasl?.account,
    sasl_password: sasl?.password,
    autosendcmd: message === undefined ? undefined : `/quote PRIVMSG ${message.to} :${message.text}`,
  };
  const config = [
    `servers = ( { ${block(server)} } );`,
    `chatnets = { here = { ${block(chatnet)} }; };`,
    `channels = ( { ${block({ name: channel, chatnet: 'here', autojoin: 'yes' })} } );`,
    `settings = { core = { ${block({ real_name: nick, user_name: nick, nick })} }; };`,
  ];
  writeFileSync(join(folder, 'config'), `${config.join('\n')}\n`, { mode: 0o600 });
  // It draws on a terminal that nobody looks at, and ends with what it reads from.
  return spawn(PROGRAMS.irssi, [`--home=${folder}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, TERM: 'vt100' },
  });
}
