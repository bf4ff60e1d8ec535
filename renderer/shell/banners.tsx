/** Conditions that concern the whole window, above every page: a lost host, a bad configuration, paused history. */
import type { ReactNode } from 'react';
import type { WireError } from '../../contract/errors.ts';
import { formatClock } from '../format/times.ts';
import { useHost, useHostState } from '../model/host-context.ts';
import { reloadConfig } from '../settings/reload.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { messages } from './messages.ts';
import { useRoute } from './route.ts';

/** The mistake itself: messages begin with `file:line: `, which stands above already. */
function withoutPlace(message: string, file: string): string {
  if (file === '' || !message.startsWith(file)) return message;
  return message.slice(file.length).replace(/^(:\d+)*:\s*/, '');
}

function ConfigBanner({ error }: { error: WireError }): ReactNode {
  const host = useHost();
  const connected = useHostState((state) => state.connection.phase === 'connected');
  const part = (name: string) => String(error.detail?.[name] ?? '');
  const place = messages.configPlace(part('file'), part('line'), part('key'));
  return (
    <Callout
      tone="bad"
      urgent
      title={error.code === 'config_unreadable' ? messages.configUnreadable : messages.configTitle}
      action={
        <Button disabled={!connected} onClick={() => void reloadConfig(host)}>
          {messages.reload}
        </Button>
      }
    >
      {place !== '' && <p className="font-mono text-xs">{place}</p>}
      <p>{withoutPlace(error.message, part('file'))}</p>
    </Callout>
  );
}

export function Banners(): ReactNode {
  const host = useHost();
  const connection = useHostState((state) => state.connection);
  const configError = useHostState((state) => state.configError);
  const history = useHostState((state) => state.history);
  const closing = useHostState((state) => state.closing);
  const lost = connection.phase === 'lost';
  // The Overview says that among all else that needs a person.
  const isOverview = useRoute().path.length === 0;
  const paused = history?.state === 'paused' && !lost && !isOverview;
  if (!lost && !paused && configError === null && closing === null) return null;
  return (
    <div className="flex flex-col gap-2 px-page-x pt-page-y max-sm:px-2">
      {lost && (
        <Callout
          tone="bad"
          urgent
          title={messages.lostSince(formatClock(connection.since))}
          action={<Button onClick={() => host.client.retryNow()}>{messages.retry}</Button>}
        >
          {closing === null ? messages.lostHint : messages.hostEnded(closing)}
        </Callout>
      )}
      {closing !== null && !lost && (
        <Callout tone="warn" urgent title={messages.closing}>
          {closing}
        </Callout>
      )}
      {configError !== null && <ConfigBanner error={configError} />}
      {paused && (
        <Callout tone="warn" title={messages.historyPausedTitle(host.hostNow() - history.since)}>
          {messages.historyPausedText(history.reason, history.buffered, history.dropped)}
        </Callout>
      )}
    </div>
  );
}
