/** What needs a person, on top of the Overview, with what can be done about it in the row. */
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { useHost, useHostState, useMay, useNaming, useScreen } from '../model/host-context.ts';
import { messages as pools } from '../pools/messages.ts';
import { useInstruments, useTroubleOrder } from '../pools/use-instruments.ts';
import { useRunningSources } from '../pools/use-running-sources.ts';
import { hashOf } from '../shell/route.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { type Attention, attentionOf } from './attention.ts';
import { requestLifecycle } from './lifecycle.tsx';
import { messages } from './messages.ts';

/** Troubles of instruments that need somebody; those that only fill or wait are seen on their page. */
const BAD_TROUBLES = ['open', 'full', 'refusing'] as const;

/** Frames that a window was too slow for, by source; another answer only when there are more. */
function useSkipped(): readonly (readonly [string, number])[] {
  const { text } = useScreen();
  const sources = useRunningSources();
  const [told, setTold] = useState('');
  useEffect(
    () =>
      text.add(
        () =>
          sources
            .filter(({ samples }) => samples.skipped > 0)
            .map(({ id, samples }) => `${id} ${samples.skipped}`)
            .join('\n'),
        setTold,
      ),
    [text, sources],
  );
  return useMemo(
    () =>
      told
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1])] as const),
    [told],
  );
}

/** The list for the host of the component. */
export function useAttention(): readonly Attention[] {
  const skipped = useSkipped();
  const arranged = useTroubleOrder(useInstruments(useRunningSources()));
  const state = useHostState((all) => all);
  return useMemo(() => {
    const instruments = arranged.flatMap(({ item, trouble }) => {
      const bad = BAD_TROUBLES.find((one) => one === trouble);
      if (bad === undefined) return [];
      const { daemon, name } = item;
      return [{ daemon, name, trouble: pools.troubles[bad], isBad: bad !== 'full' }];
    });
    return attentionOf(state, { instruments, skipped });
  }, [state, arranged, skipped]);
}

export function AttentionList({ children }: { children: ReactNode }): ReactNode {
  const list = useAttention();
  const gone = useHostState((state) => state.connection.phase === 'lost');
  if (list.length === 0) {
    return (
      <div className="card flex min-w-0 flex-1 items-center gap-2 px-3 py-2">
        {children ??
          (gone ? null : (
            <>
              <Icon name="check" className="size-4 text-good" />
              <p className="text-dim">{messages.nothingNeeded}</p>
            </>
          ))}
      </div>
    );
  }
  return (
    <ul aria-label={messages.needsPerson} className="card min-w-0 flex-1 divide-y divide-line">
      {list.map((one) => (
        <Row key={one.key} one={one} />
      ))}
    </ul>
  );
}

const SIGNS = {
  bad: { icon: 'error', tone: 'bg-bad-soft text-bad' },
  warn: { icon: 'warning', tone: 'bg-warn-soft text-warn' },
} as const;

function Row({ one }: { one: Attention }): ReactNode {
  const host = useHost();
  const naming = useNaming();
  const connected = useHostState((state) => state.connection.phase === 'connected');
  const may = useMay('daemon.start');
  const { icon, tone } = SIGNS[one.tone];
  const { action } = one;
  return (
    <li className="flex min-h-row flex-wrap items-center gap-x-3 px-2 py-0.5">
      <span className={`inline-flex h-5 items-center gap-1 rounded-sm px-1.5 text-xs font-medium ${tone}`}>
        <Icon name={icon} className="size-3.5" />
        {one.sign}
      </span>
      <span className="min-w-0 flex-1 break-words">{one.text}</span>
      <span className="flex items-center gap-x-3">
        {one.links.map(({ title, path }) => (
          <a
            key={title}
            href={hashOf(host, path)}
            className="rounded-sm text-accent hover:underline focus-visible:-outline-offset-2"
          >
            {title}
          </a>
        ))}
        {action !== null && may && (
          <Button
            tone="quiet"
            className="h-6! px-1.5! text-accent!"
            label={(action.does === 'start' ? messages.startNamedNow : messages.restartNamedNow)(
              naming(action.id),
            )}
            disabled={!connected}
            onClick={() => void requestLifecycle(host, action.id, action.does)}
          >
            {action.does === 'start' ? messages.start : messages.restart}
          </Button>
        )}
      </span>
    </li>
  );
}
