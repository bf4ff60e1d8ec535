/** Entry of the window: it shows the host that it comes from. */
import './zod-without-eval.ts';
import { localHost } from './client/local-host.ts';
import { startWindow } from './start-window.tsx';

startWindow([localHost()]);
