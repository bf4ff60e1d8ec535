/** `signalbox sessions` and `sessions end ID`: who is connected, and the end of that. */
import type { SessionInfo } from '../../contract/control/sessions.ts';
import {
  canAsk,
  EXIT,
  fail,
  formatTable,
  formatTime,
  goOn,
  print,
  printable,
  printJson,
  say,
  sayUnrecorded,
  UsageError,
} from '../terminal/terminal.ts';
import type { Shared } from './invocation.ts';
import type { SocketClient } from './socket-client.ts';

/** What `sessions` was asked for: the id to end, or null to list them. Throws UsageError. */
export function parseSessionsRequest(words: readonly string[]): string | null {
  const [what, id, ...more] = words;
  if (what === undefined) return null;
  if (what !== 'end') throw new UsageError(`"${what}" is not expected here; there is: sessions end ID`);
  if (id === undefined)
    throw new UsageError('sessions end needs the id of a session; see: signalbox sessions');
  if (more.length > 0) throw new UsageError(`"${more[0]}" is not expected here`);
  return id;
}

/** Lists sessions, or ends one after asking. Answers the exit code. */
export async function sessionsCommand(
  client: SocketClient,
  id: string | null,
  { json, yes }: Pick<Shared, 'json' | 'yes'>,
): Promise<number> {
  if (id === null) {
    const outcome = await client.request('sessions.list', {});
    if (!outcome.ok) return fail(outcome.error, json);
    if (json) printJson(outcome.result);
    else print(showSessions(outcome.result.sessions));
    return EXIT.ok;
  }
  let outcome = await client.request('session.end', yes ? { id, confirmed: true } : { id });
  if (!outcome.ok && outcome.error.code === 'confirmation_required' && canAsk()) {
    say(`sessions end ${id}: ${printable(String(outcome.error.detail?.impact))}`);
    if (!(await goOn())) return fail(outcome.error, json);
    outcome = await client.request('session.end', { id, confirmed: true });
  }
  const note = sayUnrecorded(outcome);
  if (!outcome.ok) return fail(outcome.error, json);
  if (json) printJson({ ok: true, result: outcome.result, ...note });
  else print(`${outcome.result.ended} has ended`);
  return EXIT.ok;
}

/** All sessions as a table. */
export function showSessions(sessions: readonly SessionInfo[]): string {
  const rows = sessions.map((session) => [
    session.current ? `${session.id} (this one)` : session.id,
    printable(session.name),
    session.from,
    session.role,
    printable((session.from === 'browser' ? session.address : session.where) ?? '-'),
    formatTime(session.since),
    String(session.connections),
    String(session.streams),
  ]);
  return formatTable(['session', 'who', 'from', 'role', 'where', 'since', 'connections', 'streams'], rows);
}
