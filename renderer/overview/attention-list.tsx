/** What needs a person on any host, on top of the Overview, with what can be done about it in the row. */
import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import {
  HostContext,
  useHost,
  useHostModels,
  useHostState,
  useMay,
  useNaming,
  useScreen,
} from '../model/host-context.ts';
import type { HostModel } from '../model/host-model.ts';
import { told } from '../model/hosts.ts';
import type { SourceModel } from '../model/source-model.ts';
import { troubleWords } from '../pools/trouble-words.ts';
import { useInstruments, useTroubleOrder } from '../pools/use-instruments.ts';
import { useRunningSources } from '../pools/use-running-sources.ts';
import { reading } from '../samples/process-reading.ts';
import { reloadConfig } from '../settings/reload.ts';
import { hashOf } from '../shell/route.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { type Attention, attentionOf } from './attention.ts';
import { requestLifecycle } from './lifecycle.tsx';
import { messages } from './messages.ts';
import { MissedFrames } from './missed-frames.ts';

/** Troubles of instruments that need somebody; those that only fill or wait are seen on their page. */
const BAD_TROUBLES = ['open', 'full', 'refusing'] as const;

/** Kept with the source, so that it is known on coming back to the page. */
const missedOf = new WeakMap<SourceModel, MissedFrames>();

function missedLately(source: SourceModel): number {
  let missed = missedOf.get(source);
  if (missed === undefined) {
    missed = new MissedFrames();
    missedOf.set(source, missed);
  }
  return missed.lately(source.samples.skipped, Date.now());
}

/** A figure of each process that runs, where it is not zero; another answer only when there are others. */
function useFound(read: (source: SourceModel) => number): readonly (readonly [string, number])[] {
  const { text } = useScreen();
  const sources = useRunningSources();
  const [said, setSaid] = useState('[]');
  useEffect(
    () =>
      text.add(
        () =>
          JSON.stringify(
            sources.map((source) => [source.id, read(source)]).filter(([, value]) => value !== 0),
          ),
        setSaid,
      ),
    [text, sources, read],
  );
  return useMemo(() => JSON.parse(said) as [string, number][], [said]);
}

/** For how many seconds its certificate is valid; 0 without one. */
function certificateOf(source: SourceModel): number {
  return reading(source, `signalbox_${source.id}_certificate_remaining_seconds`) || 0;
}

/** The list for the host of the component. */
function useAttention(): readonly Attention[] {
  const skipped = useFound(missedLately);
  const certificates = useFound(certificateOf);
  const arranged = useTroubleOrder(useInstruments(useRunningSources()));
  const state = useHostState((all) => all);
  return useMemo(() => {
    const instruments = arranged.flatMap(({ item, trouble }) => {
      const bad = BAD_TROUBLES.find((one) => one === trouble);
      if (bad === undefined) return [];
      const { daemon, name, kind } = item;
      // To refuse is what a limiter is there for: somebody asks too much.
      const isBad = bad !== 'full' && kind !== 'limiter';
      return [
        { daemon, name, trouble: troubleWords.troubles[bad], hint: troubleWords.troubleHints[bad], isBad },
      ];
    });
    return attentionOf(state, { instruments, skipped, certificates });
  }, [state, arranged, skipped, certificates]);
}

type Lists = ReadonlyMap<HostModel, readonly Attention[]>;

/** Tells the list of its host whenever it is another, and that there is none once the host has gone. */
function Watch({ onList }: { onList: (host: HostModel, list: readonly Attention[]) => void }): ReactNode {
  const host = useHost();
  const list = useAttention();
  useEffect(() => onList(host, list), [host, list, onList]);
  useEffect(() => () => onList(host, []), [host, onList]);
  return null;
}

/** `children` stand there instead of nothing, where nothing needs a person. */
export function AttentionList({ children }: { children: ReactNode }): ReactNode {
  const hosts = useHostModels();
  const [lists, setLists] = useState<Lists>(new Map());
  const onList = useCallback(
    (host: HostModel, list: readonly Attention[]) => setLists((before) => new Map(before).set(host, list)),
    [],
  );
  const rows = hosts
    .flatMap((host) => (lists.get(host) ?? []).map((one) => ({ host, one })))
    .sort((a, b) => Number(a.one.tone === 'warn') - Number(b.one.tone === 'warn'));
  return (
    <>
      {hosts.map((host) => (
        <HostContext key={host.id} value={host}>
          <Watch onList={onList} />
        </HostContext>
      ))}
      {rows.length === 0 ? (
        <Nothing>{children}</Nothing>
      ) : (
        <ScrollRegion
          label={messages.needsPerson}
          className="card max-h-attention min-w-0 flex-1 overflow-y-auto"
        >
          <ul aria-label={messages.needsPerson} className="divide-y divide-line">
            {rows.map(({ host, one }) => (
              <HostContext key={`${host.id} ${one.key}`} value={host}>
                <Row one={one} />
              </HostContext>
            ))}
          </ul>
        </ScrollRegion>
      )}
    </>
  );
}

/** Nothing is said of a host that nobody has heard of yet, or any more. */
function Nothing({ children }: { children: ReactNode }): ReactNode {
  const connected = useHostState((state) => state.connection.phase === 'connected' && state.host !== null);
  return (
    <div className="card flex min-w-0 flex-1 items-center gap-2 px-3 py-2">
      {children ??
        (connected && (
          <>
            <Icon name="check" className="size-4 text-good" />
            <p className="text-dim">{messages.nothingNeeded}</p>
          </>
        ))}
    </div>
  );
}

const SIGNS = {
  bad: { icon: 'error', tone: 'bg-bad-soft text-bad' },
  warn: { icon: 'warning', tone: 'bg-warn-soft text-warn' },
} as const;

const LABELS = {
  start: messages.startNamedNow,
  restart: messages.restartNamedNow,
  reload: messages.reloadNamedNow,
} as const;

function act(host: HostModel, { does, id }: NonNullable<Attention['action']>): void {
  if (does === 'reload') void reloadConfig(host);
  else void requestLifecycle(host, id, does);
}

function Row({ one }: { one: Attention }): ReactNode {
  const host = useHost();
  const naming = useNaming();
  const models = useHostModels();
  const connected = useHostState((state) => state.connection.phase === 'connected');
  const mayStart = useMay('daemon.start');
  const mayReload = useMay('config.reload');
  const { icon, tone } = SIGNS[one.tone];
  const { action } = one;
  return (
    <li className="flex min-h-row flex-wrap items-center gap-x-3 px-2 py-0.5">
      <span className={`inline-flex h-5 items-center gap-1 rounded-sm px-1.5 text-xs font-medium ${tone}`}>
        <Icon name={icon} className="size-3.5" />
        {one.sign}
      </span>
      <span className="min-w-0 flex-1 break-words">{told(models, host.id, one.text)}</span>
      <span className="flex items-center gap-x-3">
        {one.links.map(({ title, path, query }) => (
          <a
            key={title}
            href={hashOf(host, path, query)}
            className="rounded-sm text-accent hover:underline focus-visible:-outline-offset-2"
          >
            {title}
          </a>
        ))}
        {action !== null && (action.does === 'reload' ? mayReload : mayStart) && (
          <Button
            tone="quiet"
            className="h-6! px-1.5! text-accent!"
            label={LABELS[action.does](naming(action.id))}
            disabled={!connected}
            onClick={() => act(host, action)}
          >
            {messages[action.does]}
          </Button>
        )}
      </span>
    </li>
  );
}
