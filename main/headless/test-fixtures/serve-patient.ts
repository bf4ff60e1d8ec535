/** The headless host that gives its daemons all the time they need to start and to end. Started as a program by tests that end them. */
import { CONTROL_LIMITS } from '../../core/limits.ts';
import { SHIPPED, serve } from '../serve.ts';

const limits = { ...CONTROL_LIMITS, stopMs: 300_000, readyWaitMs: 300_000 };
await serve(process.argv.slice(2), { ...SHIPPED, limits });
