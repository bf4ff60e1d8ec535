/**
 * A host without a process, for the regression images: it serves the built window to a page whose clock stands still, and answers
 * over the sockets of that page what a scene says, the same every time.
 */
import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import type { Page, WebSocketRoute } from '@playwright/test';
import mime from 'mime';
import type { ControlApi, ControlRequestName } from '../../contract/control/requests.ts';
import type { FromWindow, ToWindow } from '../../contract/stream.ts';
import { ROOT } from '../app/binaries.ts';
import { frameAt, recordedOf } from './figures.ts';
import { CATALOGS, MANIFESTS } from './network.ts';
import { CLIENTS, ENTRIES, MAIN_PID, NOW, RECORDS, type Scene } from './scenes.ts';

/** Nothing listens there: all is answered by the spec. Of this machine, so that the browser gives the page a clipboard. */
const ORIGIN = 'http://localhost:9';
const WINDOW = join(ROOT, 'out/renderer');
/** Milliseconds of the page's clock that pass at a time. */
const TICK_MS = 50;
/** So often in a row nothing may have been said before a page stands still: longer than it waits before it asks for what was typed. */
const QUIET_TICKS = 6;

type Answers = {
  readonly [Name in ControlRequestName]?: (args: ControlApi[Name]['args']) => ControlApi[Name]['result'];
};

export class StillHost {
  readonly #page: Page;
  readonly #scene: Scene;
  /** Rises with everything that is said. */
  #said = 0;

  private constructor(page: Page, scene: Scene) {
    this.#page = page;
    this.#scene = scene;
  }

  /** Opens an address of the window, such as `/audit`, and lets it come to rest. */
  static async open(page: Page, scene: Scene, address: string): Promise<StillHost> {
    const host = new StillHost(page, scene);
    await page.route(`${ORIGIN}/**`, async (route) => {
      host.#said++;
      const path = new URL(route.request().url()).pathname;
      if (path === '/session')
        await route.fulfill({ json: { ok: true, result: { name: 'mira', session: '3fa94c21' } } });
      else if (path.endsWith('/')) await route.fulfill(await served('index.html'));
      else await route.fulfill(await served(path));
      host.#said++;
    });
    await page.routeWebSocket(/\/control$/, (socket) => host.#control(socket));
    await page.routeWebSocket(/\/stream\//, (socket) => host.#stream(socket));
    await page.clock.install({ time: NOW - 60_000 });
    await page.clock.pauseAt(NOW);
    await page.goto(`${ORIGIN}/#${address}`);
    await host.rest();
    return host;
  }

  /** Lets time pass until nobody says anything more, and everything is drawn. Figures become stale after three seconds. */
  async rest(): Promise<void> {
    await this.#page.evaluate(() => document.fonts.ready.then(() => {}));
    for (let quiet = 0; quiet < QUIET_TICKS; quiet++) {
      const before = this.#said;
      await this.#page.clock.runFor(TICK_MS);
      // What is seen is only known once it was painted.
      await this.#page.screenshot({ clip: { x: 0, y: 0, width: 1, height: 1 } });
      // The code of a page comes when it is first looked at.
      const comes = await this.#page.getByText('Waiting for the host…').count();
      if (this.#said !== before || comes > 0) quiet = -1;
    }
  }

  #control(socket: WebSocketRoute): void {
    const answers = this.#answers();
    socket.onMessage((text) => {
      this.#said++;
      const { id, name, args } = JSON.parse(String(text)) as {
        id: number;
        name: ControlRequestName;
        args: never;
      };
      const answer = answers[name];
      const outcome =
        answer === undefined
          ? { ok: false, error: { code: 'refused', message: `the still host has no answer to ${name}` } }
          : { ok: true, result: answer(args) };
      socket.send(JSON.stringify({ id, outcome }));
    });
  }

  #stream(socket: WebSocketRoute): void {
    const source = decodeURIComponent(new URL(socket.url()).pathname.split('/').at(-1)!);
    const { metrics } = CATALOGS[source]!;
    const send = (message: ToWindow) => socket.send(JSON.stringify(message));
    const startedAt = NOW - 60_000;
    const instance = source === 'main' ? MAIN_PID : 1;
    send({ type: 'hello', source, instance, pid: instance, startedAt });
    // Two, so that there are rates.
    for (const [seq, time] of [NOW - 1_000, NOW].entries()) socket.send(frameAt(metrics, seq + 1, time));
    socket.onMessage((text) => {
      const message = JSON.parse(String(text)) as FromWindow;
      if (message.type === 'ack' || message.type === 'took') return;
      this.#said++;
      if (message.type === 'watch' && message.on && source === 'ircd') {
        const { table } = message;
        const total = CLIENTS.length;
        send({ type: 'rows', ticket: 1, table, time: NOW, rows: CLIENTS, total });
      }
    });
  }

  #answers(): Answers {
    const { daemons, history, marks, gap } = this.#scene;
    return {
      hello: () => ({
        host: 'headless',
        version: '0.1.0',
        platform: 'linux',
        pid: MAIN_PID,
        startedAt: NOW - 60_000,
        dataDir: '/var/lib/signalbox',
        configFile: '/etc/signalbox/signalbox.toml',
        runtime: 'node 24.21.0',
        role: 'admin',
        manifests: MANIFESTS,
        catalogs: CATALOGS,
        daemons,
        history,
        configError: null,
        dashboard: null,
      }),
      'task.list': () => ({ tasks: [] }),
      'marks.query': ({ daemon, from, to }) => ({
        actions: true,
        marks: marks.filter(
          (mark) =>
            mark.time >= from &&
            mark.time <= to &&
            (daemon === undefined || mark.daemon === '' || mark.daemon === daemon),
        ),
      }),
      'history.query': (asked) => recordedOf(CATALOGS[asked.source]!.metrics, asked, gap),
      'logs.query': ({ source }) => ({ records: RECORDS.filter((record) => record.source === source) }),
      'audit.query': ({ target, text = '' }) => ({
        more: false,
        entries: ENTRIES.filter(
          (entry) =>
            (target === undefined || entry.target === target) && JSON.stringify(entry).includes(text),
        ),
      }),
      'command.impact': () => ({ text: 'Disconnects gus (gus@host-6.example.net), who is in 8 channels.' }),
      'blocks.list': () => ({ blocks: [] }),
      'sessions.list': () => ({
        sessions: [
          {
            id: '3fa94c21',
            name: 'mira',
            from: 'browser',
            role: 'admin',
            address: '192.0.2.7',
            where: null,
            since: NOW - 3_600_000,
            expiresAt: null,
            connections: 1,
            streams: 5,
            current: true,
          },
        ],
      }),
    };
  }
}

/** A file of the built window. */
async function served(path: string) {
  const file = join(WINDOW, normalize(path));
  return { body: await readFile(file), contentType: mime.getType(file) ?? 'application/octet-stream' };
}
