/** Makes the models of the hosts that a window shows, and renders them. Called once, by the entry of the window. */
import './app.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import type { HostAccess } from './client/control-client.ts';
import { startLook } from './look/look.ts';
import { Hosts } from './model/hosts.ts';
import { loadPages } from './shell/page.tsx';
import { followLinks, keepRoute } from './shell/route.ts';
import { whenIdle } from './ui/when-idle.ts';

export function startWindow(accesses: readonly HostAccess[]): void {
  const root = document.getElementById('root');
  if (root === null) throw new Error('index.html has no element with the id root');
  startLook();
  const hosts = new Hosts();
  for (const access of accesses) hosts.add(access);
  keepRoute(() => hosts.store.getState().models[0]?.id ?? null);
  followLinks();
  createRoot(root).render(
    <StrictMode>
      <App hosts={hosts} />
    </StrictMode>,
  );
  whenIdle(() => void loadPages());
}
