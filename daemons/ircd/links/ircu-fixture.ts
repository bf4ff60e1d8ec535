/** For tests: other servers of a network with ircu that are only lines, and what goes over the link to it. */
import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { vi } from 'vitest';
import { IRCU, TRANSCRIPTS } from '../../runtime/test-fixtures/ircu.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import { Link } from './link.ts';

/** Services that both ircu and our server know. */
export const SERVICES = 'services.test';

/** Services, or any server, that say and hear only what a test has them say. */
export class RawServer {
  readonly lines: string[] = [];
  readonly #socket: Socket;

  private constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    let rest = '';
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: string) => {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop()!;
      for (const line of lines) {
        const [source, token] = line.split(' ');
        if (token === 'G') this.say(`AF Z AF ${line.slice(`${source} G `.length)}`);
        this.lines.push(line);
      }
    });
  }

  /** Links {@link SERVICES}, with the numeric `AF`, to whoever listens there, and says `burst` first. */
  static async link(port: number, ...burst: string[]): Promise<RawServer> {
    const server = new RawServer(port);
    const seconds = Math.floor(Date.now() / 1000);
    server.say(
      'PASS :linkpw',
      `SERVER ${SERVICES} 1 ${seconds} ${seconds} J10 AF]]] +s6 :Services of the tests`,
    );
    await server.hears(/^SERVER /);
    server.say(...burst, 'AF EB');
    await server.hears(/^\S+ EB/);
    server.say('AF EA');
    await server.hears(/^\S+ EA/);
    return server;
  }

  say(...lines: string[]): void {
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(''), 'latin1');
  }

  async hears(pattern: RegExp): Promise<string> {
    await until(() => this.lines.some((line) => pattern.test(line)));
    return this.lines.find((line) => pattern.test(line))!;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Which tokens went over the link to ircu. */
export interface TokensSeen {
  readonly in: Set<string>;
  readonly out: Set<string>;
}

/** Writes down the tokens of all lines of links to ircu from here on. */
export function watchTokens(): TokensSeen {
  const seen: TokensSeen = { in: new Set(), out: new Set() };
  const { take, send } = Link.prototype;
  vi.spyOn(Link.prototype, 'take').mockImplementation(function (this: Link, line: string) {
    if (line.startsWith('SERVER ') || this.peerName === IRCU) seen.in.add(tokenOf(line));
    take.call(this, line);
  });
  vi.spyOn(Link.prototype, 'send').mockImplementation(function (this: Link, line: string) {
    if (this.peerName === IRCU) seen.out.add(tokenOf(line));
    send.call(this, line);
  });
  return seen;
}

function tokenOf(line: string): string {
  const [first = '', second = ''] = line.split(' ');
  return first === 'PASS' || first === 'SERVER' ? first : second;
}

/** Every token that stands in the transcripts of two real ircus and of services, beside this project. */
export function transcriptTokens(): ReadonlySet<string> {
  const tokens = new Set<string>();
  for (const name of readdirSync(TRANSCRIPTS).filter((file) => file.startsWith('transcript-')))
    for (const line of readFileSync(join(TRANSCRIPTS, name), 'utf8').split('\n')) {
      const said =
        /^ +[\d.]+ [AB]>[AB] (?!\*)(.*)$/.exec(line) ?? /^# services\.test sends: (.*)$/.exec(line);
      if (said !== null) tokens.add(tokenOf(said[1]!));
    }
  return tokens;
}
