/** People chat from a page in a real browser, over WebSocket, with those on ordinary clients. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import type { TcpListenerInfo } from '../contract/link/endpoint.ts';
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
}

/** The web chat's own server, from this machine: a browser lets pages of others not connect to it. */
const pages = createServer((_request, response) => {
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
