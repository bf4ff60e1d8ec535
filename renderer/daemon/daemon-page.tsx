/** The page of one process: its state and buttons, and a tab for each view of it. The tab is part of the address. */
import { Tabs } from '@base-ui/react/tabs';
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import type { ChartSpec, ManifestDescription } from '../../contract/manifest.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import { CommandsTab } from '../commands/commands-tab.tsx';
import { FILES_TAB, FileBrowser } from '../files/file-browser.tsx';
import { LogView } from '../logs/log-view.tsx';
import { useHost, useHostState, useManifests, useMay, useNaming } from '../model/host-context.ts';
import { StartWhereDown } from '../overview/lifecycle.tsx';
import { LifecycleMenu } from '../overview/lifecycle-menu.tsx';
import { ListenerList } from '../overview/listener-list.tsx';
import { StateLine } from '../overview/state-line.tsx';
import { hashOf, navigate, useRoute } from '../shell/route.ts';
import { LiveTable } from '../tables/live-table.tsx';
import { EmptyState } from '../ui/callout.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { SegmentedControl } from '../ui/segmented-control.tsx';
import { ConfigTab } from './config-tab.tsx';
import { CrashesTab } from './crashes-tab.tsx';
import { LiveTab } from './live-tab.tsx';
import { LoopBlocksTab } from './loop-blocks-tab.tsx';
import { messages } from './messages.ts';
import { ResultPage } from './result-page.tsx';
import { RowPage } from './row-page.tsx';
import { TabTools, TabToolsPlace } from './tab-tools.tsx';

export interface TabSpec {
  readonly name: string;
  readonly title: string;
  /** Name of the tab that it is a part of, where it has none of its own. */
  readonly within?: string;
  /** What it is called among the parts of its tab, where that is not the title. */
  readonly part?: string;
  /** Takes the height that is there and scrolls within it. */
  readonly fills?: boolean;
  readonly render: () => ReactNode;
}

/** The tab of what is recorded of a daemon. */
const LOGS = 'logs';

/** The main process declares nothing of its own: it has what every process has. */
const NO_CHARTS: readonly ChartSpec[] = [];
const NO_INSTRUMENTS = {};

export function DaemonPage({ id }: { id: string }): ReactNode {
  const source = useHost().source(id);
  const manifest = useManifests().find((one) => one.id === id);
  const daemon = useHostState((state) => state.daemons[id]);
  const mayReadConfig = useMay('config.get');
  const { path, query } = useRoute();
  if (source === undefined) return <EmptyState icon="daemon" title={messages.unknown(id)} />;
  const at = query.at === undefined ? null : Number(query.at);
  const logs = (): ReactNode => (
    <LogView
      key={`${id} ${query.at} ${query.text}`}
      source={source}
      crashes={daemon?.crashes ?? []}
      at={at}
      text={query.text ?? ''}
    />
  );
  const blocks: TabSpec = {
    name: 'blocks',
    title: messages.tabs.blocks,
    within: LOGS,
    render: () => <LoopBlocksTab key={id} id={id} />,
  };
  if (manifest === undefined || daemon === undefined) {
    const tabs: readonly TabSpec[] = [
      {
        name: 'live',
        title: messages.tabs.live,
        render: () => <LiveTab key={id} source={source} charts={NO_CHARTS} instruments={NO_INSTRUMENTS} up />,
      },
      { name: LOGS, title: messages.tabs.logs, part: messages.logPart, fills: true, render: logs },
      blocks,
    ];
    return <TabbedPage id={MAIN_SOURCE} title={messages.hostTitle} details={<HostDetails />} tabs={tabs} />;
  }
  const up = daemon.state === 'running' || daemon.state === 'stopping';
  const tabs: TabSpec[] = [
    {
      name: 'live',
      title: messages.tabs.live,
      render: () => (
        <LiveTab
          key={id}
          source={source}
          charts={manifest.charts}
          comparisons={manifest.comparisons}
          instruments={manifest.instruments}
          up={up}
        />
      ),
    },
  ];
  const views: TabSpec[] = [];
  const { files } = manifest;
  if (files !== null) {
    views.push({
      name: FILES_TAB,
      title: files.title,
      fills: true,
      render: () => <FileBrowser key={id} {...{ manifest, files }} up={daemon.state === 'running'} />,
    });
  }
  const [, , shownTable = '', called] = path;
  const owner = manifest.tables[shownTable];
  if (called !== undefined && owner !== undefined && owner.of === undefined) {
    return (
      <RowPage
        key={`${id} ${shownTable} ${called}`}
        {...{ source, manifest, up, called }}
        name={shownTable}
        table={owner}
      />
    );
  }
  for (const [name, table] of Object.entries(manifest.tables)) {
    if (table.of !== undefined) continue;
    views.push({
      name,
      title: table.title,
      fills: true,
      render: () => (
        <LiveTable
          key={`${id} ${name} ${query.find}`}
          {...{ source, manifest, name, table, up }}
          find={query.find}
        />
      ),
    });
  }
  for (const [name, page] of Object.entries(manifest.pages)) {
    views.push({
      name,
      title: page.title,
      ...(page.within === undefined ? {} : { within: page.within }),
      fills: true,
      render: () => <ResultPage key={`${id} ${name}`} {...{ manifest, name, page, up }} />,
    });
  }
  tabs.push(...foldedViews(views));
  if (manifest.commands.length > 0) {
    tabs.push({
      name: 'commands',
      title: messages.tabs.commands,
      render: () => <CommandsTab key={id} manifest={manifest} up={daemon.state === 'running'} />,
    });
  }
  tabs.push({ name: LOGS, title: messages.tabs.logs, part: messages.logPart, fills: true, render: logs });
  tabs.push({
    name: 'crashes',
    title: messages.tabs.crashes,
    within: LOGS,
    render: () => <CrashesTab daemon={daemon} />,
  });
  tabs.push(blocks);
  if (mayReadConfig)
    tabs.push({ name: 'config', title: messages.tabs.config, render: () => <ConfigTab key={id} id={id} /> });
  return (
    <TabbedPage
      id={id}
      title={id}
      subtitle={<StateLine daemon={daemon} />}
      actions={manifest.internal ? <StartWhereDown id={id} /> : <LifecycleMenu id={id} />}
      details={<DaemonDetails manifest={manifest} daemon={daemon} />}
      tabs={tabs}
    />
  );
}

/** With Live, Commands, Logs and Config these are six tabs. */
const MOST_VIEWS = 2;

/**
 * The views of a daemon's own: each has a tab, or is a part of that of another view. Where tabs are more than fit, the last one has all
 * that are left as its parts.
 */
export function foldedViews(views: readonly TabSpec[]): readonly TabSpec[] {
  const isHead = ({ within }: TabSpec) => views.every(({ name }) => name !== within);
  const groups = views
    .filter(isHead)
    .map((head) => [head, ...views.filter((view) => !isHead(view) && view.within === head.name)]);
  const own = groups.length <= MOST_VIEWS ? groups : groups.slice(0, MOST_VIEWS - 1);
  const left = groups.slice(own.length).flat();
  return [...own, left].flatMap(oneTab);
}

/** Views that share a tab, which is that of the first. */
function oneTab([first, ...others]: readonly TabSpec[]): TabSpec[] {
  if (first === undefined) return [];
  const { within: _none, ...head } = first;
  if (others.length === 0) return [head];
  const title = messages.folded([first.title, ...others.map((view) => view.title)]);
  return [
    { ...head, part: first.title, title },
    ...others.map((view) => ({ ...view, part: view.title, within: first.name })),
  ];
}

/** Where the process listens, what it runs on, and why it does not run. */
function DaemonDetails({
  manifest,
  daemon,
}: {
  manifest: ManifestDescription;
  daemon: DaemonSnapshot;
}): ReactNode {
  const down = daemon.cause !== null && daemon.state !== 'running';
  return (
    <div className="flex min-w-0 flex-1 basis-48 items-center gap-x-3">
      {daemon.listeners.length > 0 && <ListenerList listeners={daemon.listeners} />}
      <p className="min-w-0 shrink-9 truncate text-xs text-dim">
        {manifest.title}
        <span className="max-lg:hidden">
          {daemon.pid !== null && ` · ${messages.pid} ${daemon.pid}`}
          {daemon.runtime !== null && ` · ${daemon.runtime}`}
        </span>
      </p>
      {down && (
        <p title={daemon.cause ?? undefined} className="min-w-0 truncate text-sm text-bad">
          {daemon.cause}
        </p>
      )}
    </div>
  );
}

function HostDetails(): ReactNode {
  const info = useHostState((state) => state.host);
  return (
    <p className="text-xs text-dim">
      {messages.hostSummary} {info !== null && `${messages.pid} ${info.pid} · ${info.runtime}`}
    </p>
  );
}

interface TabbedPageProps {
  readonly id: string;
  readonly title: string;
  readonly subtitle?: ReactNode;
  readonly actions?: ReactNode;
  readonly details: ReactNode;
  /** At least one. */
  readonly tabs: readonly TabSpec[];
}

function TabbedPage({ id, title, subtitle, actions, details, tabs }: TabbedPageProps): ReactNode {
  const host = useHost();
  const naming = useNaming();
  const { path } = useRoute();
  const own = tabs.filter(({ within }) => within === undefined);
  const chosen = tabs.find((tab) => tab.name === path[2]) ?? tabs[0]!;
  const list = useRef<HTMLDivElement>(null);
  // Made before the row of tabs is there: what is put into it is rendered once, and not first where it does not belong.
  const [tools] = useState(() => {
    const made = document.createElement('div');
    made.className = 'contents';
    return made;
  });
  const toolsPlace = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => toolsPlace.current?.replaceChildren(tools), [tools]);
  const { fills } = chosen;
  const name = chosen.within ?? chosen.name;
  const parts = tabs.filter((tab) => (tab.within ?? tab.name) === name);
  const go = (next: string) => navigate(hashOf(host, ['daemon', id, next]), { replace: true });
  // Where the row of tabs is wider than the window, the chosen one is brought into view.
  useEffect(() => {
    // Not at once, which would lay out a page that is not complete.
    const frame = requestAnimationFrame(() => {
      const tab = list.current?.querySelector(`[data-tab="${CSS.escape(name)}"]`);
      tab?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    });
    return () => cancelAnimationFrame(frame);
  }, [name]);
  return (
    <div className={`page ${fills === true ? 'min-h-filled flex-1' : ''}`}>
      <PageHeader
        title={title}
        subtitle={
          <>
            {subtitle}
            {details}
          </>
        }
        actions={actions}
      />
      <Tabs.Root
        className="flex min-h-0 flex-1 flex-col"
        value={name}
        onValueChange={(next) => go(String(next))}
      >
        <div className="mb-2 flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 underlined">
          <Tabs.List
            ref={list}
            aria-label={naming(messages.tabsLabel(id))}
            className="flex min-w-0 gap-1 overflow-x-auto overflow-y-hidden"
          >
            {own.map((tab) => (
              <Tabs.Tab
                key={tab.name}
                value={tab.name}
                data-tab={tab.name}
                className="border-b-2 border-transparent px-2 py-1.5 text-sm font-medium whitespace-nowrap text-dim hover:text-ink focus-visible:-outline-offset-2 data-active:border-accent data-active:text-ink"
              >
                {tab.title}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <span className="flex-1" />
          <div ref={toolsPlace} className="flex min-w-0 flex-wrap items-center gap-2 py-0.5" />
        </div>
        <TabToolsPlace value={tools}>
          {parts.length > 1 && (
            <TabTools>
              <SegmentedControl
                label={name === LOGS ? messages.records : messages.parts}
                options={parts.map((part) => ({
                  value: part.name,
                  label: part.part ?? part.title,
                }))}
                value={chosen.name}
                onChange={go}
              />
            </TabTools>
          )}
          {own.map((tab) => (
            <Tabs.Panel key={tab.name} value={tab.name} tabIndex={-1} className="min-h-0 flex-1">
              {tab.name === name && chosen.render()}
            </Tabs.Panel>
          ))}
        </TabToolsPlace>
      </Tabs.Root>
    </div>
  );
}
