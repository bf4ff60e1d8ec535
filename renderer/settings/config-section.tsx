/** The configuration file: where it is, reading it again, and what came of that. */
import { type ReactNode, useState } from 'react';
import { useHost, useHostState, useMay } from '../model/host-context.ts';
import { hashOf } from '../shell/route.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { messages } from './messages.ts';
import { changesInWords, type ReloadResult } from './reload.ts';

export function ConfigSection(): ReactNode {
  const { client } = useHost();
  const file = useHostState((state) => state.host?.configFile ?? null);
  const connected = useHostState((state) => state.connection.phase === 'connected');
  const mayReload = useMay('config.reload');
  const [outcome, setOutcome] = useState<ReloadResult | null>(null);
  const [busy, setBusy] = useState(false);
  const reload = async () => {
    setBusy(true);
    setOutcome(await client.request('config.reload', {}));
    setBusy(false);
  };
  return (
    <>
      <div className="flex min-h-row flex-wrap items-center justify-between gap-x-6 gap-y-1 text-sm">
        <span className="text-dim">{messages.configFile}</span>
        {file === null ? (
          <span>{messages.noFile}</span>
        ) : (
          <span className="flex min-w-0 items-center gap-1">
            <code className="font-mono text-xs break-all">{file}</code>
            <CopyButton text={file} label={`Copy ${file}`} />
          </span>
        )}
      </div>
      {mayReload && (
        <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 text-sm">
          <span className="text-dim">{messages.reloadHint}</span>
          <Button icon="restart" disabled={busy || file === null || !connected} onClick={() => void reload()}>
            {messages.reload}
          </Button>
        </div>
      )}
      <PendingRestarts />
      {outcome?.ok === false && (
        <Callout tone="bad" urgent title={messages.reloadFailed}>
          {outcome.error.message}
        </Callout>
      )}
      {outcome?.ok === true && (
        <Callout tone="info" urgent title={messages.reloaded}>
          <ul>
            {outcome.result.daemons.map((daemon) => (
              <li key={daemon.id}>
                <span className="font-mono">{daemon.id}</span>:{' '}
                {changesInWords(daemon.applied, daemon.restartRequired)}
                {daemon.warnings.map((warning) => (
                  <p key={warning} className="text-warn break-words">
                    {warning}
                  </p>
                ))}
              </li>
            ))}
          </ul>
        </Callout>
      )}
    </>
  );
}

/** The daemons that must be started again before all of the file is in force. */
function PendingRestarts(): ReactNode {
  const host = useHost();
  const daemons = useHostState((state) => state.daemons);
  const waiting = Object.values(daemons).filter((daemon) => daemon.pendingRestart.length > 0);
  if (waiting.length === 0) return null;
  return (
    <Callout tone="warn" title={messages.restartNeeded}>
      <ul>
        {waiting.map(({ id, pendingRestart }) => (
          <li key={id}>
            <a className="font-mono text-accent underline" href={hashOf(host, ['daemon', id, 'config'])}>
              {id}
            </a>
            : {pendingRestart.join(', ')}
          </li>
        ))}
      </ul>
    </Callout>
  );
}
