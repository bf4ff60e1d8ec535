/** Chooses the page for the address, and catches the page that breaks: the rest of the window goes on. */
import { Component, type ReactNode, Suspense } from 'react';
import { resultView } from '../commands/result-part.ts';
import { HistoryAddress } from '../history/history-address.tsx';
import { keysDialog } from '../keys/keys-part.ts';
import { LoginForm } from '../login/login-page.tsx';
import { useHost, useHostState } from '../model/host-context.ts';
import { OverviewPage } from '../overview/overview-page.tsx';
import { loadTypedParts } from '../palette/typed-parts.ts';
import { bulkDialog } from '../tables/bulk-part.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/callout.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { messages } from './messages.ts';
import { pagePart } from './page-part.tsx';
import { hashOf, pageKey, useRoute } from './route.ts';

const audit = pagePart(async () => (await import('../audit/audit-page.tsx')).AuditPage);
const daemon = pagePart(async () => (await import('../daemon/daemon-page.tsx')).DaemonPage);
const pools = pagePart(async () => (await import('../pools/pools-page.tsx')).PoolsPage);
const settings = pagePart(async () => (await import('../settings/settings-page.tsx')).SettingsPage);

/** Fetches the code of all pages, and of what opens over them; those that cannot be fetched are tried again when they are looked at. */
export async function loadPages(): Promise<void> {
  const loads = [audit, daemon, pools, settings, bulkDialog, keysDialog, resultView].map(({ load }) =>
    load(),
  );
  await Promise.allSettled([...loads, loadTypedParts()]);
}

function PageForRoute(): ReactNode {
  const host = useHost();
  const route = useRoute();
  const { path } = route;
  const ready = useHostState((state) => state.host !== null);
  const signedOut = useHostState((state) => state.connection.phase === 'signed-out');
  if (route.host !== null && route.host !== host.id) {
    return <NoSuchPage title={messages.noSuchHost} what={route.host} />;
  }
  if (signedOut && host.session !== null) {
    return (
      <div className="flex flex-1 items-center justify-center p-4">
        <LoginForm key={host.id} session={host.session} />
      </div>
    );
  }
  if (!ready) return <Loading />;
  if (path.length === 0) return <OverviewPage />;
  const [kind, id] = path;
  if (kind === 'daemon' && id !== undefined) return <daemon.Page key={id} id={id} />;
  if (path.length === 1) {
    if (kind === 'pools') return <pools.Page />;
    if (kind === 'history') return <HistoryAddress />;
    if (kind === 'audit') return <audit.Page />;
    if (kind === 'settings') return <settings.Page />;
  }
  return <NoSuchPage title={messages.notFound} what={`#/${path.join('/')}`} />;
}

function Loading(): ReactNode {
  return (
    <>
      <h1 className="sr-only">{messages.product}</h1>
      <EmptyState icon="clock" title={messages.loading} />
    </>
  );
}

function NoSuchPage({ title, what }: { title: string; what: string }): ReactNode {
  const host = useHost();
  return (
    <div className="page">
      <PageHeader title={title} />
      <EmptyState icon="search" title={what}>
        <a href={hashOf(host, [])} className="text-accent underline">
          {messages.backToOverview}
        </a>
      </EmptyState>
    </div>
  );
}

interface PageGuardProps {
  readonly children: ReactNode;
}

class PageGuard extends Component<PageGuardProps, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  /** What could not be fetched is fetched again. */
  async #showAgain(): Promise<void> {
    await loadPages();
    this.setState({ error: null });
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <EmptyState icon="error" title={messages.broken}>
        <p>{messages.brokenHint}</p>
        <p className="my-3 font-mono text-xs">{error instanceof Error ? error.message : String(error)}</p>
        <Button onClick={() => void this.#showAgain()}>{messages.showAgain}</Button>
      </EmptyState>
    );
  }
}

export function Page(): ReactNode {
  const { host, path } = useRoute();
  // A page of another host begins anew, whatever it has in common with the one before.
  return (
    <PageGuard key={pageKey({ host, path: path.slice(0, 2) })}>
      <Suspense fallback={<Loading />}>
        <PageForRoute />
      </Suspense>
    </PageGuard>
  );
}
