/** `signalbox logs D`: prints what a source has logged, and with --follow what it goes on to log. */
import { LOG_LEVELS, type LogLevel, type SourcedLogRecord } from '../../contract/log-record.ts';
import { EXIT, fail, parseWords, print, printJson, say, UsageError } from '../terminal/terminal.ts';
import { showLogRecord } from './show.ts';
import type { SocketClient } from './socket-client.ts';

/** What `signalbox logs` was asked for. */
export interface LogsRequest {
  readonly source: string;
  readonly follow: boolean;
  readonly minLevel: LogLevel;
  readonly limit: number;
}

/** Throws UsageError. */
export function parseLogsRequest(words: readonly string[]): LogsRequest {
  const { values, positionals } = parseWords(words, {
    follow: { type: 'boolean', short: 'f' },
    level: { type: 'string' },
    limit: { type: 'string' },
  });
  const [source, ...more] = positionals;
  if (source === undefined) throw new UsageError('logs needs a daemon, or "main"');
  if (more.length > 0) throw new UsageError(`"${more[0]}" is not expected here`);
  const limit = values.limit === undefined ? 200 : Number(values.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) {
    throw new UsageError(`--limit: expected a whole number from 1 to 10000, got "${values.limit}"`);
  }
  const minLevel = LOG_LEVELS.find((level) => level === (values.level ?? 'debug'));
  if (minLevel === undefined) {
    throw new UsageError(`--level: expected one of ${LOG_LEVELS.join(', ')}, got "${values.level}"`);
  }
  return { source, follow: values.follow === true, minLevel, limit };
}

/** Answers the exit code. */
export async function printLogs(client: SocketClient, request: LogsRequest, json: boolean): Promise<number> {
  const { source, minLevel, limit } = request;
  const show = (record: SourcedLogRecord) => {
    if (json) printJson(record);
    else print(showLogRecord(record));
  };
  const live = request.follow ? await follow(client, request, show) : null;
  if (live !== null && !live.ok) return fail(live.error, json);
  const outcome = await client.request('logs.query', { source, minLevel, limit });
  if (!outcome.ok) return fail(outcome.error, json);
  for (const record of outcome.result.records) show(record);
  if (live === null) return EXIT.ok;
  live.goOn(outcome.result.records);
  let interrupted = false;
  const onInterrupt = () => {
    interrupted = true;
    client.close();
  };
  process.once('SIGINT', onInterrupt);
  await client.closed;
  process.off('SIGINT', onInterrupt);
  if (interrupted) return EXIT.interrupted;
  say('signalbox: the instance ended');
  return EXIT.ok;
}

/** Follows the source, holding records back until those are shown that were there before. */
async function follow(client: SocketClient, request: LogsRequest, show: (record: SourcedLogRecord) => void) {
  const { source, minLevel } = request;
  const least = LOG_LEVELS.indexOf(minLevel);
  let held: SourcedLogRecord[] | null = [];
  client.onEvent((event) => {
    if (event.type !== 'logs') return;
    for (const record of event.records) {
      if (record.source !== source || LOG_LEVELS.indexOf(record.level) < least) continue;
      if (held === null) show(record);
      else held.push(record);
    }
  });
  const followed = await client.request('logs.follow', { source, follow: true });
  if (!followed.ok) return followed;
  return {
    ok: true as const,
    goOn(shown: readonly SourcedLogRecord[]) {
      const seen = new Set(shown.map(identity));
      for (const record of held ?? []) if (!seen.has(identity(record))) show(record);
      held = null;
    },
  };
}

function identity({ instance, seq }: SourcedLogRecord): string {
  return `${instance}:${seq}`;
}
