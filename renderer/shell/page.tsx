/** Chooses the page for the address. */
import type { ReactNode } from 'react';
import { useDashboardState } from '../model/dashboard-context.ts';
import { OverviewPage } from '../overview/overview-page.tsx';
import { EmptyState } from '../ui/callout.tsx';
import { messages } from './messages.ts';
import { hashOf, useRoute } from './route.ts';

export function Page(): ReactNode {
  const { path } = useRoute();
  const ready = useDashboardState((state) => state.host !== null);
  if (!ready) return <EmptyState icon="clock" title={messages.loading} />;
  if (path.length === 0) return <OverviewPage />;
  return (
    <EmptyState icon="search" title={messages.notFound}>
      <a href={hashOf([])} className="text-accent underline">
        {messages.backToOverview}
      </a>
    </EmptyState>
  );
}
