/**
 * `npm run load -- TOOL [options]`: puts a bounded load on an IRC server that was named, or on our own, prints what that measured, and
 * ends. Exit codes: 0 done, 1 it could not be done, 2 it was asked for in a way that cannot be, 130 or 143 by a signal.
 */
import { SignalboxError, toWireError } from '../../contract/errors.ts';
import { writeReport } from '../shared/report.ts';
import { channelLoad } from './channel.ts';
import { type LoadResult, printed } from './figures.ts';
import { connectLoad, throughputLoad } from './generated.ts';
import { newNames } from './guests.ts';
import { helpOf } from './help.ts';
import { mixedLoad } from './mixed.ts';
import { netsplitLoad } from './netsplit.ts';
import { type LoadRequest, type NumbersOf, readLoad } from './options.ts';
import { SERVER_NAMES } from './split-server.ts';
import { openTarget, type Target } from './target.ts';

/** What a load may take beyond the time that it measures: connecting, the last answers, rounds of netsplit. */
const BEYOND_MS = 180_000;
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

function run({ tool, numbers }: LoadRequest, target: Target, limitMs: number): Promise<LoadResult> {
  const names = newNames();
  switch (tool) {
    case 'connect':
      return connectLoad(numbers as NumbersOf<'connect'>, target, names, limitMs);
    case 'throughput':
      return throughputLoad(numbers as NumbersOf<'throughput'>, target, names, limitMs);
    case 'mixed':
      return mixedLoad(numbers as NumbersOf<'mixed'>, target, names);
    case 'channel':
      return channelLoad(numbers as NumbersOf<'channel'>, target, names);
    case 'netsplit':
      return netsplitLoad(numbers as NumbersOf<'netsplit'>, target, names);
  }
}

/** Rejects when the load has not ended by itself, or the process is told to end. */
function ended(limitMs: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => {
      reject(new SignalboxError('timeout', `The load took more than ${limitMs / 1_000} s. Ask for less.`));
    }, limitMs).unref();
    for (const signal of Object.keys(SIGNALS) as (keyof typeof SIGNALS)[])
      process.once(signal, () => {
        process.exitCode = SIGNALS[signal];
        reject(new SignalboxError('cancelled', `The load was ended by ${signal}. Nothing was measured.`));
      });
  });
}

async function main(words: readonly string[]): Promise<void> {
  const read = readLoad(words);
  if ('help' in read) {
    console.log(helpOf(read.help, SERVER_NAMES));
    return;
  }
  const { request } = read;
  const { seconds = 0, warmup = 0 } = request.numbers;
  const limitMs = (seconds + warmup) * 1_000 + BEYOND_MS;
  const end = ended(limitMs);
  // It may be over before anything waits for it.
  end.catch(() => {});
  const target = await openTarget(request);
  try {
    const result = await Promise.race([run(request, target, limitMs), end]);
    console.log(printed(result));
    if (request.json !== null) {
      const { tool, tls, websocket, numbers } = request;
      const about = { target: target.name, tls, websocket, options: numbers };
      await writeReport(request.json, `load ${tool}`, result, about);
    }
  } finally {
    await target.close();
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { code, message } = toWireError(error);
  console.error(`load: ${code}: ${message}`);
  process.exitCode ??= code === 'bad_request' ? 2 : 1;
}
// Whatever is still connected is let go.
process.exit();
