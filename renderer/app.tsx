/** The whole window: the sign-in form where the host asks for one, else the dashboard. */
import { CSPProvider } from '@base-ui/react/csp-provider';
import { type ReactNode, useEffect } from 'react';
import { LoginPage } from './login/login-page.tsx';
import { HostContext, useHostState } from './model/host-context.ts';
import type { HostModel } from './model/host-model.ts';
import { Shell } from './shell/shell.tsx';
import { themeStore } from './shell/theme.ts';

function Door(): ReactNode {
  const signedOut = useHostState((state) => state.connection.phase === 'signed-out');
  return signedOut ? <LoginPage /> : <Shell />;
}

export function App({ host }: { host: HostModel }): ReactNode {
  // What is drawn on a canvas takes its colours from the theme at the time.
  useEffect(() => themeStore.subscribe(() => host.draw.redrawAll()), [host]);
  return (
    <CSPProvider disableStyleElements>
      <HostContext value={host}>
        <Door />
      </HostContext>
    </CSPProvider>
  );
}
