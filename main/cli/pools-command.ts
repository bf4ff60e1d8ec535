/** `signalbox pools`: the queues, pools, caches and so on of every process that runs. */
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import {
  byKindAndName,
  type FoundInstrument,
  instrumentRow,
  instrumentsIn,
} from '../../contract/instrument-rows.ts';
import type { MetricReading } from '../../contract/metric-frame.ts';
import { EXIT, fail, formatTable, print, printJson } from '../terminal/terminal.ts';
import { INSTRUMENT_TITLES, instrumentCells } from './instrument-words.ts';
import type { SocketClient } from './socket-client.ts';

/** Answers the exit code. */
export async function poolsCommand(client: Pick<SocketClient, 'request'>, json: boolean): Promise<number> {
  const status = await client.request('status', {});
  if (!status.ok) return fail(status.error, json);
  const sources = [MAIN_SOURCE, ...status.result.daemons.map(({ id }) => id)];
  const readings = new Map<string, Readonly<Record<string, MetricReading>>>();
  const found: FoundInstrument[] = [];
  for (const source of sources) {
    const outcome = await client.request('metrics.latest', { source });
    if (!outcome.ok) {
      // What does not run has no queues; it may have ended since the first answer.
      if (outcome.error.code === 'not_running') continue;
      return fail(outcome.error, json);
    }
    readings.set(source, outcome.result.metrics);
    found.push(...instrumentsIn(source, outcome.result.catalog.metrics));
  }
  const read =
    ({ daemon }: FoundInstrument) =>
    (id: string) =>
      readings.get(daemon)?.[id];
  found.sort(byKindAndName);
  if (json) printJson(found.map((one) => instrumentRow(one, read(one))));
  else if (found.length === 0) print('No daemon has queues or pools now.');
  else
    print(
      formatTable(
        INSTRUMENT_TITLES,
        found.map((one) => instrumentCells(one, read(one))),
      ),
    );
  return EXIT.ok;
}
