/** Entry of the window: makes the model and renders it. */
import './zod-without-eval.ts';
import './app.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { createClient } from './client/create-client.ts';
import { Dashboard } from './model/dashboard.ts';
import { startTheme } from './shell/theme.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id root');
startTheme();
const dashboard = new Dashboard(createClient());
createRoot(root).render(
  <StrictMode>
    <App dashboard={dashboard} />
  </StrictMode>,
);
