/** The whole window: for the host that the address names, the sign-in form where it asks for one, else the dashboard. */
import { CSPProvider } from '@base-ui/react/csp-provider';
import { type ReactNode, useEffect } from 'react';
import { LoginPage } from './login/login-page.tsx';
import { lookStore } from './look/look.ts';
import { HostContext, HostsContext, useHost, useHostModels, useHostState } from './model/host-context.ts';
import type { Hosts } from './model/hosts.ts';
import { useRoute } from './shell/route.ts';
import { Shell } from './shell/shell.tsx';

/** With several hosts the sign-in form of one stands in place of its pages: the others are still there to go to. */
function Door(): ReactNode {
  const isOnly = useHostModels().length === 1;
  const { session } = useHost();
  const signedOut = useHostState((state) => state.connection.phase === 'signed-out');
  return isOnly && signedOut && session !== null ? <LoginPage session={session} /> : <Shell />;
}

/** The host of the address; the first one where it names none that is there, of which the page tells. */
function HostOfRoute(): ReactNode {
  const hosts = useHostModels();
  const route = useRoute();
  const host = hosts.find(({ id }) => id === route.host) ?? hosts[0];
  if (host === undefined) return null;
  return (
    <HostContext value={host}>
      <Door />
    </HostContext>
  );
}

export function App({ hosts }: { hosts: Hosts }): ReactNode {
  // What is drawn on a canvas takes its colours from the look at the time, and its face once that has arrived.
  useEffect(() => {
    const redraw = () => hosts.screen.draw.redrawAll();
    document.fonts?.addEventListener('loadingdone', redraw);
    const end = lookStore.subscribe(redraw);
    return () => {
      document.fonts?.removeEventListener('loadingdone', redraw);
      end();
    };
  }, [hosts]);
  return (
    <CSPProvider disableStyleElements>
      <HostsContext value={hosts}>
        <HostOfRoute />
      </HostsContext>
    </CSPProvider>
  );
}
