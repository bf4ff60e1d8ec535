/**
 * `npm run bench -- metrics`: what monitoring costs. Parts: `recorder` (writing and reading history), `cost` (CPU of
 * a loaded daemon with and without subscribers), `window` (frame to paint, CPU and memory of a window), `idle` (CPU of
 * every process while nothing happens), `frames` (frame times and CPU of pages, beside another window), `pages` (from a key to a page).
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchCost } from './metrics/cost.ts';
import { benchFrames } from './metrics/frames.ts';
import { benchIdle } from './metrics/idle.ts';
import { benchPages } from './metrics/pages.ts';
import { benchRecorder } from './metrics/recorder.ts';
import { benchWindow } from './metrics/window.ts';
import { PLACES } from './metrics/window-subject.ts';
import { runParts } from './shared/parts.ts';
import { writeReport } from './shared/report.ts';

const USAGE = `usage: npm run bench -- metrics [options]
  --only a,b      parts: cost, frames, idle, pages, recorder, window (all)
  --rounds N      runs of each measurement (3; 5 pairs of frames; 1 window of pages)
  --seconds N     measured time of a run (5; 30 of the idle part)
  --deliveries N  load of the cost part, deliveries a second (100000)
  --minutes N     length of the window part, most of the pages part (2)
  --in PLACE      of frames and pages: browser or desktop, for which there must be a display (browser)
  --patience MS   of pages: how long nothing new must have come (600)
  --clients N     of pages: clients of the IRC server (40)
  --ranges a,b    of pages: live, 1h (both)
  --views a,b     of frames: twelve charts, Live page, Overview, connections (all)
  --before DIR    of frames: another checkout, built, that is measured beside this one
  --json FILE     where the result goes (bench/results/metrics.json)
`;

/** Runs the benchmark with command-line options; prints tables and writes a JSON file. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      minutes: { type: 'string', default: '2' },
      in: { type: 'string', default: 'browser' },
      clients: { type: 'string', default: '40' },
      ranges: { type: 'string', default: 'live,1h' },
      patience: { type: 'string', default: '600' },
      views: { type: 'string' },
      before: { type: 'string' },
      deliveries: { type: 'string', default: '100000' },
      json: { type: 'string', default: join(import.meta.dirname, 'results/metrics.json') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const rounds = Number(values.rounds ?? 3);
  const place = PLACES.find((one) => one === values.in);
  if (place === undefined) throw new Error(`--in is ${PLACES.join(' or ')}.`);
  const seconds = Number(values.seconds ?? 5);
  const parts: Record<string, () => Promise<unknown>> = {
    cost: () => benchCost({ rounds, seconds, deliveriesPerSecond: Number(values.deliveries) }),
    frames: () =>
      benchFrames({
        rounds: Number(values.rounds ?? 5),
        seconds,
        place,
        views: values.views,
        before: values.before,
      }),
    idle: () => benchIdle({ rounds, seconds: Number(values.seconds ?? 30) }),
    pages: () =>
      benchPages({
        rounds: Number(values.rounds ?? 1),
        place,
        patienceMs: Number(values.patience),
        minutes: Number(values.minutes),
        clients: Number(values.clients),
        ranges: values.ranges,
      }),
    recorder: () => benchRecorder({ rounds, seconds }),
    window: () => benchWindow({ minutes: Number(values.minutes) }),
  };
  const results = await runParts(parts, values.only, USAGE);
  await writeReport(values.json, 'metrics', results);
}
