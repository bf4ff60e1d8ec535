/** The whole window: the sign-in form where the host asks for one, else the dashboard. */
import { CSPProvider } from '@base-ui/react/csp-provider';
import { type ReactNode, useEffect } from 'react';
import { LoginPage } from './login/login-page.tsx';
import type { Dashboard } from './model/dashboard.ts';
import { DashboardContext, useDashboardState } from './model/dashboard-context.ts';
import { Shell } from './shell/shell.tsx';
import { themeStore } from './shell/theme.ts';

function Door(): ReactNode {
  const signedOut = useDashboardState((state) => state.connection.phase === 'signed-out');
  return signedOut ? <LoginPage /> : <Shell />;
}

export function App({ dashboard }: { dashboard: Dashboard }): ReactNode {
  // What is drawn on a canvas takes its colours from the theme at the time.
  useEffect(() => themeStore.subscribe(() => dashboard.draw.redrawAll()), [dashboard]);
  return (
    <CSPProvider disableStyleElements>
      <DashboardContext value={dashboard}>
        <Door />
      </DashboardContext>
    </CSPProvider>
  );
}
