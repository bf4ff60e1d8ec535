/**
 * Attacks on main's HTTP server by clients that are not logged in: requests that do not wait for answers, bodies in
 * pieces of a byte, connections without end, files without a pause. An attacker whose connection is closed opens another.
 */
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Scenario, Target } from './scenario.ts';

const ADDRESS = '127.1.0.1';
const LIMIT_MS = 9_000;

const head = (method: string, path: string, ...lines: readonly string[]) =>
  `${[`${method} ${path} HTTP/1.1`, 'Host: localhost', ...lines].join('\r\n')}\r\n\r\n`;

/** What one attacker sends over one connection. */
interface Script {
  /** Sent as soon as it is connected. */
  readonly first: Buffer;
  /** Sent whenever the kernel has taken what came before; null for nothing. */
  readonly more: Buffer | null;
  /** Sent for each answer that comes in; null where answers are not looked at. */
  readonly next?: Buffer;
  /** Reads no answers. */
  readonly deaf?: boolean;
}

/** So many attackers, each always with one connection, until the deadline. */
function attackers(count: number, script: Script, addressOf: (index: number) => string = () => ADDRESS) {
  return async (target: Target) => {
    const sockets = new Set<Socket>();
    let opened = 0;
    let answers = 0;
    let over = false;
    const open = (index: number) => {
      if (over) return;
      const socket = connect({ host: '127.0.0.1', port: target.port, localAddress: addressOf(index) });
      sockets.add(socket);
      const pump = () => {
        const { more } = script;
        if (more === null) return;
        // One write at a time: what the server does not read waits in the kernel.
        while (!socket.destroyed && socket.write(more));
      };
      socket.on('connect', () => {
        opened++;
        socket.write(script.first);
        pump();
      });
      socket.on('drain', pump);
      if (script.deaf === true) socket.pause();
      else
        socket.on('data', () => {
          answers++;
          if (script.next !== undefined) socket.write(script.next);
        });
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        setImmediate(open, index);
      });
    };
    return {
      async run() {
        for (let index = 0; index < count; index++) open(index);
        await new Promise((resolve) => setTimeout(resolve, target.deadlineMs - performance.now() - 200));
        over = true;
        target.note('connections opened', opened);
        target.note('pieces answered', answers);
      },
      close() {
        over = true;
        for (const socket of sockets) socket.destroy();
      },
    };
  };
}

/** The path of the window's script, which is by far its largest file. */
function scriptPath(): string {
  const folder = join(import.meta.dirname, '../../out/renderer/assets');
  const script = readdirSync(folder).find((name) => name.endsWith('.js'));
  if (script === undefined) throw new Error(`no script in ${folder}; build the window with: npm run build`);
  return `/assets/${script}`;
}

const main = { daemon: 'main', limitMs: LIMIT_MS } as const;
const live = head('GET', '/livez');
const chunked = head('POST', '/login', 'Content-Type: application/json', 'Transfer-Encoding: chunked');
const webSocket = head(
  'GET',
  '/control',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
);
const bytes = (text: string) => Buffer.from(text, 'latin1');

export const mainScenarios: readonly Scenario[] = [
  {
    ...main,
    id: 'http-calm',
    title: 'Nobody attacks: what the machine itself makes of a request',
    limitMs: 5_000,
    prepare: attackers(0, { first: bytes(live), more: null }),
  },
  {
    ...main,
    id: 'http-pipelining',
    title: '400 connections without login that send requests without waiting for answers',
    prepare: attackers(400, { first: bytes(live.repeat(2_000)), more: bytes(live.repeat(2_000)) }),
  },
  {
    ...main,
    id: 'http-chunks',
    title: '100 connections without login that send bodies in chunks of a byte',
    prepare: attackers(100, { first: bytes(chunked), more: bytes('1\r\nx\r\n'.repeat(10_000)) }),
  },
  {
    ...main,
    id: 'http-connections',
    title: '200 clients of one address that connect, ask once and connect anew',
    prepare: attackers(200, { first: bytes(head('GET', '/livez', 'Connection: close')), more: null }),
  },
  {
    ...main,
    id: 'http-upgrades',
    title: 'The same with upgrades to a WebSocket',
    prepare: attackers(200, { first: bytes(webSocket), more: null }),
  },
  {
    ...main,
    id: 'http-addresses',
    title: '400 clients of as many addresses that connect, ask once and connect anew',
    prepare: attackers(
      400,
      { first: bytes(head('GET', '/livez', 'Connection: close')), more: null },
      (index) => `127.1.${Math.floor(index / 200)}.${1 + (index % 200)}`,
    ),
  },
  {
    ...main,
    id: 'http-headers',
    title: '200 connections from three addresses with headers of 64 KiB',
    prepare: attackers(
      200,
      { first: bytes(`GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(11_000)}\r\n`), more: null },
      (index) => `127.1.0.${1 + (index % 3)}`,
    ),
  },
  {
    ...main,
    id: 'http-uploads',
    title: '100 connections without login that send bodies of 16 MB',
    prepare: attackers(100, {
      first: bytes(head('POST', '/login', 'Content-Type: application/json', 'Content-Length: 16000000')),
      more: Buffer.alloc(65_536, 'x'),
    }),
  },
  {
    ...main,
    id: 'http-files',
    title: '400 connections that are kept and ask for a file as soon as they have the last',
    prepare: attackers(400, { first: bytes(head('GET', '/')), more: null, next: bytes(head('GET', '/')) }),
  },
  {
    ...main,
    id: 'http-unread',
    title: "400 connections that ask for the window's script and do not read it",
    memory: true,
    prepare: (target) =>
      attackers(400, { first: bytes(head('GET', scriptPath())), more: null, deaf: true })(target),
  },
  {
    ...main,
    id: 'http-idle',
    title: '600 connections that begin a request and fall silent',
    prepare: attackers(600, { first: bytes('GET / HTTP/1.1\r\nX'), more: null }),
  },
  {
    ...main,
    id: 'http-silent',
    title: '2,000 connections of eight addresses that say nothing',
    prepare: attackers(
      2_000,
      { first: Buffer.alloc(0), more: null },
      (index) => `127.1.0.${1 + (index % 8)}`,
    ),
  },
];
