/** `signalbox metrics D`: the newest figures of a daemon, or of main. */
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { catalogOf } from '../../contract/metric-specs.ts';
import { MAIN_METRICS } from '../core/main-telemetry.ts';
import { EXIT, fail, print, printJson } from '../terminal/terminal.ts';
import { showMetrics } from './show.ts';
import type { SocketClient } from './socket-client.ts';

/** Answers the exit code. */
export async function printMetrics(
  client: SocketClient,
  source: string,
  registry: readonly Manifest[],
  json: boolean,
): Promise<number> {
  const outcome = await client.request('metrics.latest', { source });
  if (!outcome.ok) return fail(outcome.error, json);
  const own = source === MAIN_SOURCE ? MAIN_METRICS : registry.find(({ id }) => id === source)?.metrics;
  if (json) printJson(outcome.result);
  else print(showMetrics(catalogOf(source, own ?? []), outcome.result.metrics));
  return EXIT.ok;
}
