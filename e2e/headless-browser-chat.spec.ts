/** People chat from a page in a real browser, over WebSocket, with those on ordinary clients. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { build } from 'vite';
import type { TcpListenerInfo } from '../contract/link/endpoint.ts';
import { connectRelay } from '../daemons/relay/client/node-connection.ts';
import { IrcClient } from './clients/irc-client.ts';
import { expect, test } from './fixtures.ts';

test.use({
  sharedApp: 'everyday',
  config: `
[ircd]
listen = [
  { host = "127.0.0.1", port = 0 },
  { host = "127.0.0.1", port = 0, protocol = "websocket" },
]
[relay]
listen = [
  { host = "127.0.0.1", port = 0 },
  { host = "127.0.0.1", port = 0, protocol = "websocket" },
]
`,
});

/** What the page has seen of its connection. */
interface PageChat {
  readonly socket: WebSocket;
  readonly lines: string[];
  /** `open`, or how it ended. */
  state: string;
}

declare global {
  var chat: PageChat;
  /** What the page has heard over the relay. */
  var relayHeard: string[];
}

/** The client library of the relay as a page loads it: bundled for browsers, in which nothing of Node is to be had. */
async function relayClient(): Promise<string> {
  const bundled = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: {
        entry: join(import.meta.dirname, '../daemons/relay/client/browser-connection.ts'),
        formats: ['es'],
      },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const [output] = [bundled].flat();
  if (output === undefined || !('output' in output)) throw new Error('nothing was bundled');
  return output.output[0].code;
}

/** The web chat's own server, from this machine: a browser lets pages of others not connect to it. */
const pages = createServer(async (request, response) => {
  if (request.url === '/relay-client.js') {
    response.setHeader('content-type', 'text/javascript');
    response.end(await relayClient());
    return;
  }
  response.setHeader('content-type', 'text/html');
  response.end('<!doctype html><title>Chat</title>');
});

test.beforeAll(async () => {
  await once(pages.listen(0, '127.0.0.1'), 'listening');
});
test.afterAll(() => {
  pages.closeAllConnections();
  pages.close();
});

/** Opens a page with a chat in it. */
async function openChat(page: Page, { host, port }: TcpListenerInfo): Promise<void> {
  await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
  await page.evaluate((url) => {
    const socket = new WebSocket(url, ['text.ircv3.net', 'binary.ircv3.net']);
    globalThis.chat = { socket, lines: [], state: 'connecting' };
    const { chat } = globalThis;
    socket.onopen = () => {
      chat.state = `open ${socket.protocol}`;
    };
    socket.onmessage = ({ data }) => chat.lines.push(data);
    socket.onclose = ({ code, reason, wasClean }) => {
      chat.state = `closed ${code} ${reason} ${wasClean}`;
    };
  }, `ws://${host}:${port}`);
}

const stateOf = (page: Page) => page.evaluate(() => globalThis.chat.state);
const heardBy = (page: Page, text: string) =>
  page.evaluate((wanted) => globalThis.chat.lines.some((line) => line.includes(wanted)), text);
const say = (page: Page, ...lines: string[]) =>
  page.evaluate((all) => {
    for (const line of all) globalThis.chat.socket.send(line);
  }, lines);

test('a page chats with an ordinary client, and the dashboard shows both listeners', async ({
  app,
  dashboardBrowser,
}) => {
  const plain = await app.startDaemon('ircd');
  const { listeners } = await app.daemon('ircd');
  expect(listeners.map(({ protocol }) => protocol)).toEqual(['irc', 'websocket']);
  const webSocket = await app.listener('ircd', 'websocket');
  await expect(app.card('ircd')).toContainText(`:${webSocket.port}`);

  const ann = await IrcClient.connect(plain, 'ann');
  await ann.join('#lobby');
  const context = await dashboardBrowser!.newContext();
  const page = await context.newPage();
  await openChat(page, webSocket);
  await expect.poll(() => stateOf(page)).toBe('open text.ircv3.net');
  await say(
    page,
    'NICK bob',
    'USER bob 0 * :Bob in a browser',
    'JOIN #lobby',
    'PRIVMSG #lobby :good morning 🐢',
  );
  await expect.poll(() => ann.hasHeard('good morning 🐢')).toBe(true);
  ann.say('#lobby', 'żółw to you');
  await expect.poll(() => heardBy(page, 'PRIVMSG #lobby :żółw to you')).toBe(true);
  expect(await page.evaluate(() => globalThis.chat.lines.some((line) => /[\r\n]/.test(line)))).toBe(false);

  await say(page, 'QUIT :off to lunch');
  await expect.poll(() => stateOf(page)).toBe('closed 1000 Quit: off to lunch true');
  await expect.poll(() => ann.lines.some((line) => line.includes('QUIT :Quit: off to lunch'))).toBe(true);
  ann.quit();
  await context.close();
});

test('a page talks in a room of the relay, sealed, with a program beside it', async ({
  app,
  dashboardBrowser,
}) => {
  await app.startDaemon('relay');
  const [plain, webSocket] = await Promise.all(
    (['frames', 'websocket'] as const).map((protocol) => app.listener('relay', protocol)),
  );
  const heard: string[] = [];
  const program = await connectRelay({
    host: plain!.host,
    port: plain!.port,
    mode: 'rooms',
    peer: 'program',
    onMessage: ({ from, payload }) => heard.push(`${from} ${Buffer.from(payload)}`),
  });
  await program.join('den');
  const context = await dashboardBrowser!.newContext();
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
  const opened = await page.evaluate(async (url) => {
    const source = '/relay-client.js';
    const { connectRelay: connectPage } = await import(source);
    globalThis.relayHeard = [];
    const client = await connectPage({
      url,
      mode: 'rooms',
      peer: 'page',
      onMessage: ({ from, payload }: { from: string; payload: Uint8Array }) =>
        globalThis.relayHeard.push(`${from} ${new TextDecoder().decode(payload)}`),
    });
    await client.join('den');
    await client.toRoom('den', 'good morning 🐢');
    return { relay: client.relay as string, security: client.welcome.security as object };
  }, `ws://${webSocket!.host}:${webSocket!.port}`);
  expect(opened).toMatchObject({ relay: program.relay, security: { mode: 'noise' } });
  await expect.poll(() => heard).toEqual(['page good morning 🐢']);
  await program.toPeer('page', 'żółw to you');
  await expect.poll(() => page.evaluate(() => globalThis.relayHeard)).toEqual(['program żółw to you']);
  program.close();
  await context.close();
});
