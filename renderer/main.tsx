/** Entry of the window: makes the models and renders them. */
import './zod-without-eval.ts';
import './app.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { localHost } from './client/local-host.ts';
import { Hosts } from './model/hosts.ts';
import { keepHostInRoute } from './shell/route.ts';
import { startTheme } from './shell/theme.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id root');
startTheme();
const hosts = new Hosts();
hosts.add(localHost());
keepHostInRoute(() => hosts.store.getState().models[0]?.id ?? null);
createRoot(root).render(
  <StrictMode>
    <App hosts={hosts} />
  </StrictMode>,
);
