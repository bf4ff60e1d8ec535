/** Everybody who is connected to this host, and the way to end it for them. For admins. */
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import type { SessionInfo } from '../../contract/control/sessions.ts';
import { formatDateTime } from '../format/times.ts';
import { useHost, useHostState } from '../model/host-context.ts';
import { KeptAnswers } from '../model/kept-answers.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { messages } from './messages.ts';

const kept = new KeptAnswers<readonly SessionInfo[]>();
const QUESTION = 'sessions';

export function SessionsSection(): ReactNode {
  const host = useHost();
  const { client } = host;
  const connected = useHostState((state) => state.connection.phase === 'connected');
  const [sessions, setSessions] = useState<readonly SessionInfo[]>(() => kept.get(host, QUESTION) ?? []);
  const [ending, setEnding] = useState<SessionInfo | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const read = useCallback(async () => {
    const outcome = await client.request('sessions.list', {});
    setProblem(outcome.ok ? null : outcome.error.message);
    if (!outcome.ok) return;
    kept.keep(host, QUESTION, outcome.result.sessions);
    setSessions(outcome.result.sessions);
  }, [host, client]);
  useEffect(() => {
    if (!connected) return;
    void read();
    return client.onEvent((event) => {
      if (event.type === 'sessions') void read();
    });
  }, [client, connected, read]);
  const end = async ({ id }: SessionInfo) => {
    setEnding(null);
    const outcome = await client.request('session.end', { id, confirmed: true });
    if (!outcome.ok) setProblem(outcome.error.message);
  };
  return (
    <>
      {problem !== null && (
        <Callout tone="bad" urgent title={messages.sessionsFailed}>
          {problem}
        </Callout>
      )}
      <ul aria-label={messages.sessions} className="flex flex-col gap-2.5">
        {sessions.map((session) => (
          <li
            key={session.id}
            className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 text-sm"
          >
            <span className="min-w-0">
              <span className="block break-words">
                {messages.sessionOf(session)} <code className="font-mono text-xs">{session.id}</code>
              </span>
              <span className="block text-dim">{messages.sessionSince(formatDateTime(session.since))}</span>
            </span>
            {session.current ? (
              <span className="text-dim">{messages.sessionOwn}</span>
            ) : (
              <Button onClick={() => setEnding(session)} label={messages.endSessionOf(session)}>
                {messages.endSession}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <ConfirmDialog
        confirmation={
          ending === null
            ? null
            : {
                title: messages.endSessionOf(ending),
                impact: messages.endSessionImpact,
                action: messages.endSession,
                typed: null,
              }
        }
        onConfirm={() => {
          if (ending !== null) void end(ending);
        }}
        onCancel={() => setEnding(null)}
      />
    </>
  );
}
