/** Entry of the window: makes the model and renders it. */
import './zod-without-eval.ts';
import './app.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { createClient } from './client/create-client.ts';
import { HostModel } from './model/host-model.ts';
import { startTheme } from './shell/theme.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id root');
startTheme();
const host = new HostModel(createClient());
createRoot(root).render(
  <StrictMode>
    <App host={host} />
  </StrictMode>,
);
