/** The headless host that gives its daemons all the time they need to start, to answer and to end. Started as a program by tests of whole processes. */
import { CONTROL_LIMITS } from '../../core/limits.ts';
import { SHIPPED, serve } from '../serve.ts';

const MOST_MS = 300_000;
const limits = {
  ...CONTROL_LIMITS,
  helloMs: MOST_MS,
  initMs: MOST_MS,
  readyWaitMs: MOST_MS,
  deadMs: MOST_MS,
  impactMs: MOST_MS,
  stopMs: MOST_MS,
};
await serve(process.argv.slice(2), { ...SHIPPED, limits });
