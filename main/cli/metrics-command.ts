/** `signalbox metrics D`: the newest figures of a daemon, or of main. */
import { EXIT, fail, print, printJson } from '../terminal/terminal.ts';
import { showMetrics } from './show.ts';
import type { SocketClient } from './socket-client.ts';

/** Answers the exit code. */
export async function printMetrics(client: SocketClient, source: string, json: boolean): Promise<number> {
  const outcome = await client.request('metrics.latest', { source });
  if (!outcome.ok) return fail(outcome.error, json);
  const { catalog, ...readings } = outcome.result;
  if (json) printJson(readings);
  else print(showMetrics(catalog.metrics, readings.metrics));
  return EXIT.ok;
}
