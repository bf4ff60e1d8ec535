/**
 * `signalbox top`: processes, tasks and instruments as they are now. On a terminal it goes on until q or Ctrl-C; elsewhere it
 * prints one picture. Figures come as events; nothing is asked for again and again.
 */
import { styleText } from 'node:util';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import { instrumentRow } from '../../contract/instrument-rows.ts';
import { type Clock, systemClock, type Timer } from '../../kit/clock.ts';
import { FullScreen, type ScreenProcess } from '../terminal/full-screen.ts';
import { EXIT, fail, print, printJson, say } from '../terminal/terminal.ts';
import type { SocketClient } from './socket-client.ts';
import { lastOffset, type Paint, SORTS, type Sort, type TopPicture, topLines } from './top-frame.ts';
import { TopModel } from './top-model.ts';

/** Shortest time between two pictures that events bring, in milliseconds. A key or another size is answered at once. */
const REDRAW_MS = 1_000;

/** How long one picture waits for a second of figures of every process, so that it has rates. */
const RATES_WAIT_MS = 2_500;

/** The connection to an instance, as far as it is used here. */
export type TopClient = Pick<SocketClient, 'request' | 'onEvent' | 'closed'>;

const paint: Paint = (style, text) => styleText(style, text, { stream: process.stdout });

/** Answers the exit code. */
export async function topCommand(
  client: TopClient,
  json: boolean,
  terminal: ScreenProcess & { readonly stdout: { readonly isTTY?: boolean } } = process,
  clock: Clock = systemClock,
): Promise<number> {
  const hello = await client.request('hello', {});
  if (!hello.ok) return fail(hello.error, json);
  const model = new TopModel(hello.result);
  let changed = () => {};
  client.onEvent((event) => {
    if (model.take(event)) changed();
  });
  const followed = await client.request('metrics.follow', { follow: true });
  if (!followed.ok) return fail(followed.error, json);
  const tasks = await client.request('task.list', {});
  if (tasks.ok) model.beginTasks(tasks.result.tasks);
  for (const source of [MAIN_SOURCE, ...hello.result.daemons.map(({ id }) => id)]) {
    const latest = await client.request('metrics.latest', { source });
    if (latest.ok) model.begin(source, latest.result);
  }
  const picture = (): TopPicture => ({
    time: clock.now(),
    processes: model.processes(),
    tasks: model.tasks,
    instruments: model.instruments(clock.now()),
  });
  if (!json && terminal.stdout.isTTY === true)
    return await live(client, picture, (listener) => (changed = listener), terminal, clock);
  await new Promise<void>((resolve) => {
    if (model.hasRates) return resolve();
    clock.after(RATES_WAIT_MS, resolve);
    changed = () => model.hasRates && resolve();
    void client.closed.then(resolve);
  });
  if (json) printJson(pictureJson(picture()));
  else {
    const view = { columns: Number.POSITIVE_INFINITY, rows: Number.POSITIVE_INFINITY, offset: 0 };
    const plain: Paint = (_, text) => text;
    const lines = topLines(picture(), { ...view, sort: 'trouble', paint: plain, hasKeys: false });
    print(lines.map((line) => line.trimEnd()).join('\n'));
  }
  return EXIT.ok;
}

/** A picture for programs. */
function pictureJson({ time, processes, tasks, instruments }: TopPicture) {
  return {
    time,
    daemons: processes,
    tasks,
    instruments: instruments.map(({ found, trouble, read }) => ({ ...instrumentRow(found, read), trouble })),
  };
}

/** Draws until a key, or the instance, ends it. */
async function live(
  client: TopClient,
  picture: () => TopPicture,
  onChange: (listener: () => void) => void,
  terminal: ScreenProcess,
  clock: Clock,
): Promise<number> {
  let sort: Sort = 'trouble';
  let offset = 0;
  let timer: Timer | null = null;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let quit: () => void = () => {};
  const ended = new Promise<boolean>((resolve) => {
    quit = () => resolve(false);
    void client.closed.then(() => resolve(true));
  });
  const draw = () => {
    timer?.cancel();
    timer = null;
    drawnAt = clock.monotonic();
    const shown = picture();
    const view = { ...screen.size, sort, paint, hasKeys: screen.hasKeys };
    offset = Math.max(0, Math.min(offset, lastOffset(shown, view)));
    screen.show(topLines(shown, { ...view, offset }));
  };
  const soon = () => {
    timer ??= clock.after(Math.max(0, REDRAW_MS - (clock.monotonic() - drawnAt)), draw);
  };
  const page = () => Math.max(1, Math.floor(screen.size.rows / 2));
  const turnSort = (steps: number) => {
    sort = SORTS[(SORTS.indexOf(sort) + steps + SORTS.length) % SORTS.length]!;
    offset = 0;
  };
  const moves: Readonly<Record<string, () => void>> = {
    up: () => (offset -= 1),
    down: () => (offset += 1),
    'page-up': () => (offset -= page()),
    'page-down': () => (offset += page()),
    home: () => (offset = 0),
    end: () => (offset = Number.MAX_SAFE_INTEGER),
    left: () => turnSort(-1),
    right: () => turnSort(1),
    s: () => turnSort(1),
  };
  const key = (name: string) => {
    if (name === 'q' || name === 'interrupt') return quit();
    const move = moves[name];
    if (move === undefined) return;
    move();
    draw();
  };
  const screen = new FullScreen(terminal, { key, resized: draw });
  try {
    draw();
    onChange(soon);
    if (await ended) {
      screen.leave();
      say('signalbox: the instance ended');
    }
    return EXIT.ok;
  } finally {
    onChange(() => {});
    (timer as Timer | null)?.cancel();
    screen.leave();
  }
}
